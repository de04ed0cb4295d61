package proposal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

func (w *world) album() (*Album, *evidence.Book) {
	w.Helper()
	store, err := objects.NewDisk(w.TempDir())
	if err != nil {
		w.Fatal(err)
	}
	files := evidence.NewBook(w.db, store, w.clock, photo.NewDarkroom(1), map[string]evidence.Owner{"proposal": {Page: "/proposals/", Sees: SeesFile}})
	return NewAlbum(w.book, files, store), files
}

func TestPhotosAreTheTeamsUntilHandedIn(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	album, files := w.album()
	f := w.draft(w.lead, w.edition)
	content := sketch.Draw(1, sketch.People, "")
	var id string
	for range 2 { // the same twice is there once
		got, err := album.Add(ctx, w.lead, f.ID, NewPhoto{Kind: "need", Name: "a.jpg"}, bytes.NewReader(content))
		if err != nil || id != "" && got != id {
			t.Fatal(got, err)
		}
		id = got
	}
	member := identity.Actor{ID: f.Members[1].PersonID}
	sees := func(who identity.Actor) bool {
		c, err := files.Original(ctx, who, id)
		if err == nil {
			_ = c.Close()
		} else if !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	if !sees(w.lead) || !sees(member) || sees(w.neighbour) || sees(w.head) || sees(identity.Actor{}) {
		t.Error("a draft's photo is its team's alone")
	}
	if _, err := album.Add(ctx, w.neighbour, f.ID, NewPhoto{Kind: "need"}, bytes.NewReader(content)); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger adds a photo: %v", err)
	}
	if _, err := album.Add(ctx, w.lead, f.ID, NewPhoto{Kind: "x"}, bytes.NewReader(content)); fault.InFields(err)["kind"].Text == "" {
		t.Errorf("a photo of nothing: %v", err)
	}
	if _, err := album.Add(ctx, w.lead, f.ID, NewPhoto{Kind: "need"}, bytes.NewReader([]byte("%PDF-1.7\n"))); !fault.Is(err, fault.Invalid) {
		t.Errorf("a paper as a photo: %v", err)
	}
	if _, err := album.Add(ctx, w.lead, f.ID, NewPhoto{Kind: permit}, bytes.NewReader([]byte("%PDF-1.7\n%%EOF\n"))); err != nil {
		t.Errorf("permission for the place: %v", err)
	}
	for i := range 2 { // a new cover takes the place of the old one
		if _, err := album.Add(ctx, w.lead, f.ID, NewPhoto{Kind: cover}, bytes.NewReader(sketch.Draw(int64(5+i), sketch.People, ""))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.own(w.lead, f.ID).Photos); n != 3 {
		t.Errorf("%d files", n)
	}
	if _, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, noon); err != nil {
		t.Fatal(err)
	}
	if !sees(w.head) || sees(w.head2) || sees(w.neighbour) {
		t.Error("once it was handed in its own desks see the photo, nobody else")
	}
	if err := album.Remove(ctx, w.lead, f.ID, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("taken out of what was handed in: %v", err)
	}
}

func TestUploadsGoOnWhereTheyStopped(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	album, files := w.album()
	f := w.draft(w.lead, w.edition)
	content := append(sketch.Draw(1, sketch.People, ""), make([]byte, 600<<10)...)
	sum := sha256.Sum256(content)
	n := NewPart{ID: newID(), Kind: "need", Name: "a.jpg", Size: len(content), Digest: hex.EncodeToString(sum[:])}
	for range 2 {
		if u, err := album.Begin(ctx, w.lead, f.ID, n); err != nil || u.Received != 0 {
			t.Fatal(u, err)
		}
	}
	other := NewAlbum(w.book, files, nil) // another process: it has nothing in its memory
	at := 0
	for at < len(content) {
		part := content[at:min(at+evidence.MaxPart, len(content))]
		u, err := album.Append(ctx, w.lead, f.ID, n.ID, int64(at), part)
		if err != nil || u.Received != int64(at+len(part)) {
			t.Fatal(u, err)
		}
		if u.DoneAt == nil { // the answer was lost, the part comes again
			if _, err := other.Append(ctx, w.lead, f.ID, n.ID, int64(at), part); !fault.Is(err, fault.Conflict) {
				t.Errorf("a part came twice: %v", err)
			}
			if _, err := other.Append(ctx, w.lead, f.ID, n.ID, int64(at)+9, part); !fault.Is(err, fault.Conflict) {
				t.Errorf("a part out of turn: %v", err)
			}
		}
		at += len(part)
	}
	u, err := album.Append(ctx, w.lead, f.ID, n.ID, int64(len(content)), nil)
	if err != nil || u.DoneAt == nil || len(w.own(w.lead, f.ID).Photos) != 1 || w.count(`select count(*) from upload_part`, nil) != 0 {
		t.Errorf("at the end: %+v, %v", u, err)
	}
	if _, err := album.Upload(ctx, w.neighbour, f.ID, n.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger sees the upload: %v", err)
	}
	if _, err := album.Begin(ctx, w.neighbour, f.ID, NewPart{ID: newID(), Kind: "need", Size: 1, Digest: n.Digest}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger begins one: %v", err)
	}
}

func TestUploadsThatCannotBeUsedAreForgotten(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	album, files := w.album()
	f := w.draft(w.lead, w.edition)
	begin := func(content []byte, digest string) string {
		t.Helper()
		n := NewPart{ID: newID(), Kind: "need", Size: len(content), Digest: digest}
		if _, err := album.Begin(ctx, w.lead, f.ID, n); err != nil {
			t.Fatal(err)
		}
		return n.ID
	}
	text := []byte("no photo at all")
	sum := sha256.Sum256(text)
	id := begin(text, hex.EncodeToString(sum[:]))
	if _, err := album.Append(ctx, w.lead, f.ID, id, 0, text); !fault.Is(err, fault.Invalid) {
		t.Errorf("a text as a photo: %v", err)
	}
	if w.count(`select count(*) from upload`, nil) != 0 {
		t.Error("the refused file is still there")
	}
	id = begin(text, hex.EncodeToString(make([]byte, 32)))
	if _, err := album.Append(ctx, w.lead, f.ID, id, 0, text); !fault.Is(err, fault.Conflict) {
		t.Errorf("other bytes than announced: %v", err)
	}
	if u, err := files.Upload(ctx, w.lead, id); err != nil || u.Received != 0 {
		t.Errorf("it does not begin anew: %+v, %v", u, err)
	}
	sweep := func() {
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return evidence.SweepUploads(ctx, tx, w.clock.Now()) }); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Advance(71 * time.Hour)
	sweep()
	if w.count(`select count(*) from upload`, nil) != 1 {
		t.Error("swept while somebody may go on")
	}
	w.clock.Advance(2 * time.Hour)
	sweep()
	if w.count(`select count(*) from upload`, nil) != 0 {
		t.Error("an upload stays for ever")
	}
	if _, err := album.Begin(ctx, w.lead, f.ID, NewPart{ID: newID(), Kind: "need", Size: evidence.MaxSize + 1, Digest: hex.EncodeToString(sum[:])}); !fault.Is(err, fault.Invalid) {
		t.Errorf("too large: %v", err)
	}
}
