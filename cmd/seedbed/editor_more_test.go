package main

import (
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// grain is a photo as a good phone takes it: large, and too lively to be packed well.
func (w *writing) grain(name string) (path string, size int64) {
	w.t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 2400, 1800))
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a picture
	for y := range 1800 {
		for x := range 2400 {
			v := uint8(r.UintN(256)) //nolint:gosec // below 256
			picture.SetRGBA(x, y, color.RGBA{v, v / 2, 255 - v, 255})
		}
	}
	path = filepath.Join(w.dir, name)
	f, err := os.Create(path) //nolint:gosec // in the test's own folder
	if err != nil {
		w.t.Fatal(err)
	}
	if err := jpeg.Encode(f, picture, &jpeg.Options{Quality: 90}); err != nil {
		w.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		w.t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return path, info.Size()
}

// A photo sent in parts is made smaller on the phone first, and still goes on after the line was cut between two parts.
func TestScreensPhotosInPartsAreMadeSmaller(t *testing.T) {
	w := newWriting(t, false)
	tab := w.begin()
	path, size := w.grain("grain.jpg")
	w.edit("photos")
	tab.tick("kind", "need").files("photos", path)
	one := func(sql string) int {
		n, err := pg.Value[int](t.Context(), w.house.Engines.DB, sql, nil)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	w.line.cutAfter(400 << 10) // a part and a half
	js[bool](tab, `document.querySelector("#photos button").click() || true`)
	w.until("the line is cut", w.line.isCut)
	if one(`select count(*) from upload where done_at is null and received > 0`) != 1 {
		t.Error("the line was not cut between two parts")
	}
	w.line.set(false)
	w.edit("photos")
	w.until("the photo has come", func() bool {
		f, err := proposal.Whole(t.Context(), w.house.Engines.DB, w.id)
		return err == nil && len(f.Photos) == 1
	})
	if sent := one(`select max(size) from upload`); int64(sent) >= size/2 || one(`select count(*) from upload`) != 1 {
		t.Errorf("sent %d bytes of %d in %d uploads", sent, size, one(`select count(*) from upload`))
	}
	w.settle()
	if edge := one(`select max(greatest(width, height)) from attachment where owner = 'proposal'`); edge != 1600 {
		t.Errorf("the longest edge is %d", edge)
	}
}

// Signing out would empty the phone: what is not with the house is told first, and may be sent or given up.
func TestScreensSigningOutTellsWhatIsNotSent(t *testing.T) {
	w := newWriting(t, false)
	tab := w.begin()
	w.worker()
	out := func() { js[bool](tab, `document.querySelector("form[action='/logout'] button").click() || true`) }
	asked := func() bool { return js[bool](tab, `!document.querySelector("[data-unsent]").hidden`) }
	w.edit("card")
	w.line.set(true)
	tab.fill("title", "还没有发出去的名字")
	w.says("离线，已存在本机")
	out()
	w.until("it is told", asked)
	tab.see("现在退出，就没有了").shot("signing-out")
	w.line.set(false)
	tab.press("先发出去")
	if tab.path() != "/proposals/"+w.id+"/edit/card" {
		t.Errorf("sending first leads to %s", tab.path())
	}
	w.until("the house has it", func() bool { return w.draft().Title == "还没有发出去的名字" })
	w.says("已保存")
	w.line.set(true)
	tab.fill("title", "不要了的名字")
	w.says("离线，已存在本机")
	w.line.set(false)
	out()
	w.until("it is told again", asked)
	js[bool](tab, `document.querySelector("[data-unsent] button").click() || true`)
	w.until("signed out", func() bool { return js[bool](tab, `!document.querySelector("form[action='/logout']")`) })
	if got := w.draft().Title; got != "还没有发出去的名字" {
		t.Errorf("what was given up was sent: %q", got)
	}
	tab = w.resident("周桂兰")
	tab.open("/me")
	out()
	w.until("nothing is left to tell", func() bool {
		return js[bool](tab, `!document.querySelector("form[action='/logout']")`) && !strings.Contains(tab.path(), "/me")
	})
}
