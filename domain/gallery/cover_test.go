package gallery

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

// hall is a world whose proposals have a cover photo, taken with a phone that notes the place.
type hall struct {
	*world
	files *evidence.Book
	album *proposal.Album
	n     int64
}

func newHall(t *testing.T, gallery string) *hall {
	t.Helper()
	w := newWorld(t, gallery)
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files := evidence.NewBook(w.db, store, w.clock, photo.NewDarkroom(1), map[string]evidence.Owner{"proposal": {Page: "/proposals/", Sees: proposal.SeesFile, Shown: CoverShown}})
	h := &hall{world: w, files: files, album: proposal.NewAlbum(w.proposals, files, store)}
	w.drafted = func(lead identity.Actor, pid string) { h.picture(lead, pid) }
	return h
}

// picture gives a proposal a new cover and has it examined.
func (h *hall) picture(lead identity.Actor, pid string) string {
	h.Helper()
	h.n++
	file := sketch.Annotate(sketch.Draw(h.n, sketch.Result, ""), sketch.Notes{TakenAt: noon, Lat: 34.66, Lon: 112.43, Orientation: 1, Camera: "SECRETPHONE"})
	got, err := h.album.Add(h.ctx, lead, pid, proposal.NewPhoto{Kind: "cover", Name: "a.jpg"}, bytes.NewReader(file))
	if err != nil {
		h.Fatal(err)
	}
	effect, err := h.files.Examine(h.ctx, evidence.Kept{AttachmentID: got})
	if err != nil {
		h.Fatal(err)
	}
	h.change(func(tx pg.Tx) error { return effect(h.ctx, tx) })
	return got
}

func (h *hall) cover(pid string) proposal.Cover {
	h.Helper()
	c, err := proposal.CoverOf(h.ctx, h.db, pid)
	if err != nil || !c.There() {
		h.Fatal(c, err)
	}
	return c
}

func (h *hall) yes(pid string) proposal.CoverYes {
	c := h.cover(pid)
	return proposal.CoverYes{Photo: c.ID, Version: c.Version, NoMinors: true, Agreed: true, Private: true}
}

func (h *hall) no(pid, reason string) proposal.CoverNo {
	c := h.cover(pid)
	return proposal.CoverNo{Photo: c.ID, Version: c.Version, Reason: reason}
}

func (h *hall) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *hall) refused(err error, kind fault.Kind, what string) {
	h.Helper()
	if !fault.Is(err, kind) {
		h.Errorf("%s: %v", what, err)
	}
}

// seen tells whether a picture is public to somebody: its copies can be had as public ones.
func (h *hall) seen(by identity.Actor, id string) bool {
	h.Helper()
	public := 0
	for _, thumb := range []bool{true, false} {
		c, err := h.files.Copy(h.ctx, by, id, thumb)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			h.Fatal(err)
		}
		if c.Public {
			public++
		}
		_ = c.Close()
	}
	if public == 1 {
		h.Error("only one of the copies is public")
	}
	return public == 2
}

// open holds the picture, the card and the page to one answer.
func (h *hall) open(pid, id string, want bool, when string) {
	h.Helper()
	if h.seen(identity.Actor{}, id) != want {
		h.Errorf("%s: the picture is public: %v", when, !want)
	}
	card := ""
	for _, i := range h.list(identity.Actor{}, Filter{}) {
		if i.ProposalID == pid {
			card = i.Cover
		}
	}
	if (card == id) != want {
		h.Errorf("%s: the card shows %q", when, card)
	}
	if i, err := h.book.One(h.ctx, identity.Actor{}, pid); err == nil && (i.Cover == id) != want {
		h.Errorf("%s: the page shows %q", when, i.Cover)
	}
	if h.seen(h.staff, id) != want {
		h.Errorf("%s: public to staff: %v", when, !want)
	}
}

// A cover photo is public while three things hold, and gone in the moment one of them ends (DOMAIN §12.6).
func TestACoverIsPublicWhileThreeThingsHold(t *testing.T) {
	h := newHall(t, edition.GallerySubmitted)
	lead, pid := h.submitted("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	id := h.cover(pid).ID
	h.must(h.book.Show(h.ctx, lead, pid, Wish{Agree: true}))
	h.open(pid, id, false, "the proposal alone is public")
	if h.cover(pid).Agreed {
		t.Error("the consent to the one was taken for the other")
	}
	h.refused(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)), fault.Conflict, "cleared without the lead's consent")
	for range 2 {
		h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	}
	h.open(pid, id, false, "nobody has looked through it")
	y := h.yes(pid)
	for range 2 { // a double click
		h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, y))
	}
	h.open(pid, id, true, "all three")
	h.clean()
	if c := h.cover(pid); c.Version != 1 || !c.Shown || c.Waits {
		t.Errorf("after two clicks %+v", c)
	}
	if n, _ := pg.Value[int](h.ctx, h.db, `select count(*) from consent where purpose = 'cover_public'`, nil); n != 1 {
		t.Errorf("%d consents", n)
	}
	if n, _ := pg.Value[int](h.ctx, h.db, `select count(*) from notice where person_id = @id::uuid and link = @link`, pg.Args{"id": lead.ID, "link": "/proposals/" + pid + "/gallery"}); n != 1 {
		t.Errorf("the lead was told %d times", n)
	}
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{}))
	h.open(pid, id, false, "the consent was taken back")
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	h.open(pid, id, true, "given again")
	h.must(h.book.Show(h.ctx, lead, pid, Wish{}))
	h.open(pid, id, false, "the proposal is not public")
	h.must(h.book.Show(h.ctx, lead, pid, Wish{Agree: true}))
	h.must(h.proposals.HideCover(h.ctx, h.staff, pid, h.no(pid, "有人不愿意")))
	h.open(pid, id, false, "hidden by staff")
	h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)))
	h.open(pid, id, true, "looked through again")
	h.move(pid, proposal.Withdrawn)
	h.open(pid, id, false, "the proposal was withdrawn")
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{}))
	h.refused(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}), fault.Conflict, "agreeing after it was withdrawn")
	h.clean()
}

// What the public gets is a copy without a camera's notes; the original stays with those concerned.
func TestACoverGoesOutWithoutTheCamerasNotes(t *testing.T) {
	h := newHall(t, edition.GallerySubmitted)
	lead, pid := h.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	id := h.cover(pid).ID
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)))
	if _, err := h.files.Original(h.ctx, identity.Actor{}, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("the original is public: %v", err)
	}
	read := func(c evidence.Content, err error) string {
		t.Helper()
		h.must(err)
		defer c.Close()
		b, err := io.ReadAll(c)
		h.must(err)
		return string(b)
	}
	if !strings.Contains(read(h.files.Original(h.ctx, lead, id)), "SECRETPHONE") {
		t.Fatal("the original has no notes to lose")
	}
	for _, thumb := range []bool{true, false} {
		if b := read(h.files.Copy(h.ctx, identity.Actor{}, id, thumb)); strings.Contains(b, "SECRETPHONE") || strings.Contains(b, "Exif") || len(b) < 1000 {
			t.Errorf("thumb %v: the camera's notes went out, or nothing did: %d bytes", thumb, len(b))
		}
	}
}

// Only the lead agrees, only the community's own staff clear, and never somebody of the team or who helped to write it.
func TestWhoMaySayWhatOfACover(t *testing.T) {
	h := newHall(t, edition.GallerySubmitted)
	lead, pid := h.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	stranger := h.resident("路人", hood)
	elsewhere := h.resident("长乐干事", "jz.wuhan.changle")
	elsewhere.Strong, elsewhere.Grants = true, []identity.Grant{{Role: identity.CommunityStaff, Place: "jz.wuhan.changle"}}
	head := h.resident("书记", hood)
	head.Strong, head.Grants = true, []identity.Grant{{Role: identity.CommunityHead, Place: hood}}
	full, err := proposal.Whole(h.ctx, h.db, pid)
	h.must(err)
	member := identity.Actor{ID: full.Members[1].PersonID, Strong: true, Grants: h.staff.Grants}
	h.refused(h.book.ShowCover(h.ctx, stranger, pid, Wish{Agree: true}), fault.NotFound, "a stranger agrees")
	h.refused(h.book.ShowCover(h.ctx, member, pid, Wish{Agree: true}), fault.Forbidden, "a member agrees")
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	y := h.yes(pid)
	h.refused(h.proposals.ClearCover(h.ctx, stranger, pid, y), fault.NotFound, "a stranger clears")
	h.refused(h.proposals.ClearCover(h.ctx, elsewhere, pid, y), fault.NotFound, "another community clears")
	h.refused(h.proposals.ClearCover(h.ctx, head, pid, y), fault.Forbidden, "without the right")
	h.refused(h.proposals.ClearCover(h.ctx, member, pid, y), fault.Forbidden, "a member clears")
	for _, wrong := range []proposal.CoverYes{{Photo: y.Photo, NoMinors: true, Agreed: true}, {Photo: y.Photo, NoMinors: true, Private: true}, {Photo: y.Photo, Agreed: true, Private: true}} {
		h.refused(h.proposals.ClearCover(h.ctx, h.staff, pid, wrong), fault.Invalid, "a tick is missing")
	}
	other := y
	other.Photo = id()
	h.refused(h.proposals.ClearCover(h.ctx, h.staff, pid, other), fault.Conflict, "another picture")
	h.refused(h.proposals.RefuseCover(h.ctx, h.staff, pid, h.no(pid, " ")), fault.Invalid, "no reason")
	h.run(`update proposal set acting_helper = @id::uuid, acting_paper = @paper::uuid where id = @p::uuid`, pg.Args{"id": h.staff.ID, "paper": y.Photo, "p": pid})
	h.refused(h.proposals.ClearCover(h.ctx, h.staff, pid, y), fault.Forbidden, "who helped to write it")
	h.run(`update proposal set acting_helper = null, acting_paper = null where id = @p::uuid`, pg.Args{"p": pid})
	h.must(h.proposals.RefuseCover(h.ctx, h.staff, pid, h.no(pid, "有孩子的脸")))
	h.refused(h.proposals.ClearCover(h.ctx, h.staff, pid, y), fault.Conflict, "at an old version")
	if c := h.cover(pid); c.State != proposal.CoverRefused || c.Reason != "有孩子的脸" || c.Waits {
		t.Errorf("refused: %+v", c)
	}
	h.open(pid, y.Photo, false, "refused")
	w, err := h.book.Wished(h.ctx, lead, pid)
	if err != nil || w.Cover.Reason != "有孩子的脸" {
		t.Errorf("the lead reads %+v %v", w.Cover, err)
	}
	if _, err := h.proposals.SeeCover(h.ctx, elsewhere, pid); !fault.Is(err, fault.NotFound) {
		t.Errorf("another community looks: %v", err)
	}
	h.clean()
}

// A judge of the edition does not meet the cover before the notice; afterwards they may, as everybody.
func TestJudgesDoNotSeeTheCoverOfWhatTheyJudge(t *testing.T) {
	h := newHall(t, edition.GallerySubmitted)
	lead, pid := h.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	h.must(h.book.ShowCover(h.ctx, lead, pid, Wish{Agree: true}))
	h.must(h.proposals.ClearCover(h.ctx, h.staff, pid, h.yes(pid)))
	photo := h.cover(pid).ID
	judge := h.resident("评委", hood)
	judge.Strong, judge.Grants = true, []identity.Grant{{Role: identity.Judge, Place: "jz"}}
	if !h.seen(judge, photo) {
		t.Error("a judge of another edition does not see it")
	}
	jid := id()
	h.change(func(tx pg.Tx) error {
		if _, err := pg.Do(h.ctx, tx, `insert into judge (id, edition_id, person_id, expertise, at) values (@id, @edition, @me, 'x', @at)`, pg.Args{"id": jid, "edition": h.edition, "me": judge.ID, "at": noon}); err != nil {
			return err
		}
		return h.record(tx, "judge", jid, 1, "jz", "invited")
	})
	if h.seen(judge, photo) || !h.seen(identity.Actor{}, photo) {
		t.Error("its judge sees it, or nobody does")
	}
	h.move(pid, proposal.Endorsed, proposal.Eligible, proposal.Shortlisted, proposal.Ranked)
	h.notice(h.staff, map[string]string{pid: "selected"})
	if !h.seen(judge, photo) {
		t.Error("after the notice it is as public as the result")
	}
}
