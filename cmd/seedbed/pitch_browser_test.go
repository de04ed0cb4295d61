package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// step presses a button of the host's.
func (w *pitching) step(do, slot string) {
	w.t.Helper()
	w.hand.Advance(time.Second)
	w.ok(w.h.Juries.Step(w.t.Context(), w.staff, w.round, judging.StageStep{Do: do, Slot: slot, Version: w.view().Stage.Version}))
}

// mark has judges from to end (excluded) hand in the pitch on the stage.
func (w *pitching) mark(slot judging.Slot, from, to int) {
	w.t.Helper()
	for i := from; i < to; i++ {
		seat, err := pg.Value[string](w.t.Context(), w.h.Engines.DB, `select a.id::text from assignment a join judge j on j.id = a.judge_id where j.person_id = @me::uuid and a.proposal_id = @p::uuid`,
			pg.Args{"me": w.people[i].ID, "p": slot.ProposalID})
		w.ok(err)
		form, draft := marksOf(i, seat), judging.SheetDraft{Comment: "讲得清楚"}
		for k, c := range judging.DefaultRubric(judging.Pitch) {
			draft.Marks = append(draft.Marks, judging.MarkText{Code: c.Code, Mark: form.Get(fmt.Sprintf("marks.%d.mark", k))})
		}
		w.hand.Advance(time.Second)
		w.ok(w.h.Juries.Submit(w.t.Context(), w.people[i], seat, draft))
	}
}

// soon waits until the window shows something by itself.
func (w *tab) soon(what, script string) *tab {
	w.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); {
		ctx, cancel := context.WithTimeout(w.page, 2*time.Second) // a page that comes anew meanwhile does not answer
		v, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
		cancel()
		if err == nil && v {
			return w
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.fail("%s did not happen by itself", what)
	return w
}

// hallShot keeps the board as the projector shows it.
func (w *tab) hallShot(name string) {
	w.t.Helper()
	if err := chromedp.Do(w.page, chromedp.EmulateViewport(1920, 1080)); err != nil {
		w.fail("%v", err)
	}
	if over := js[int](w, `document.documentElement.scrollHeight - innerHeight`); over > 0 {
		w.t.Errorf("the board is %d px too high for the projector", over)
	}
	if w.shots == "" {
		return
	}
	time.Sleep(300 * time.Millisecond)
	picture, err := chromedp.Run(w.page, chromedp.FullScreenshot(80))
	if err == nil {
		err = os.WriteFile(filepath.Join(w.shots, name+"-1920.jpg"), picture, 0o644) //nolint:gosec // pictures for everybody
	}
	if err != nil {
		w.fail("%v", err)
	}
}

// The host presses, and the board and the judges' phones follow by themselves.
func TestThePitchRoomFollowsItsHost(t *testing.T) {
	w := newPitching(t, 5, 12)
	b := startBrowser(t, w.h, w.hand)
	t.Cleanup(w.h.Juries.Hub().Close)
	host, judge, hall := b.as("host", ""), b.as("judge", ""), b.as("hall", "")
	host.dress(w.host, "zh", "light", 390)
	judge.dress(w.judges[0], "zh", "light", 390)
	at := "/desk/rounds/" + w.round + "/pitch"
	host.open(at).see("抽签记录").shot("pitch-desk")
	host.open(at + "/host").see("开始，请第一个上台").shot("pitch-host-before")
	host.press("公开大屏幕").open("/help")
	hall.open("/board/" + w.round).see("路演马上开始")
	judge.open("/review/pitch/" + w.round).see("等下一个项目上台").shot("pitch-judge-waits")
	for i := range 11 {
		w.step(judging.DoNext, "")
		up, _ := w.view().Current()
		if i == 0 {
			judge.soon("opening the sheet", `/^\/review\/[0-9a-f-]{36}$/.test(location.pathname)`).shot("pitch-judge-sheet")
			hall.soon("the first call", fmt.Sprintf(`document.querySelector("h1").textContent === %q`, up.Title))
		}
		w.step(judging.DoStart, "")
		w.hand.Advance(5 * time.Minute)
		w.mark(up, 0, 5)
		if i == 10 {
			w.step(judging.DoPause, "")
			hall.soon("five sheets", `document.body.textContent.includes("5 / 5")`)
			break
		}
		w.step(judging.DoPause, "")
		w.hand.Advance(time.Second)
		// heard by the next call; shown before it
		w.ok(w.showNow(up))
	}
	host.open(at + "/host").see("继续计时").shot("pitch-host").open("/help")
	hall.hallShot("board-clock")
	hall.quiet()
	judge.open("/review/pitch/" + w.round).see("亮分以前，谁也看不到您打的分").shot("pitch-judge-handed-in")
	eleventh, _ := w.view().Current()
	w.step(judging.DoNext, "")
	host.open(at + "/host").press("亮分").open("/help")
	if shown := w.view().Slots[eleventh.Seq-1]; shown.Score == nil {
		t.Error("the marks of the eleventh are not shown")
	}
	hall.soon("showing the marks", `document.body.textContent.includes("一共 11 个项目已经亮分")`) // the board has room for the first of them
	last, _ := w.view().Current()
	w.mark(last, 0, 2)
	host.open(at + "/host").shot("pitch-host-missing")
	host.open(at + "/papers").see("纸质评分表").shot("pitch-papers")
	hall.hallShot("board-next")
	w.mark(last, 2, 5)
	w.step(judging.DoNext, "")
	w.step(judging.DoReveal, last.ID)
	hall.soon("the last marks", `document.querySelectorAll(".marks li").length === 5`)
	hall.hallShot("board-shown")
	host.open(at + "/host").press("路演结束").see("路演结束了")
	host.open(at+"/minutes").tick("present", w.view().Jury[0].ID).press("写好纪要").see("打印纪要").shot("pitch-minutes")
	seal := b.as("anybody", "").open("/minutes/" + w.round)
	seal.see(strings.TrimSpace(w.view().Minute.Digest)).shot("pitch-seal")
}

// quiet holds a board to asking the house for nothing but its one line of news.
func (w *tab) quiet() {
	w.t.Helper()
	const asked = `performance.getEntriesByType("resource").filter(e => e.initiatorType === "fetch").map(e => e.name).join(" ")`
	if got := js[string](w, asked); got != "" {
		w.t.Errorf("the board asked for %.200s", got)
	}
}

// showNow ends the pitch on the stage by calling the next, shows its marks, and takes the call back so that the next one
// can be called again.
func (w *pitching) showNow(up judging.Slot) error {
	w.t.Helper()
	ctx := w.t.Context()
	press := func(do, slot string) error {
		w.hand.Advance(time.Second)
		return w.h.Juries.Step(ctx, w.staff, w.round, judging.StageStep{Do: do, Slot: slot, Version: w.view().Stage.Version})
	}
	if err := press(judging.DoNext, ""); err != nil {
		return err
	}
	if err := press(judging.DoReveal, up.ID); err != nil {
		return err
	}
	return press(judging.DoBack, "")
}
