package proposal

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)

const (
	hood  = "jz.wuhan.dianchang"
	hood2 = "jz.wuhan.changle"
)

// world is a district with two communities, an open call, and the people of its desks.
type world struct {
	*testing.T
	db       *pg.DB
	url      string // the database's owner, past the guards
	clock    *clock.Manual
	accounts *accounts.Accounts
	book     *Book
	editions *edition.Book
	edition  edition.Edition

	lead      identity.Actor
	head      identity.Actor // of the community
	head2     identity.Actor // of the other community
	street    identity.Actor // checks eligibility
	chief     identity.Actor // head of the subdistrict
	district  identity.Actor
	director  identity.Actor
	neighbour identity.Actor
}

type silent struct{}

func (silent) Send(context.Context, string, string) error { return nil }

func newWorld(t *testing.T) *world {
	t.Helper()
	db, url := pgtest.Lend(t)
	v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(noon)
	book := accounts.New(db, c, v, silent{}, ClaimInvitations)
	w := &world{T: t, db: db, url: url, clock: c, accounts: book, book: New(db, c, book), editions: edition.New(db, c)}
	w.run(`insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '锦州路区', 'Jinzhou', 'jz', '2020-01-01'),
  ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan Road', 'wh', '2020-01-01'), ('jz.wuhan.dianchang', 'community', '电厂社区', 'Dianchang', 'dc', '2020-01-01'),
  ('jz.wuhan.changle', 'community', '长乐社区', 'Changle', 'cl', '2020-01-01'), ('qy', 'district', '青云区', 'Qingyun', 'qy', '2020-01-01')`, nil)
	w.head, w.head2 = w.desk(identity.CommunityHead, hood), w.desk(identity.CommunityHead, hood2)
	w.street, w.chief = w.desk(identity.SubdistrictStaff, "jz.wuhan"), w.desk(identity.SubdistrictHead, "jz.wuhan")
	w.district, w.director = w.desk(identity.DistrictStaff, "jz"), w.desk(identity.DistrictHead, "jz")
	w.lead, w.neighbour = w.resident("周桂兰", hood), w.resident("陈秀珍", hood)
	w.edition = w.call(0)
	return w
}

func (w *world) run(sql string, args pg.Args) {
	w.Helper()
	if err := w.db.Change(context.Background(), func(tx pg.Tx) error { _, err := pg.Do(context.Background(), tx, sql, args); return err }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) count(sql string, args pg.Args) int {
	w.Helper()
	n, err := pg.Value[int](context.Background(), w.db, sql, args)
	if err != nil {
		w.Fatal(err)
	}
	return n
}

func (w *world) resident(name, home string) identity.Actor {
	w.Helper()
	id := newID()
	w.run(`insert into person (id, name, home, home_state, created_at) values (@id, @name, @home::text::ltree, 'confirmed', @at)`,
		pg.Args{"id": id, "name": name, "home": home, "at": noon})
	return identity.Actor{ID: id, Name: name, Home: home}
}

func (w *world) desk(role identity.Role, place string) identity.Actor {
	w.Helper()
	id := newID()
	w.run(`insert into person (id, name, created_at) values (@id, @name, @at)`, pg.Args{"id": id, "name": string(role), "at": noon})
	w.run(`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), @id, @role, @place::text::ltree, @at)`,
		pg.Args{"id": id, "role": string(role), "place": place, "at": noon})
	return identity.Actor{ID: id, Name: string(role), Strong: true, Grants: []identity.Grant{{Role: role, Place: place}}}
}

// call publishes an edition; the n-th of the year.
func (w *world) call(n int) edition.Edition {
	w.Helper()
	ctx := context.Background()
	e, err := w.editions.Create(ctx, w.district, edition.NewEdition{ID: newID(), Title: fmt.Sprintf("第%d届", n+1)})
	if err != nil {
		w.Fatal(err)
	}
	if err := w.editions.Edit(ctx, w.district, e.ID, edition.Plan{Version: 1, Title: e.Title, CallText: "欢迎申报", Contact: "0379-1234567", OpensAt: noon,
		ClosesAt: noon.AddDate(0, 0, 24), RunsFrom: clock.Day(noon).AddDate(0, 0, 60), RunsTo: clock.Day(noon).AddDate(0, 8, 0),
		Funds: []edition.Fund{{Name: "财政", Kind: "budget", Amount: 100_000_00}}}); err != nil {
		w.Fatal(err)
	}
	if err := w.editions.Publish(ctx, w.director, e.ID, edition.Pressed{Version: 2}); err != nil {
		w.Fatal(err)
	}
	e, err = edition.Get(ctx, w.db, e.ID)
	if err != nil {
		w.Fatal(err)
	}
	return e
}

// good is a draft with nothing missing but the team.
func good(saves int) Draft {
	return Draft{Saves: saves, Title: "楼道口的旧衣改造坊", Pitch: "把旧衣改成布袋送给独居老人", Track: "resident_team", Category: "mutual_aid", Colour: "orange",
		TeamName: "巧手队", Venue: "社区活动室", StartsOn: noon.AddDate(0, 0, 61), EndsOn: noon.AddDate(0, 5, 0), Problem: "楼道里堆着旧衣服", Affected: []string{"elders"},
		HowFound: "own_life", Goal: "改出三百个布袋", Method: "每周六一起缝", Activities: []Activity{{Name: "缝纫课", Times: 8, Month: "每周六", Place: "活动室", People: 20}},
		ActTarget: 8, ServedTarget: 160, PeopleTarget: 60, VolunteerTarget: 6, SatisfactionTarget: 90,
		Lines:    []Line{{Category: "M", Item: "布料和针线", UnitPrice: 40_00, Qty: 40}, {Category: "P", Item: "海报", UnitPrice: 100_00, Qty: 2}},
		Declared: []string{"own_idea", "one_fund", "audit", "adult", "no_conflict", "privacy"}}
}

// draft starts a proposal of a lead and fills it, with two more members who have said yes.
func (w *world) draft(lead identity.Actor, e edition.Edition) Full {
	w.Helper()
	ctx := context.Background()
	id, err := w.book.Start(ctx, lead, e.ID, Beginning{ID: newID()})
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.book.Save(ctx, lead, id, good(1)); err != nil {
		w.Fatal(err)
	}
	for i := range 2 {
		w.joins(id, lead, w.resident(fmt.Sprintf("成员%d", i), hood))
	}
	return w.own(lead, id)
}

// joins puts a person into a team by invitation and answer, without a phone.
func (w *world) joins(proposalID string, lead, person identity.Actor) string {
	w.Helper()
	ctx := context.Background()
	p, err := Get(ctx, w.db, proposalID)
	if err != nil {
		w.Fatal(err)
	}
	member := w.invited(p, lead, person)
	if err := w.book.Accept(ctx, person, member, Answer{Version: 1, Agree: true, Age: "adult"}); err != nil {
		w.Fatal(err)
	}
	return member
}

// invited leaves an open invitation for a person, as Invite does for one whose number is known.
func (w *world) invited(p Proposal, lead, person identity.Actor) string {
	w.Helper()
	return w.invitedAs(p, lead, person, "member")
}

func (w *world) invitedAs(p Proposal, lead, person identity.Actor, role string) string {
	w.Helper()
	ctx := context.Background()
	phone := fmt.Sprintf("139%08d", w.count(`select count(*) from team_member`, nil)+int(noon.Unix()%1000))
	index, _, err := w.accounts.Index(phone)
	if err != nil {
		w.Fatal(err)
	}
	w.run(`update person set phone_index = @index where id = @id::uuid`, pg.Args{"index": index, "id": person.ID})
	member := newID()
	if err := w.book.Invite(ctx, lead, p.ID, NewMember{ID: member, Name: person.Name, Phone: phone, Role: role}); err != nil {
		w.Fatal(err)
	}
	w.run(`update person set phone_index = null where id = @id::uuid`, pg.Args{"id": person.ID})
	return member
}

func (w *world) own(by identity.Actor, id string) Full {
	w.Helper()
	f, err := w.book.Own(context.Background(), by, id)
	if err != nil {
		w.Fatal(err)
	}
	return f
}

func (w *world) submitted(lead identity.Actor, e edition.Edition) Full {
	w.Helper()
	f := w.draft(lead, e)
	f, err := w.book.Submit(context.Background(), lead, f.ID, f.Saves, w.clock.Now())
	if err != nil {
		w.Fatal(err)
	}
	return f
}

func (w *world) endorsed(lead identity.Actor) Full {
	w.Helper()
	f := w.submitted(lead, w.edition)
	if err := w.book.Endorse(context.Background(), w.head, f.ID, Opinion{Version: f.Version, Text: "情况属实，居民需要"}); err != nil {
		w.Fatal(err)
	}
	return w.own(lead, f.ID)
}

// answers is a checklist with every point passed, save the ones named.
func answers(version int, failed ...string) Checklist {
	l := Checklist{ID: newID(), Version: version}
	for _, item := range CheckItems {
		p := Point{Code: item.Code, Result: "pass"}
		for _, f := range failed {
			if f == item.Code {
				p.Result, p.Note = "fail", "不符合"
			}
		}
		l.Items = append(l.Items, p)
	}
	if len(failed) > 0 {
		l.Reason = "场地不行"
	}
	return l
}
