package delivery

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/award"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func TestOpenMakesTheProjectOnce(t *testing.T) {
	w := newWorld(t)
	p := w.project
	if p.Number != "PJX-01-A0001" || p.Award != 3_000_00 || !p.Published || p.LeadID != w.id("lead") || p.ActTarget != 4 {
		t.Fatalf("project is %+v", p)
	}
	for range 2 {
		w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
			return Open(w.ctx, tx, award.Signed{AgreementID: w.id("agreement"), AwardID: w.id("award")})
		}))
	}
	for sql, want := range map[string]int64{
		`select count(*) from project`: 1, `select count(*) from budget_line`: 2, `select coalesce(sum(amount), 0)::bigint from budget_line`: 3_000_00,
		`select count(*) from outbox where kind = 'delivery.opened'`: 1, `select count(*) from notice where code = 'N12'`: 3} {
		if n, err := pg.Value[int64](w.ctx, w.db, sql, nil); err != nil || n != want {
			t.Errorf("%s: %d, %v; want %d", sql, n, err, want)
		}
	}
}

func TestOpenWaitsForTheAgreement(t *testing.T) {
	w := newWorld(t)
	w.owned(`update agreement set state = 'signing', effective_at = null`, nil)
	err := w.db.Change(w.ctx, func(tx pg.Tx) error {
		return Open(w.ctx, tx, award.Signed{AgreementID: w.id("agreement"), AwardID: w.id("award")})
	})
	w.refused(err, fault.Conflict)
}

func TestPlanChecksItsFields(t *testing.T) {
	w := newWorld(t)
	at := began.AddDate(0, 0, 5)
	good := NewPlan{ID: w.id("a"), Theme: "种花", StartsAt: at, EndsAt: at.Add(time.Hour), PlaceText: "3 号楼前"}
	for field, spoil := range map[string]func(n *NewPlan){
		"theme":      func(n *NewPlan) { n.Theme = "" },
		"place_text": func(n *NewPlan) { n.PlaceText = strings.Repeat("长", 61) },
		"starts_at":  func(n *NewPlan) { n.StartsAt, n.EndsAt = at.AddDate(1, 0, 0), at.AddDate(1, 0, 0).Add(time.Hour) },
		"ends_at":    func(n *NewPlan) { n.EndsAt = at.Add(29 * time.Minute) },
	} {
		n := good
		spoil(&n)
		_, err := w.book.Plan(w.ctx, w.people["lead"], w.project.ID, n)
		if _, ok := fault.InFields(err)[field]; !ok || len(fault.InFields(err)) != 1 {
			t.Errorf("spoilt %s: %v", field, err)
		}
	}
	n := good
	n.EndsAt = at.AddDate(0, 0, 1)
	if _, err := w.book.Plan(w.ctx, w.people["lead"], w.project.ID, n); fault.InFields(err)["ends_at"].Text == "" {
		t.Errorf("two days: %v", err)
	}
	for range 2 { // a double click plans once
		_, err := w.book.Plan(w.ctx, w.people["member"], w.project.ID, good)
		w.must(err)
	}
	if n, _ := pg.Value[int64](w.ctx, w.db, `select count(*) from activity`, nil); n != 1 {
		t.Fatalf("%d activities", n)
	}
	_, err := w.book.Plan(w.ctx, w.people["lead"], w.project.ID, good)
	w.refused(err, fault.NotFound) // the id is the member's row
	for _, name := range []string{"resident", "rival", "far", "next door"} {
		_, err = w.book.Plan(w.ctx, w.people[name], w.project.ID, good)
		w.refused(err, fault.NotFound)
	}
	_, err = w.book.Plan(w.ctx, w.people["treasurer"], w.project.ID, good)
	w.refused(err, fault.Forbidden)
	_, err = w.book.Plan(w.ctx, w.people["staff"], w.project.ID, good)
	w.refused(err, fault.Forbidden)
}

func TestAnnounceReplanCancel(t *testing.T) {
	w := newWorld(t)
	at := began.AddDate(0, 0, 2)
	plan := NewPlan{ID: w.id("a"), Theme: "种花", StartsAt: at, EndsAt: at.Add(time.Hour), PlaceText: "3 号楼前"}
	_, err := w.book.Plan(w.ctx, w.people["lead"], w.project.ID, plan)
	w.must(err)
	w.refused(w.book.Announce(w.ctx, w.people["member"], plan.ID, Step{Version: 1}), fault.Forbidden)
	w.clock.Advance(24 * time.Hour)
	w.refused(w.book.Announce(w.ctx, w.people["lead"], plan.ID, Step{Version: 1}), fault.Conflict) // one day is too short
	w.clock.Set(began.Add(14 * time.Hour))
	for range 2 {
		w.must(w.book.Announce(w.ctx, w.people["lead"], plan.ID, Step{Version: 1}))
	}
	plan.Version, plan.Theme = 2, "浇花"
	for range 2 {
		w.must(w.book.Replan(w.ctx, w.people["member"], plan.ID, plan))
	}
	plan.Theme = "别的"
	w.refused(w.book.Replan(w.ctx, w.people["member"], plan.ID, plan), fault.Conflict) // stale
	if a := w.activity(plan.ID); a.State != Announced || a.Version != 3 || a.Theme != "浇花" {
		t.Fatalf("activity is %+v", a)
	}
	w.refused(w.book.Cancel(w.ctx, w.people["lead"], plan.ID, Step{Version: 3}), fault.Invalid)
	w.must(w.book.Cancel(w.ctx, w.people["lead"], plan.ID, Step{Version: 3, Reason: "下雨"}))
	w.refused(w.book.Log(w.ctx, w.people["lead"], plan.ID, w.log(w.activity(plan.ID), 3)), fault.Invalid) // not yet begun
	w.clock.Set(at.Add(time.Hour))
	w.refused(w.book.Log(w.ctx, w.people["lead"], plan.ID, w.log(w.activity(plan.ID), 3)), fault.Conflict) // called off
}

func TestLogChecksCountsAndLateness(t *testing.T) {
	w := newWorld(t)
	at := began.AddDate(0, 0, 1)
	_, err := w.book.Plan(w.ctx, w.people["lead"], w.project.ID, NewPlan{ID: w.id("a"), Theme: "种花", StartsAt: at, EndsAt: at.Add(time.Hour), PlaceText: "3 号楼前"})
	w.must(err)
	w.clock.Set(at.Add(2 * time.Hour))
	good := w.log(w.activity(w.id("a")), 20)
	for name, c := range map[string]struct {
		field string
		spoil func(n *NewLog)
	}{
		"more elders than people":  {"elders", func(n *NewLog) { n.Elders = 21 }},
		"elders and minors":        {"elders", func(n *NewLog) { n.Elders, n.Minors = 11, 10 }},
		"more newcomers":           {"newcomers", func(n *NewLog) { n.Newcomers = 21 }},
		"negative":                 {"disabled", func(n *NewLog) { n.Disabled = -1 }},
		"negative people":          {"served_times", func(n *NewLog) { n.ServedTimes, n.Elders, n.Minors = -1, -1, -1 }},
		"hours without volunteers": {"volunteers", func(n *NewLog) { n.Volunteers = 0 }},
		"nine hours each":          {"volunteer_hours", func(n *NewLog) { n.VolunteerHours = "27" }},
		"odd hours":                {"volunteer_hours", func(n *NewLog) { n.VolunteerHours = "1.3" }},
		"no hours":                 {"volunteer_hours", func(n *NewLog) { n.VolunteerHours = "NaN" }},
		"sign-in":                  {"sign_in", func(n *NewLog) { n.SignIn = "face" }},
	} {
		n := good
		c.spoil(&n)
		if _, ok := fault.InFields(w.book.Log(w.ctx, w.people["lead"], w.id("a"), n))[c.field]; !ok {
			t.Errorf("%s: %s is not to blame", name, c.field)
		}
	}
	// The last moment that needs no reason is 24:00 of the seventh day.
	w.clock.Set(time.Date(2026, 3, 11, 0, 0, 0, 0, at.Location()))
	if _, ok := fault.InFields(w.book.Log(w.ctx, w.people["lead"], w.id("a"), good))["late_reason"]; !ok {
		t.Error("a late log needs no reason")
	}
	w.clock.Advance(-time.Microsecond)
	w.must(w.book.Log(w.ctx, w.people["lead"], w.id("a"), good))
	if a := w.activity(w.id("a")); a.VolunteerHalves != 9 || a.ServedTimes != 20 || a.State != Logged {
		t.Fatalf("log is %+v", a)
	}
	w.clock.Advance(time.Hour)
	again := w.log(w.activity(w.id("a")), 21)
	again.LateReason = "手机坏了"
	w.must(w.book.Log(w.ctx, w.people["member"], w.id("a"), again))
	again.ServedTimes = 22
	w.refused(w.book.Log(w.ctx, w.people["lead"], w.id("a"), again), fault.Conflict) // stale
}

// I-F9: whatever happens to the money, activities can be logged and evidenced.
func TestMoneyNeverStopsLogging(t *testing.T) {
	w := newWorld(t)
	for i, state := range []string{Suspended, InProgress, MidDue, MidFailed} {
		if i > 0 || w.project.State != state {
			w.pass(state)
		}
		a := w.held(began.AddDate(0, 0, 1+i), 8)
		w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: a.Version}))
	}
	w.pass(Terminated)
	_, err := w.book.Plan(w.ctx, w.people["lead"], w.project.ID, NewPlan{ID: w.id("z"), Theme: "种花", StartsAt: began.AddDate(0, 1, 0), EndsAt: began.AddDate(0, 1, 0).Add(time.Hour), PlaceText: "楼前"})
	w.refused(err, fault.Conflict)
}

func TestSubmitNeedsTheEvidence(t *testing.T) {
	w := newWorld(t)
	at := began.AddDate(0, 0, 1)
	id := uuid.Must(uuid.NewV7()).String()
	_, err := w.book.Plan(w.ctx, w.people["lead"], w.project.ID, NewPlan{ID: id, Theme: "种花", StartsAt: at, EndsAt: at.Add(time.Hour), PlaceText: "3 号楼前"})
	w.must(err)
	_, err = w.book.Attach(w.ctx, w.people["lead"], id, NewPhoto{Kind: "panorama"}, bytes.NewReader(w.picture()))
	w.refused(err, fault.Conflict) // it has not begun
	w.clock.Set(at.Add(2 * time.Hour))
	n := w.log(w.activity(id), 12)
	n.Content, n.SignIn = "种花", ""
	w.must(w.book.Log(w.ctx, w.people["lead"], id, n))
	submit := func(who string) error {
		return w.book.Submit(w.ctx, w.people[who], id, Step{Version: w.activity(id).Version})
	}
	missing := func(fields ...string) {
		t.Helper()
		wrong := fault.InFields(submit("lead"))
		if len(wrong) != len(fields) {
			t.Fatalf("missing is %v, want %v", wrong, fields)
		}
		for _, f := range fields {
			if _, ok := wrong[f]; !ok {
				t.Fatalf("missing is %v, want %v", wrong, fields)
			}
		}
	}
	missing("content", "sign_in", "photos")
	w.must(w.book.Log(w.ctx, w.people["lead"], id, w.log(w.activity(id), 12)))
	missing("photos")
	sheet := w.attach("lead", id, "sheet", w.picture())
	w.attach("lead", id, "process", w.picture())
	w.attach("lead", id, "people", w.picture())
	missing("photos") // three, and no panorama among them
	panorama := w.picture()
	first := w.attach("lead", id, "panorama", panorama)
	if second := w.attach("lead", id, "people", panorama); second != first || w.activity(id).PhotosN != 4 {
		t.Fatalf("the same file is there twice: %v %v", first, second)
	}
	w.refused(submit("member"), fault.Forbidden)
	w.refused(submit("treasurer"), fault.Forbidden)
	_, err = w.book.Remove(w.ctx, w.people["member"], sheet.ID)
	w.must(err)
	missing("photos")
	w.attach("member", id, "sheet", w.picture())
	version := w.activity(id).Version
	for range 2 { // a double click hands in once
		w.must(w.book.Submit(w.ctx, w.people["lead"], id, Step{Version: version}))
	}
	if a := w.activity(id); a.State != Submitted || a.Version != version+1 {
		t.Fatalf("activity is %+v", a)
	}
	_, err = w.book.Attach(w.ctx, w.people["lead"], id, NewPhoto{Kind: "people"}, bytes.NewReader(w.picture()))
	w.refused(err, fault.Conflict)
	_, err = w.book.Remove(w.ctx, w.people["lead"], first.ID)
	w.refused(err, fault.Conflict)
}

func TestPhotosAreRefusedInWords(t *testing.T) {
	w := newWorld(t)
	a := w.held(began.AddDate(0, 0, 1), 8)
	before, err := pg.Value[int64](w.ctx, w.db, `select count(*) from attachment`, nil)
	w.must(err)
	heic := append([]byte{0, 0, 0, 24}, []byte("ftypheic00000000heic0000")...)
	for name, content := range map[string][]byte{
		"svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "html": []byte("<!doctype html><html></html>"),
		"heic": heic, "pdf": []byte("%PDF-1.7\n"), "cut": w.picture()[:300], "empty": nil,
	} {
		_, err := w.book.Attach(w.ctx, w.people["lead"], a.ID, NewPhoto{Kind: "people", Name: name + ".jpg"}, bytes.NewReader(content))
		if name == "cut" {
			continue // its header is whole: examination finds it
		}
		w.refused(err, fault.Invalid)
		if fault.MessageOf(err).Text == "" {
			t.Errorf("%s: no words", name)
		}
	}
	large := append(w.picture(), make([]byte, 15<<20)...)
	_, err = w.book.Attach(w.ctx, w.people["lead"], a.ID, NewPhoto{Kind: "people"}, bytes.NewReader(large))
	w.refused(err, fault.Invalid)
	_, err = w.book.Attach(w.ctx, w.people["lead"], a.ID, NewPhoto{Kind: "secret"}, bytes.NewReader(w.picture()))
	w.refused(err, fault.Invalid)
	after, err := pg.Value[int64](w.ctx, w.db, `select count(*) from attachment`, nil)
	w.must(err)
	if after > before+1 {
		t.Errorf("%d attachments more than before", after-before)
	}
}

func TestAudienceOfAnActivity(t *testing.T) {
	w := newWorld(t)
	a := w.held(began.AddDate(0, 0, 1), 20)
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: a.Version}))
	for name, actor := range w.people {
		_, err := w.book.Activity(w.ctx, actor, a.ID)
		_, roomErr := w.book.Room(w.ctx, actor, w.project.ID)
		switch name {
		case "resident", "rival", "next door", "far", "far street":
			w.refused(err, fault.NotFound)
			w.refused(roomErr, fault.NotFound)
		default:
			w.must(err)
			w.must(roomErr)
		}
		list, _, err := w.book.Desk(w.ctx, actor, Submitted, "")
		w.must(err)
		desk := map[string]bool{"staff": true, "staff2": true, "helper": true, "chief": true, "street": true, "street2": true, "district": true, "head": true, "supervisor": true}
		if (len(list) == 1) != desk[name] {
			t.Errorf("%s sees %d on the desk", name, len(list))
		}
	}
	_, err := w.book.Activity(w.ctx, identity.Actor{}, a.ID)
	w.refused(err, fault.NotFound)
}

// A minor's name is whole for the team and masked for everybody else who may read the room.
func TestAMinorIsMaskedOutsideTheTeam(t *testing.T) {
	w := newWorld(t)
	w.owned(`insert into team_member (id, team_id, name, role, age, state, at) values (gen_random_uuid(), @team::uuid, '小明明', 'helper', '14_15', 'accepted', @at)`, pg.Args{"team": w.project.TeamID, "at": began})
	for name, want := range map[string]string{"lead": "小明明", "staff": "小**", "street": "小**", "district": "小**", "supervisor": "小**"} {
		r, err := w.book.Room(w.ctx, w.people[name], w.project.ID)
		w.must(err)
		if got := r.People[len(r.People)-1].Name; got != want {
			t.Errorf("%s reads %s", name, got)
		}
	}
}
