package identity

import (
	"strings"

	"seedbed/domain/fault"
)

// Grant is a role at a place; the place is an ltree path such as "jz.wuhan.dianchang".
type Grant struct {
	Role  Role
	Place string
}

// Actor is who is asking: a person with their grants, a visitor (no ID), or the house itself.
type Actor struct {
	ID      string // person, "" for a visitor and for the house
	Name    string
	Lang    string // "zh" or "en"
	Home    string // confirmed community, "" when there is none
	Strong  bool   // the second factor was given in this session
	Grants  []Grant
	Request string // the request's id, for the audit trail

	// While somebody fills in for the actor (帮办代填), the actor is the resident, without any granted role, and these
	// say who the helper is and why they may.
	Helper     string // the helper's person id, "" when the actor acts themself
	HelperName string
	Assistance string // id of the open assistance

	house bool
}

// House is the actor of what happens by the calendar: nobody pressed a button.
func House() Actor {
	return Actor{Name: "系统", Lang: "zh", Strong: true, house: true}
}

// Warrant is a permission that was checked: verbs get it from Must, and audit.Record asks for one, so nothing can be
// recorded that was not allowed.
type Warrant struct {
	By         Actor
	Role       Role
	Place      string // the place of the role that gave the right
	Permission Permission
}

// Helped tells whether somebody else fills in for the actor.
func (a Actor) Helped() bool { return a.Helper != "" }

// SignedIn tells whether the actor is a person.
func (a Actor) SignedIn() bool { return a.ID != "" }

// Within tells whether a place is under another, or the same.
func Within(place, under string) bool {
	return place == under || strings.HasPrefix(place, under+".")
}

// Must gives the warrant for doing p at place, or the fault to return: SignIn for a visitor who would need an account,
// Forbidden otherwise. What is out of sight must be turned into NotFound by the caller, before asking.
func (a Actor) Must(p Permission, place string) (Warrant, error) {
	if w, ok := a.may(p, place); ok {
		return w, nil
	}
	if !a.SignedIn() && !a.house {
		return Warrant{}, fault.New(fault.SignIn, "请先登录，再办这件事")
	}
	if a.Helped() {
		return Warrant{}, fault.New(fault.Forbidden, "帮填的时候不能办这件事。请先结束帮填，或请本人自己来办")
	}
	weak := a
	weak.Strong = true
	if _, ok := weak.may(p, place); ok {
		return Warrant{}, fault.New(fault.SignIn, "这件事要先做第二步验证")
	}
	return Warrant{}, fault.New(fault.Forbidden, "您的账号不能办这件事。需要的话请找区社区办")
}

// Can tells whether Must would agree.
func (a Actor) Can(p Permission, place string) bool {
	_, ok := a.may(p, place)
	return ok
}

func (a Actor) may(p Permission, place string) (Warrant, bool) {
	if a.Helped() && p == OwnHands {
		return Warrant{}, false
	}
	for _, g := range a.Grants {
		if p.Holds(g.Role) && Within(place, g.Place) && a.counts(g.Role) {
			return Warrant{By: a, Role: g.Role, Place: g.Place, Permission: p}, true
		}
	}
	base := Visitor
	switch {
	case a.house:
		base = System
	case a.SignedIn():
		base = Resident
	}
	if p.Holds(base) {
		return Warrant{By: a, Role: base, Place: place, Permission: p}, true
	}
	return Warrant{}, false
}

// Somewhere tells whether the actor holds p at any place at all, or could by belonging to a team or organisation: what
// a route asks before it hands over to the verb, which asks at the place.
func (a Actor) Somewhere(p Permission) bool {
	if a.Helped() && p == OwnHands {
		return false
	}
	if _, ok := a.may(p, ""); ok {
		return true
	}
	if a.SignedIn() {
		for _, tie := range Ties {
			if p.Holds(tie) {
				return true
			}
		}
	}
	for _, g := range a.Grants {
		if p.Holds(g.Role) && a.counts(g.Role) {
			return true
		}
	}
	return false
}

// counts tells whether a role counts now: one that decides only after the second factor, and never while somebody
// fills in for the actor.
func (a Actor) counts(r Role) bool { return !r.Strong() || (a.Strong && !a.Helped()) }

// Sight lists the places where the actor holds p: lists put it into `place <@ any(@sight::ltree[])`. It is never nil,
// so an actor without the right sees an empty list.
func (a Actor) Sight(p Permission) []string {
	sight := []string{}
	for _, g := range a.Grants {
		if p.Holds(g.Role) && a.counts(g.Role) {
			sight = append(sight, g.Place)
		}
	}
	return sight
}

// Sees tells whether the actor holds p at the place by a granted role.
func (a Actor) Sees(p Permission, place string) bool {
	for _, under := range a.Sight(p) {
		if Within(place, under) {
			return true
		}
	}
	return false
}

// Tied is the actor with the roles an object gives them, at the object's place. The ties must come from the object's
// own rows, never from a form.
func (a Actor) Tied(place string, ties ...Role) Actor {
	grants := make([]Grant, 0, len(a.Grants)+len(ties))
	grants = append(grants, a.Grants...)
	for _, r := range ties {
		grants = append(grants, Grant{Role: r, Place: place})
	}
	a.Grants = grants
	return a
}

// Has tells whether the actor was granted the role anywhere.
func (a Actor) Has(r Role) bool {
	for _, g := range a.Grants {
		if g.Role == r {
			return true
		}
	}
	return false
}
