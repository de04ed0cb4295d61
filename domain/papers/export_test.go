package papers

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/objects"
	"seedbed/storage/paper"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// A list reads as numbers and text, masks phones, and has nothing of another street.
func TestTheListKeepsToItsPlaces(t *testing.T) {
	w := newWorld(t)
	one := w.submitted("𠮷大妈", "=HYPERLINK(\"http://x\")", hood)
	w.submitted("外街人", "南街的项目", hood2)
	read := func(by identity.Actor, n NewExport) ([][]string, string) {
		body := w.made(by, n)
		pages, err := sheet.Read(body)
		w.do(err)
		return pages[0].Rows, fmt.Sprint(pages)
	}
	rows, text := read(w.street, NewExport{Kind: List})
	if len(rows) != 2 || strings.Contains(text, "南街") || strings.Contains(text, "外街人") || strings.Contains(text, "13900") {
		t.Errorf("street A's list: %s", text)
	}
	r := rows[1]
	if r[0] != one.Number || r[1] != "=HYPERLINK(\"http://x\")" || r[6] != "武汉路街道" || r[9] != "𠮷大妈" || !strings.HasPrefix(r[10], "*******") || r[11] != "3" || r[12] != "1801" || r[14] != "1801" {
		t.Errorf("the row reads %q", r)
	}
	if rows, _ := read(w.district, NewExport{Kind: List}); len(rows) != 3 {
		t.Errorf("the district's list has %d rows", len(rows))
	}
	if rows, _ := read(w.district, NewExport{Kind: List, Place: "jz.nan"}); len(rows) != 2 {
		t.Errorf("narrowed to a street it has %d rows", len(rows))
	}
	if rows, _ := read(w.district, NewExport{Kind: List, State: proposal.Endorsed}); len(rows) != 1 {
		t.Errorf("narrowed to a state it has %d rows", len(rows))
	}
	if _, text := read(w.street, NewExport{Kind: List, Phones: true, Reason: "通知路演"}); !strings.Contains(text, "13900001") {
		t.Errorf("full numbers were asked for: %s", text)
	}
	if n := w.count(`select count(*) from audit_event where entity = 'paper_export' and action = 'make' and reason = '通知路演' and data::text like @lead`, pg.Args{"lead": "%" + one.LeadID + "%"}); n != 1 {
		t.Errorf("whose numbers were shown is recorded %d times", n)
	}
}

func TestWhoMayAskAndFetch(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.submitted("周桂兰", "布袋", hood)
	for name, c := range map[string]struct {
		by   identity.Actor
		n    NewExport
		kind fault.Kind
	}{
		"a resident":                {w.enlist("居民", hood), NewExport{Kind: List}, fault.NotFound},
		"files without a reason":    {w.staff, NewExport{Kind: Files}, fault.Invalid},
		"a book without a reason":   {w.staff, NewExport{Kind: Pages}, fault.Invalid},
		"phones without a reason":   {w.staff, NewExport{Kind: List, Phones: true}, fault.Invalid},
		"phones by who may not":     {w.watcher, NewExport{Kind: List, Phones: true, Reason: "看看"}, fault.Invalid},
		"a place of another's":      {w.street, NewExport{Kind: List, Place: "jz.nan"}, fault.Invalid},
		"a path that is none":       {w.street, NewExport{Kind: List, Place: "jz.*"}, fault.Invalid},
		"something that is nothing": {w.street, NewExport{Kind: "all"}, fault.Invalid},
	} {
		if err := w.book.Ask(ctx, c.by, w.edition.ID, c.n, ""); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	n := NewExport{ID: newID(), Kind: List}
	w.do(w.book.Ask(ctx, w.street, w.edition.ID, n, ""))
	w.do(w.book.Ask(ctx, w.street, w.edition.ID, n, "")) // pressed twice
	if err := w.book.Ask(ctx, w.street, w.edition.ID, NewExport{Kind: List}, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("two at once: %v", err)
	}
	if _, err := w.book.Fetch(ctx, w.street, n.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("before it is ready: %v", err)
	}
	w.make(n.ID)
	w.make(n.ID) // the worker again
	content, err := w.book.Fetch(ctx, w.street, n.ID)
	w.do(err)
	w.do(content.Close())
	for _, by := range []identity.Actor{w.district, w.street2, {}} {
		if _, err := w.book.Fetch(ctx, by, n.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q fetches another's: %v", by.Name, err)
		}
	}
	moved := w.street
	moved.Grants = []identity.Grant{{Role: identity.SubdistrictStaff, Place: "jz.nan"}}
	if _, err := w.book.Fetch(ctx, moved, n.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("who has moved to another street fetches the old one's: %v", err)
	}
	w.clock.Advance(keepFor + time.Minute)
	w.do(w.book.Ask(ctx, w.street, w.edition.ID, NewExport{Kind: List}, ""))
	w.clock.Advance(giveUp + time.Minute)
	w.do(w.db.Change(ctx, func(tx pg.Tx) error { return w.book.Lapse(ctx, tx, w.clock.Now()) }))
	if n := w.count(`select count(*) from paper_export where state = 'lapsed' and digest = '' or state = 'failed'`, nil); n != 2 {
		t.Errorf("%d let go", n)
	}
}

func (w *world) make(id string) {
	w.Helper()
	ctx := context.Background()
	effect, err := w.book.Make(ctx, Asked{ExportID: id})
	w.do(err)
	w.do(w.db.Change(ctx, func(tx pg.Tx) error { return effect(ctx, tx) }))
}

func TestTheFullBook(t *testing.T) {
	w := newWorld(t)
	w.submitted("𠮷大妈", "布袋", hood)
	w.submitted("赵二", "路灯", "jz.wuhan.xiyuan")
	w.submitted("外街人", "南街的项目", hood2)
	body := w.made(w.street, NewExport{Kind: Pages, Reason: "存档"})
	if !bytes.HasPrefix(body, []byte("%PDF-1.7")) || !bytes.HasSuffix(body, []byte("%%EOF\n")) || bytes.Count(body, []byte("/Type/Page/")) < 5 {
		t.Errorf("%d bytes, %d pages", len(body), bytes.Count(body, []byte("/Type/Page/")))
	}
	look(t, "book.pdf", body)
}

// look leaves what was made where it can be looked at.
func look(t *testing.T, name string, body []byte) {
	t.Helper()
	if dir := os.Getenv("SEEDBED_TEST_PAPERS"); dir != "" {
		if err := os.WriteFile(dir+"/"+name, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A letter that no font has keeps one form from being printed, by name, and no other.
func TestAnUnprintableFormIsSaidSo(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.submitted("周桂兰", "布袋", hood)
	f := w.submitted("赵\U000300FF", "路灯", hood)
	lead := identity.Actor{ID: f.LeadID}
	if _, err := w.book.Proposal(ctx, lead, f.ID, false, "https://x"); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "U+300FF") {
		t.Errorf("its own PDF: %v", err)
	}
	fonts, err := paper.OpenFonts("")
	w.do(err)
	if fonts.Check("\U000300FF") == nil {
		t.Skip("the fonts have it")
	}
	body := w.made(w.street, NewExport{Kind: Pages, Reason: "存档"})
	if bytes.Count(body, []byte("/Type/Page/")) < 4 {
		t.Error("the book lacks the others")
	}
}

func TestWhoMayPrint(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted("周桂兰", "布袋", hood)
	lead := identity.Actor{ID: f.LeadID}
	p, err := w.book.Proposal(ctx, lead, f.ID, false, "https://example.org")
	w.do(err)
	look(t, "form.pdf", p.Body)
	if p.Name != f.Number+"-布袋.pdf" {
		t.Errorf("it is called %q", p.Name)
	}
	for name, by := range map[string]identity.Actor{"the street": w.street, "the watcher": w.watcher} {
		if _, err := w.book.Proposal(ctx, by, f.ID, false, "https://x"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, by := range map[string]identity.Actor{"the other street": w.street2, "a neighbour": w.enlist("邻居", hood), "a visitor": {}} {
		if _, err := w.book.Proposal(ctx, by, f.ID, false, "https://x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := w.book.Receipt(ctx, lead, f.ID, "https://example.org")
	w.do(err)
	look(t, "receipt.pdf", r.Body)
	by := w.enlist("写草稿的", hood)
	id, err := w.proposals.Start(ctx, by, w.edition.ID, proposal.Beginning{})
	w.do(err)
	d, err := w.book.Proposal(ctx, by, id, false, "https://example.org")
	w.do(err)
	look(t, "draft.pdf", d.Body)
	if _, err := w.book.Receipt(ctx, by, id, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("a receipt for a draft: %v", err)
	}
	if _, err := w.book.Proposal(ctx, w.street, id, false, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("the street reads a draft: %v", err)
	}
}

// The zip has each file under a sensible name, its digest in the list, and says what is missing. It is written as it is
// read: files many times the memory's size pass through.
func TestTheFilesAsAZip(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted("周桂兰", "布/袋..", hood)
	other := w.submitted("外街人", "南街的项目", hood2)
	keep := func(f proposal.Full, name string, body io.Reader, size int64) string {
		stored, err := w.store.Put(ctx, body, 1<<30)
		w.do(err)
		warrant, err := w.staffed(f.Place).Must(identity.ImportProposals, f.Place)
		w.do(err)
		w.do(w.db.Change(ctx, func(tx pg.Tx) error {
			_, err := evidence.Keep(ctx, tx, warrant, evidence.New{ID: newID(), Digest: stored.Digest, Size: stored.Size, Mime: "image/jpeg", Kind: "photo", Owner: "proposal", OwnerID: f.ID,
				Place: f.Place, Name: name, At: w.clock.Now()})
			return err
		}))
		return stored.Digest
	}
	keep(f, "../../etc/=cmd.jpg", strings.NewReader("one"), 3)
	gone := keep(f, "gone.jpg", strings.NewReader("two"), 3)
	keep(other, "secret.jpg", strings.NewReader("three"), 5)
	w.do(w.store.Delete(ctx, gone))
	const big, many = 16 << 20, 12
	for i := range many {
		keep(f, fmt.Sprintf("大图%d.png", i), io.MultiReader(strings.NewReader(fmt.Sprint(i)), io.LimitReader(zeros{}, big)), big)
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	peak := watched(t)
	n := NewExport{ID: newID(), Kind: Files, Reason: "存档"}
	w.do(w.book.Ask(ctx, w.street, w.edition.ID, n, ""))
	w.make(n.ID)
	if grown := int64(peak()) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("%d MB of files took %d MB of memory", big*many>>20, grown>>20)
	}
	x, err := pg.One[Export](ctx, w.db, exportSQL, pg.Args{"id": n.ID})
	w.do(err)
	r, err := w.store.Open(ctx, x.Digest)
	w.do(err)
	defer r.Close()
	z, err := zip.NewReader(at{r}, x.Size)
	w.do(err)
	if len(z.File) != many+2 || z.File[0].Name != f.Number+"-布袋/01-etc=cmd.jpg" || x.RowsN != many+1 {
		t.Fatalf("%d files, %d counted, the first is %s", len(z.File), x.RowsN, z.File[0].Name)
	}
	list, err := z.Open("manifest.csv")
	w.do(err)
	raw, err := io.ReadAll(list)
	w.do(err)
	sum := sha256.Sum256([]byte("one"))
	for _, want := range []string{"\ufeff文件,", hex.EncodeToString(sum[:]), "缺失或损坏", f.Number} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("the list lacks %q:\n%s", want, raw)
		}
	}
	if bytes.Contains(raw, []byte("secret")) {
		t.Error("another street's file is in it")
	}
}

func (w *world) staffed(place string) identity.Actor {
	by := w.staff
	by.Grants = []identity.Grant{{Role: identity.CommunityStaff, Place: place}}
	return by
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// at reads a file of the store at any place.
type at struct{ *objects.Reader }

func (a at) ReadAt(p []byte, off int64) (int, error) {
	if _, err := a.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	return io.ReadFull(a.Reader, p)
}

// watched looks at the heap until it is asked what the most was.
func watched(t *testing.T) func() uint64 {
	t.Helper()
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		var top uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			top = max(top, m.HeapAlloc)
			select {
			case <-stop:
				most <- top
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}
