package gallery

import (
	"strings"
	"testing"
	"time"

	"seedbed/domain/consent"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/privacy"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Where proposals are public only after the notice, the cover can be agreed to and cleared before, and shows with them.
func TestACoverWaitsForItsProposal(t *testing.T) {
	h := newHall(t, edition.GalleryResults)
	lead, pid := h.submitted("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	photo := h.cover(pid).ID
	queue := func() int {
		list, err := h.proposals.Desk(h.ctx, h.staff, proposal.Filter{Flag: "cover"})
		h.must(err)
		return len(list)
	}
	if queue() != 0 {
		t.Error("staff are asked before the lead")
	}
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	if queue() != 1 {
		t.Error("staff do not find what waits")
	}
	h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)))
	if queue() != 0 {
		t.Error("it still waits")
	}
	h.open(pid, photo, false, "before the notice")
	h.move(pid, proposal.Endorsed, proposal.Eligible, proposal.Shortlisted, proposal.Ranked)
	h.notice(h.staff, map[string]string{pid: "selected"})
	h.open(pid, photo, true, "after the notice")
	h.clean()
}

// Another picture begins anew: the old one is gone at once, the new one waits.
func TestANewCoverStartsUncleared(t *testing.T) {
	h := newHall(t, edition.GallerySubmitted)
	lead, pid := h.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)))
	old := h.cover(pid).ID
	h.move(pid, proposal.Returned)
	h.run(`update proposal set fix_until = @at where id = @id`, pg.Args{"id": pid, "at": noon.AddDate(0, 0, 5)})
	fresh := h.picture(lead, pid)
	h.open(pid, old, false, "replaced")
	h.open(pid, fresh, false, "new")
	if c := h.cover(pid); c.ID != fresh || !c.Waits || c.State != "" {
		t.Errorf("%+v", c)
	}
	h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)))
	h.open(pid, fresh, true, "looked through")
	h.open(pid, old, false, "replaced for good")
	h.clean()
}

// Whoever sent the picture and is erased takes it along; who no longer wants to be in public photos has their team's taken in.
func TestACoverEndsWithItsPeople(t *testing.T) {
	h := newHall(t, edition.GallerySubmitted)
	lead, pid := h.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)))
	photo := h.cover(pid).ID
	full, err := proposal.Whole(h.ctx, h.db, pid)
	h.must(err)
	member := full.Members[1].PersonID
	h.change(func(tx pg.Tx) error {
		return consent.Refuse(h.ctx, tx, member, consent.PhotoPublic, noon.Add(time.Hour))
	})
	for range 2 {
		h.change(func(tx pg.Tx) error {
			return privacy.HidePublic(h.ctx, tx, consent.Withdrawn{PersonID: member, Purpose: consent.PhotoPublic})
		})
	}
	h.open(pid, photo, false, "a member wants to be in no public photo")
	h.clean()
	h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)))
	h.open(pid, photo, true, "looked through again")
	h.run(`update attachment set uploader = @who::uuid where id = @id::uuid`, pg.Args{"who": full.Members[2].PersonID, "id": photo})
	h.run(`update person set erased_at = @at where id = @id::uuid`, pg.Args{"at": noon, "id": full.Members[2].PersonID})
	h.open(pid, photo, false, "its sender is erased")
}

// The check names a picture that is out without its clearance, as the original, by the team's own hand, or by its state alone.
func TestTheCheckFindsACoverThatShouldNotBeOut(t *testing.T) {
	h := newHall(t, edition.GallerySubmitted)
	lead, pid := h.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	photo := h.cover(pid).ID
	complaint := func(part string) {
		t.Helper()
		_, broken, err := Verify(h.ctx, h.db)
		h.must(err)
		if !strings.Contains(strings.Join(broken, "\n"), part) {
			t.Errorf("%q is not among %q", part, broken)
		}
	}
	h.change(func(tx pg.Tx) error { // the lead's own hand, past the verb
		if _, err := pg.Do(h.ctx, tx, `insert into cover (id, proposal_id, place, state, decided_by, decided_at) values (@id, @p, @place::text::ltree, 'cleared', @by, @at)`,
			pg.Args{"id": photo, "p": pid, "place": hood, "by": lead.ID, "at": noon.Add(time.Hour)}); err != nil {
			return err
		}
		return h.record(tx, "cover", photo, 1, hood, "cleared")
	})
	complaint("cleared by nobody")
	complaint("cleared by its own team")
	h.run(`update attachment set large = digest where id = @id::uuid`, pg.Args{"id": photo})
	complaint("shows the original")
	h.run(`update attachment set state = 'public' where id = @id::uuid`, pg.Args{"id": photo})
	complaint("public by itself")
}

// A project without photos of its own is shown with the cleared cover of its proposal, while the three things hold.
func TestACoverStandsInForAProjectsPhotos(t *testing.T) {
	h := newHall(t, edition.GalleryResults)
	lead, pid := h.submitted("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)))
	h.move(pid, proposal.Endorsed, proposal.Eligible, proposal.Shortlisted, proposal.Ranked)
	notice := h.notice(h.staff, map[string]string{pid: "selected"})
	award, err := pg.Value[string](h.ctx, h.db, `select id::text from award where proposal_id = @id::uuid`, pg.Args{"id": pid})
	h.must(err)
	pact, project := id(), id()
	h.change(func(tx pg.Tx) error {
		if _, err := pg.Do(h.ctx, tx, `update publicity set state = 'closed', version = 2 where id = @id::uuid`, pg.Args{"id": notice}); err != nil {
			return err
		}
		if err := h.record(tx, "publicity", notice, 2, "jz", "closed"); err != nil {
			return err
		}
		for i, to := range []string{"publicized", "confirmed"} {
			if _, err := pg.Do(h.ctx, tx, `update award set state = @to, version = version + 1 where id = @id::uuid`, pg.Args{"id": award, "to": to}); err != nil {
				return err
			}
			if err := h.record(tx, "award", award, i+2, hood, to); err != nil {
				return err
			}
		}
		if _, err := pg.Do(h.ctx, tx, `insert into agreement (id, number, award_id, proposal_id, edition_id, place, host, total, starts_on, ends_on, annex, digest)
  values (@id, 'XY1', @award, @p, @edition, 'jz', @place::text::ltree, 100, '2026-07-01', '2026-12-01', '{}', 'x')`,
			pg.Args{"id": pact, "award": award, "p": pid, "edition": h.edition, "place": hood}); err != nil {
			return err
		}
		if err := h.record(tx, "agreement", pact, 1, "jz", "signing"); err != nil {
			return err
		}
		if _, err := pg.Do(h.ctx, tx, `insert into project (id, number, agreement_id, award_id, proposal_id, edition_id, team_id, place, host, title, category, starts_on, ends_on, lead_id, award, published, created_at)
  select @id, 'XM1', @pact, @award, p.id, p.edition_id, p.team_id, p.place, p.place, p.title, p.category, '2026-07-01', '2026-12-01', p.lead_id, 100, true, @at from proposal p where p.id = @p::uuid`,
			pg.Args{"id": project, "pact": pact, "award": award, "p": pid, "at": noon}); err != nil {
			return err
		}
		return h.record(tx, "project", project, 1, hood, "preparing")
	})
	photo := h.cover(pid).ID
	if i, err := h.book.One(h.ctx, identity.Actor{}, pid); err != nil || i.Kind != Project {
		t.Fatalf("%+v %v", i, err)
	}
	h.open(pid, photo, true, "as a project")
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{}))
	h.open(pid, photo, false, "taken back")
	h.clean()
}
