package delivery

import (
	"bytes"
	"io"
	"testing"
	"time"

	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

var cleared = evidence.Clearance{NoMinors: true, Agreed: true, Private: true}

func (w *world) photo(id string) evidence.Attachment {
	w.Helper()
	a, err := evidence.Get(w.ctx, w.db, id)
	w.must(err)
	return a
}

// shows is an activity's photo of a kind.
func (w *world) shows(a Activity, kind string) string {
	w.Helper()
	all, err := evidence.Of(w.ctx, w.db, a.ID)
	w.must(err)
	for _, p := range all {
		if p.Kind == kind {
			return p.ID
		}
	}
	w.Fatalf("no %s", kind)
	return ""
}

// The one authorisation of files: everybody against the original, the copy before and after clearance.
func TestWhoSeesAFile(t *testing.T) {
	w := newWorld(t)
	a := w.verified(began.AddDate(0, 0, 1), 20)
	w.examine()
	id := w.shows(a, "panorama")
	look := func(actor identity.Actor) (original, large, thumb error) {
		c, original := w.files.Original(w.ctx, actor, id)
		if original == nil {
			w.must(c.Close())
		}
		c, large = w.files.Copy(w.ctx, actor, id, false)
		if large == nil {
			w.must(c.Close())
		}
		c, thumb = w.files.Copy(w.ctx, actor, id, true)
		if thumb == nil {
			w.must(c.Close())
		}
		return original, large, thumb
	}
	actors := map[string]identity.Actor{"": {}, "house": identity.House()}
	for name, actor := range w.people {
		actors[name] = actor
	}
	weak := w.people["staff"]
	weak.Strong = false
	actors["weak"] = weak
	outside := map[string]bool{"": true, "house": true, "resident": true, "rival": true, "next door": true, "far": true, "far street": true, "weak": true}
	check := func(when string, public bool) {
		t.Helper()
		for name, actor := range actors {
			original, large, thumb := look(actor)
			for what, err := range map[string]error{"original": original, "large": large, "thumb": thumb} {
				allowed := !outside[name] || public && what != "original"
				if allowed != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %q and the %s: %v", when, name, what, err)
				}
			}
		}
	}
	check("before clearance", false)
	_, err := w.book.Clear(w.ctx, w.people["staff"], id, cleared)
	w.must(err)
	check("after clearance", true)
	_, err = w.book.Hide(w.ctx, w.people["lead"], id, "张阿姨不想公开")
	w.must(err)
	check("after hiding", false)
}

func TestClearanceNeedsAllThreeTicksAndAStranger(t *testing.T) {
	w := newWorld(t)
	a := w.held(began.AddDate(0, 0, 1), 20)
	panorama, process, sheet := w.shows(a, "panorama"), w.shows(a, "process"), w.shows(a, "sheet")
	clearing := func(who, id string, c evidence.Clearance) error {
		_, err := w.book.Clear(w.ctx, w.people[who], id, c)
		return err
	}
	w.refused(clearing("staff", panorama, cleared), fault.Conflict) // not yet examined: there is no copy to show
	w.examine()
	for _, c := range []evidence.Clearance{{NoMinors: true, Agreed: true}, {NoMinors: true, Private: true}, {Agreed: true, Private: true}, {}} {
		w.refused(clearing("staff", panorama, c), fault.Invalid)
	}
	w.refused(clearing("staff", sheet, cleared), fault.Conflict)
	w.refused(clearing("helper", panorama, cleared), fault.Forbidden)
	w.refused(clearing("lead", panorama, cleared), fault.Forbidden)
	w.refused(clearing("street", panorama, cleared), fault.Forbidden)
	w.refused(clearing("far", panorama, cleared), fault.NotFound)
	w.must(clearing("staff", panorama, cleared))
	if s := w.photo(panorama).State; s != evidence.Cleared {
		t.Fatalf("cleared before verification it is %s", s)
	}
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: a.Version}))
	w.must(w.book.Verify(w.ctx, w.people["staff"], a.ID, Step{Version: a.Version + 1}))
	if s := w.photo(panorama).State; s != evidence.Public {
		t.Fatalf("after verification it is %s", s)
	}
	if s := w.photo(process).State; s != evidence.Derived {
		t.Fatalf("the photo nobody cleared is %s", s)
	}
	w.must(w.book.Return(w.ctx, w.people["street"], a.ID, Step{Version: a.Version + 2, Reason: "再看看"}))
	if s := w.photo(panorama).State; s != evidence.Cleared {
		t.Fatalf("after the spot check it is %s", s)
	}
	if n, err := pg.Value[int64](w.ctx, w.db, `select count(*) from open_photo`, nil); err != nil || n != 0 {
		t.Fatalf("%d photos are in the open book, %v", n, err)
	}
}

// I-D2: what the public gets has nothing of the camera's notes; what staff get says when, and no page says where.
func TestPublicCopyHasNoNotes(t *testing.T) {
	w := newWorld(t)
	a := w.held(began.AddDate(0, 0, 1), 20)
	original := sketch.DrawWithEXIF(7, sketch.Panorama, "种花", a.StartsAt.Add(20*time.Minute), 30.5, 114.3)
	id := w.attach("lead", a.ID, "panorama", original).ID
	w.examine()
	got := w.photo(id)
	if got.TakenAt == nil || !got.TakenAt.Equal(a.StartsAt.Add(20*time.Minute)) || !got.Located || got.Width != 1200 || got.Height != 900 {
		t.Fatalf("photo is %+v", got)
	}
	if info, err := photo.Inspect(bytes.NewReader(original)); err != nil || info.Lat == nil {
		t.Fatalf("the original says nothing to begin with: %+v, %v", info, err)
	}
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: a.Version}))
	w.must(w.book.Verify(w.ctx, w.people["staff"], a.ID, Step{Version: a.Version + 1}))
	_, err := w.book.Clear(w.ctx, w.people["staff"], id, cleared)
	w.must(err)
	for _, thumb := range []bool{false, true} {
		c, err := w.files.Copy(w.ctx, identity.Actor{}, id, thumb)
		w.must(err)
		body, err := io.ReadAll(c)
		w.must(err)
		w.must(c.Close())
		info, err := photo.Inspect(bytes.NewReader(body))
		w.must(err)
		if info.TakenAt != nil || info.Lat != nil || info.Camera != "" || bytes.Contains(body, []byte("Exif")) || bytes.Contains(body, []byte("Seedbed")) || !c.Public {
			t.Errorf("the public copy says %+v", info)
		}
	}
}

func TestTwinsBlockUntilExplained(t *testing.T) {
	w := newWorld(t)
	first := w.verified(began.AddDate(0, 0, 1), 20)
	second := w.held(began.AddDate(0, 0, 2), 20)
	shared := w.picture()
	id := first.ID
	w.owned(`update activity set state = 'logged' where id = @id::uuid`, pg.Args{"id": id})
	if w.attach("lead", id, "people", shared).Twin {
		t.Fatal("a first photo has no twin")
	}
	if !w.attach("lead", second.ID, "people", shared).Twin {
		t.Fatal("the second is not noticed at once")
	}
	err := w.book.Submit(w.ctx, w.people["lead"], second.ID, Step{Version: second.Version})
	if wrong := fault.InFields(err); len(wrong) != 1 || wrong["twin_reason"].Text == "" {
		t.Fatalf("the twin is not refused: %v", err)
	}
	n := w.log(second, 20)
	n.TwinReason = "每周都在同一个地方合影"
	w.must(w.book.Log(w.ctx, w.people["lead"], second.ID, n))
	w.must(w.book.Submit(w.ctx, w.people["lead"], second.ID, Step{Version: second.Version + 1}))
}

func TestDeskNoticesPhotos(t *testing.T) {
	w := newWorld(t)
	first := w.held(began.AddDate(0, 0, 1), 20)
	scene := sketch.Draw(3, sketch.Process, "种花")
	w.attach("lead", first.ID, "process", scene)
	second := w.held(began.AddDate(0, 0, 2), 20)
	early := w.attach("lead", second.ID, "people", sketch.DrawWithEXIF(9, sketch.People, "", second.StartsAt.Add(-13*time.Hour), 0, 0)).ID
	timely := w.attach("lead", second.ID, "result", sketch.DrawWithEXIF(11, sketch.Result, "", second.EndsAt.Add(11*time.Hour), 0, 0)).ID
	// The same scene, smaller and of another quality, as after a chat app.
	small, err := photo.NewDarkroom(1).Derive(w.ctx, bytes.NewReader(scene), 640, 60)
	w.must(err)
	near := w.attach("lead", second.ID, "process", small).ID
	w.examine()
	w.must(w.book.Submit(w.ctx, w.people["lead"], second.ID, Step{Version: second.Version}))
	d, err := w.book.DeskActivity(w.ctx, w.people["staff"], second.ID)
	w.must(err)
	if !d.CanVerify || !d.CanReturn || !d.CanClear || d.SubmittedBy != "lead" {
		t.Errorf("desk is %+v", d)
	}
	for _, c := range d.Checks {
		if c.OffTime != (c.ID == early) {
			t.Errorf("photo %s off time is %v", c.Kind, c.OffTime)
		}
		if c.Untimed != (c.ID != early && c.ID != timely) {
			t.Errorf("photo %s untimed is %v", c.Kind, c.Untimed)
		}
		if (len(c.Twins) > 0) != (c.ID == near) {
			t.Errorf("photo %s has twins %+v", c.Kind, c.Twins)
		}
		if c.ID == near && (c.Twins[0].Exact || c.Twins[0].OtherOwner != first.ID) {
			t.Errorf("twin is %+v", c.Twins[0])
		}
	}
	d, err = w.book.DeskActivity(w.ctx, w.people["street"], second.ID)
	w.must(err)
	if d.CanVerify || d.CanReturn || d.CanClear {
		t.Error("the street may judge what was only handed in")
	}
	_, err = w.book.DeskActivity(w.ctx, w.people["lead"], second.ID)
	w.refused(err, fault.Forbidden)
}

func TestUnreadablePhotoIsSaid(t *testing.T) {
	w := newWorld(t)
	a := w.held(began.AddDate(0, 0, 1), 20)
	whole := sketch.Draw(5, sketch.Panorama, "")
	broken := w.attach("lead", a.ID, "people", whole[:len(whole)/2]).ID
	w.examine()
	if s := w.photo(broken).State; s != evidence.Unreadable {
		t.Fatalf("half a photo is %s", s)
	}
	if n, err := pg.Value[int64](w.ctx, w.db, `select count(*) from notice where code = 'N22' and person_id = @p::uuid`, pg.Args{"p": w.id("lead")}); err != nil || n != 1 {
		t.Fatalf("%d notices, %v", n, err)
	}
}
