package delivery

import (
	"sync"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func TestVerifyCountsInTheSameTransaction(t *testing.T) {
	w := newWorld(t)
	a := w.held(began.AddDate(0, 0, 1), 20)
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: a.Version}))
	step := Step{Version: a.Version + 1}
	for _, name := range []string{"lead", "member", "street", "head", "supervisor", "finance"} {
		w.refused(w.book.Verify(w.ctx, w.people[name], a.ID, step), fault.Forbidden)
	}
	for _, name := range []string{"far", "next door", "resident", "rival", "far street"} {
		w.refused(w.book.Verify(w.ctx, w.people[name], a.ID, step), fault.NotFound)
	}
	w.refused(w.book.Verify(w.ctx, w.people["helper"], a.ID, step), fault.Forbidden) // wrote the proposal for the team
	w.refused(w.book.Verify(w.ctx, w.people["staff"], a.ID, Step{Version: 1}), fault.Conflict)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = w.book.Verify(w.ctx, w.people[[]string{"staff", "staff2"}[i%2]], a.ID, step) })
	}
	wg.Wait()
	fine := 0
	for i, err := range errs {
		if err == nil {
			fine++
		} else if !fault.Is(err, fault.Conflict) {
			t.Errorf("verify %d: %v", i, err)
		}
	}
	if p := w.again(); fine != 4 || p.ActN != 1 || p.ServedTimes != 20 || p.VolunteerTimes != 3 {
		t.Fatalf("%d succeeded, counters %d %d %d", fine, p.ActN, p.ServedTimes, p.VolunteerTimes)
	}
	w.verified(began.AddDate(0, 0, 2), 7)
	w.countersAgree()
	// A spot check takes the first out again.
	back := Step{Version: w.activity(a.ID).Version, Reason: "照片不是这一天的"}
	w.refused(w.book.Return(w.ctx, w.people["staff"], a.ID, back), fault.Forbidden)
	w.refused(w.book.Return(w.ctx, w.people["far street"], a.ID, back), fault.NotFound)
	w.refused(w.book.Return(w.ctx, w.people["street"], a.ID, Step{Version: back.Version}), fault.Invalid)
	for range 2 {
		w.must(w.book.Return(w.ctx, w.people["street"], a.ID, back))
	}
	if p := w.again(); p.ActN != 1 || p.ServedTimes != 7 || p.VolunteerTimes != 3 {
		t.Fatalf("after the spot check the counters are %d %d %d", p.ActN, p.ServedTimes, p.VolunteerTimes)
	}
	w.countersAgree()
	now := w.activity(a.ID)
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: now.Version}))
	w.must(w.book.Verify(w.ctx, w.people["staff2"], a.ID, Step{Version: now.Version + 1}))
	w.countersAgree()
}

// Who handed an activity in does not verify it, not even after leaving the team for the community's desk.
func TestNobodyVerifiesTheirOwn(t *testing.T) {
	w := newWorld(t)
	a := w.held(began.AddDate(0, 0, 1), 20)
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: a.Version}))
	w.owned(`update activity set created_by = @m::uuid`, pg.Args{"m": w.id("member")})
	w.owned(`update team_member set state = 'left' where person_id = @m::uuid`, pg.Args{"m": w.id("member")})
	clerk := w.people["member"]
	clerk.Grants = []identity.Grant{{Role: identity.CommunityStaff, Place: "jz.wuhan.dc"}}
	w.refused(w.book.Verify(w.ctx, clerk, a.ID, Step{Version: a.Version + 1}), fault.Forbidden)
	w.owned(`update activity set created_by = @m::uuid`, pg.Args{"m": w.id("lead")})
	w.must(w.book.Verify(w.ctx, clerk, a.ID, Step{Version: a.Version + 1}))
}

// countersAgree is I-F5: a project's figures are the sums over its verified activities.
func (w *world) countersAgree() {
	w.Helper()
	n, err := pg.Value[int64](w.ctx, w.db, `select count(*) from project p join (select project_id, count(*) as n, coalesce(sum(served_times), 0) as served, coalesce(sum(volunteers), 0) as helpers
    from activity where state = 'verified' group by 1) s on s.project_id = p.id where (p.act_n, p.served_times, p.volunteer_times) is distinct from (s.n, s.served, s.helpers)`, nil)
	w.must(err)
	if n != 0 {
		w.Fatal("a project's figures are not the sums over its verified activities")
	}
}

func TestReturnAndReject(t *testing.T) {
	w := newWorld(t)
	a := w.held(began.AddDate(0, 0, 1), 20)
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: a.Version}))
	w.must(w.book.Return(w.ctx, w.people["staff"], a.ID, Step{Version: a.Version + 1, Reason: "缺成果照片"}))
	now := w.activity(a.ID)
	if now.State != Returned || now.Reason != "缺成果照片" {
		t.Fatalf("activity is %+v", now)
	}
	photo := w.attach("lead", a.ID, "result", w.picture())
	_, err := w.book.Remove(w.ctx, w.people["lead"], photo.ID)
	w.must(err)
	if state, err := pg.Value[string](w.ctx, w.db, `select state from attachment where id = @id::uuid`, pg.Args{"id": photo.ID}); err != nil || state != "hidden" {
		t.Fatalf("a photo of an activity once handed in is %q, %v", state, err)
	}
	w.must(w.book.Log(w.ctx, w.people["lead"], a.ID, w.log(now, 19)))
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: now.Version + 1}))
	now = w.activity(a.ID)
	w.refused(w.book.Reject(w.ctx, w.people["staff"], a.ID, Step{Version: now.Version, Code: "mood", Reason: "不好"}), fault.Invalid)
	w.must(w.book.Reject(w.ctx, w.people["staff"], a.ID, Step{Version: now.Version, Code: "duplicate", Reason: "上周那场"}))
	if now := w.activity(a.ID); now.State != Rejected || now.Reason != "和另一场重复：上周那场" {
		t.Fatalf("activity is %+v", now)
	}
	w.refused(w.book.Log(w.ctx, w.people["lead"], a.ID, w.log(w.activity(a.ID), 19)), fault.Conflict)
}

// I-F4: nobody can call an activity verified that lacks its evidence, not even by hand in the database.
func TestDatabaseRefusesVerificationWithoutEvidence(t *testing.T) {
	w := newWorld(t)
	house, err := identity.House().Must(identity.KeepCalendar, w.project.Place)
	w.must(err)
	a := w.held(began.AddDate(0, 0, 1), 20)
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: a.Version}))
	a = w.activity(a.ID)
	byHand := func() error {
		return w.db.Change(w.ctx, func(tx pg.Tx) error {
			if _, err := pg.Do(w.ctx, tx, verifySQL, pg.Args{"id": a.ID, "by": w.id("staff"), "at": w.clock.Now()}); err != nil {
				return err
			}
			return w.book.record(w.ctx, tx, house, a, "verify", Verified, "")
		})
	}
	for name, spoil := range map[string]string{
		"panorama hidden":   `update attachment set state = 'hidden' where kind = 'panorama'`,
		"process kept only": `update attachment set state = 'unreadable' where kind <> 'process'`,
		"sheet unreadable":  `update attachment set state = 'unreadable' where kind = 'sheet'`,
		"no sign-in":        `update activity set sign_in = ''`,
		"short":             `update activity set content = '种花'`,
	} {
		w.owned(spoil, nil)
		w.refused(byHand(), fault.Conflict)
		if w.activity(a.ID).State != Submitted {
			t.Fatalf("%s: verified", name)
		}
		w.owned(`update attachment set state = 'stored'`, nil)
		w.owned(`update activity set sign_in = 'paper', content = @c`, pg.Args{"c": content})
	}
	w.must(byHand())
}
