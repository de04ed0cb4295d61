package evidence

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

type shelf struct {
	*testing.T
	ctx   context.Context
	db    *pg.DB
	store *objects.Disk
	clock *clock.Manual
	book  *Book
	by    identity.Warrant
}

const (
	community = "jz.wuhan.dc"
	owner     = "01970000-0000-7000-8000-000000000001"
	stranger  = "01970000-0000-7000-8000-000000000002"
)

func newShelf(t *testing.T) *shelf {
	t.Helper()
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{T: t, ctx: context.Background(), db: pgtest.New(t), store: store, clock: clock.NewManual(time.Now())}
	// Only the actor who belongs to the row sees its files.
	ties := func(_ context.Context, _ pg.Reader, ownerID string, by identity.Actor) ([]identity.Role, error) {
		if by.ID == ownerID {
			return []identity.Role{identity.TeamLead}, nil
		}
		return nil, nil
	}
	s.book = NewBook(s.db, store, s.clock, photo.NewDarkroom(1), map[string]Owner{"activity": {Read: identity.ReadProjects, Page: "/activities/", Ties: ties}})
	s.must(s.db.Change(s.ctx, func(tx pg.Tx) error {
		for _, id := range []string{owner, stranger} {
			if _, err := pg.Do(s.ctx, tx, `insert into person (id, name, created_at) values (@id::uuid, '某', now())`, pg.Args{"id": id}); err != nil {
				return err
			}
		}
		_, err := pg.Do(s.ctx, tx, `insert into place (path, level, name, name_en, code, valid_from) values (@p::text::ltree, 'community', '电厂', 'Plant', '1', '2020-01-01')`, pg.Args{"p": community})
		return err
	}))
	s.by, err = identity.Actor{ID: owner}.Tied(community, identity.TeamLead).Must(identity.LogActivities, community)
	s.must(err)
	return s
}

func (s *shelf) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// keep stores content and gives it to an owner.
func (s *shelf) keep(id string, content []byte, mime, kind, owningRow string) bool {
	s.Helper()
	object, err := s.store.Put(s.ctx, bytes.NewReader(content), MaxSize)
	s.must(err)
	var fresh bool
	s.must(s.db.Change(s.ctx, func(tx pg.Tx) (err error) {
		fresh, err = Keep(s.ctx, tx, s.by, New{ID: id, Digest: object.Digest, Size: object.Size, Mime: mime, Kind: kind, Owner: "activity", OwnerID: owningRow, Place: community, Name: "照片.jpg", At: s.clock.Now()})
		return err
	}))
	return fresh
}

func (s *shelf) examine(id string) {
	s.Helper()
	effect, err := s.book.Examine(s.ctx, Kept{AttachmentID: id})
	s.must(err)
	s.must(s.db.Change(s.ctx, func(tx pg.Tx) error { return effect(s.ctx, tx) }))
}

func (s *shelf) get(id string) Attachment {
	s.Helper()
	a, err := Get(s.ctx, s.db, id)
	s.must(err)
	return a
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func TestKeepOnce(t *testing.T) {
	s := newShelf(t)
	id := newID()
	content := sketch.Draw(1, sketch.People, "")
	if !s.keep(id, content, "image/jpeg", "people", owner) || s.keep(id, content, "image/jpeg", "people", owner) {
		t.Fatal("the first time is new, the second is not")
	}
	of, err := Of(s.ctx, s.db, owner)
	s.must(err)
	if len(of) != 1 || of[0].State != Stored || of[0].Uploader != owner || of[0].Located {
		t.Fatalf("kept %+v", of)
	}
	for sql, want := range map[string]int64{`select count(*) from outbox where kind = 'evidence.kept'`: 1, `select count(*) from audit_event where entity = 'attachment'`: 1} {
		if n, err := pg.Value[int64](s.ctx, s.db, sql, nil); err != nil || n != want {
			t.Errorf("%s: %d, %v", sql, n, err)
		}
	}
}

func TestExamine(t *testing.T) {
	s := newShelf(t)
	whole, cut, paper, hidden := newID(), newID(), newID(), newID()
	content := sketch.Annotate(sketch.Draw(1, sketch.People, ""), sketch.Notes{TakenAt: s.clock.Now().Truncate(time.Second), Lat: 30, Lon: 114, Orientation: 6})
	s.keep(whole, content, "image/jpeg", "people", owner)
	s.keep(cut, content[:len(content)/2], "image/jpeg", "people", owner)
	s.keep(paper, []byte("%PDF-1.7\n%%EOF\n"), "application/pdf", "receipt", owner)
	s.keep(hidden, sketch.Draw(2, sketch.People, ""), "image/jpeg", "people", owner)
	s.must(s.db.Change(s.ctx, func(tx pg.Tx) error { return Hide(s.ctx, tx, s.by, hidden, "", s.clock.Now()) }))
	for range 2 { // doing it again changes nothing
		for _, id := range []string{whole, cut, paper, hidden} {
			s.examine(id)
		}
	}
	a := s.get(whole)
	if a.State != Derived || a.Width != 900 || a.Height != 1200 || !a.Located || a.TakenAt == nil {
		t.Errorf("examined %+v", a)
	}
	for _, digest := range []string{a.Digest, a.Large, a.Thumb} {
		s.must(objects.Verify(s.ctx, s.store, digest))
	}
	if b := s.get(cut); b.State != Unreadable || b.Large != "" {
		t.Errorf("cut %+v", b)
	}
	if b := s.get(paper); b.State != Stored {
		t.Errorf("paper %+v", b)
	}
	if b := s.get(hidden); b.State != Hidden || b.Large == "" {
		t.Errorf("hidden %+v", b)
	}
	effect, err := s.book.Examine(s.ctx, Kept{AttachmentID: newID()}) // removed meanwhile
	s.must(err)
	s.must(s.db.Change(s.ctx, func(tx pg.Tx) error { return effect(s.ctx, tx) }))
}

func TestExamineTriesAgainWhenTheStoreFails(t *testing.T) {
	s := newShelf(t)
	id := newID()
	s.keep(id, sketch.Draw(1, sketch.People, ""), "image/jpeg", "people", owner)
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	if _, err := s.book.Examine(ctx, Kept{AttachmentID: id}); err == nil || fault.Is(err, fault.Invalid) {
		t.Fatalf("a store out of reach must not blame the photo: %v", err)
	}
	if a := s.get(id); a.State != Stored {
		t.Fatalf("state %s", a.State)
	}
}

func TestUntilExaminedTheTeamSeesTheOriginal(t *testing.T) {
	s := newShelf(t)
	id, content := newID(), sketch.Draw(1, sketch.People, "")
	s.keep(id, content, "image/jpeg", "people", owner)
	c, err := s.book.Copy(s.ctx, identity.Actor{ID: owner}, id, true)
	s.must(err)
	body, err := io.ReadAll(c)
	s.must(err)
	s.must(c.Close())
	if !bytes.Equal(body, content) || c.Public {
		t.Error("not the original")
	}
	if _, err := s.book.Copy(s.ctx, identity.Actor{ID: stranger}, id, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger: %v", err)
	}
}

func TestUnknownOwnersAreSeenByNobody(t *testing.T) {
	s := newShelf(t)
	id := newID()
	s.keep(id, sketch.Draw(1, sketch.People, ""), "image/jpeg", "people", owner)
	s.book = NewBook(s.db, s.store, s.clock, photo.NewDarkroom(1), nil)
	supervisor := identity.Actor{ID: owner, Strong: true, Grants: []identity.Grant{{Role: identity.Supervisor, Place: "jz"}}}
	if _, err := s.book.Original(s.ctx, supervisor, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestSweep(t *testing.T) {
	s := newShelf(t)
	kept := newID()
	s.keep(kept, sketch.Draw(1, sketch.People, ""), "image/jpeg", "people", owner)
	s.examine(kept)
	lost, err := s.store.Put(s.ctx, bytes.NewReader([]byte("nobody's")), MaxSize)
	s.must(err)
	dropped := newID()
	s.keep(dropped, sketch.Draw(2, sketch.People, ""), "image/jpeg", "people", owner)
	gone := s.get(dropped)
	s.must(s.db.Change(s.ctx, func(tx pg.Tx) error { return Drop(s.ctx, tx, s.by, gone, s.clock.Now()) }))
	sweep := func(want int) {
		t.Helper()
		if n, err := s.book.Sweep(s.ctx); err != nil || n != want {
			t.Fatalf("%d swept, %v; want %d", n, err, want)
		}
	}
	s.clock.Advance(23 * time.Hour)
	sweep(0) // somebody may still be filling in the form
	s.clock.Advance(2 * time.Hour)
	sweep(2)
	sweep(0)
	for _, digest := range []string{lost.Digest, gone.Digest} {
		if _, err := s.store.Stat(s.ctx, digest); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is still there: %v", digest, err)
		}
	}
	a := s.get(kept)
	for _, digest := range []string{a.Digest, a.Large, a.Thumb} {
		s.must(objects.Verify(s.ctx, s.store, digest))
	}
}

func TestTakePaper(t *testing.T) {
	s := newShelf(t)
	for name, c := range map[string]struct {
		content []byte
		mime    string // "" when refused
	}{
		"photo": {sketch.Draw(1, sketch.Receipt, "米"), "image/jpeg"}, "pdf": {[]byte("%PDF-1.7\n%%EOF\n"), "application/pdf"},
		"xml": {[]byte(`<?xml version="1.0"?><EInvoice/>`), "application/xml"}, "svg": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ""},
		"html": {[]byte("<!doctype html>"), ""}, "gif": {[]byte("GIF89a.........."), ""}, "text": {[]byte("EICAR"), ""}, "nothing": {nil, ""},
	} {
		got, err := TakePaper(s.ctx, s.store, bytes.NewReader(c.content))
		if got.Mime != c.mime || (err == nil) != (c.mime != "") || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := TakePhoto(s.ctx, s.store, bytes.NewReader([]byte("%PDF-1.7\n"))); !fault.Is(err, fault.Invalid) {
		t.Errorf("a PDF is no photo: %v", err)
	}
}
