package main

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// weather is how a line is: Chromium's own conditions hold for the page and for the worker behind it.
type weather struct {
	offline bool
	latency float64 // milliseconds
	bytes   float64 // a second, each way; -1 is no limit
}

var (
	faint   = weather{latency: 400, bytes: 50_000} // what Chromium calls slow 3G
	without = weather{offline: true, bytes: -1}
)

// conditions are the parameters of Network.emulateNetworkConditionsByRule, with the field "offline" that Chromium asked
// for before version 150.
type conditions struct {
	Offline bool                  `json:"offline"`
	Worker  bool                  `json:"emulateOfflineServiceWorker"`
	All     []*network.Conditions `json:"matchedNetworkConditions"`
}

var emulate = cdp.Command[conditions, network.EmulateNetworkConditionsByRuleResult]{Method: network.CommandEmulateNetworkConditionsByRule}

// under puts the window under a weather.
func (w *tab) under(now weather) {
	w.t.Helper()
	_, err := chromedp.Call(w.page, emulate, conditions{now.offline, now.offline, []*network.Conditions{{Offline: now.offline, Latency: now.latency, DownloadThroughput: now.bytes, UploadThroughput: now.bytes}}})
	if err == nil {
		_, err = chromedp.Call(w.page, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: now.offline, Latency: now.latency, DownloadThroughput: now.bytes, UploadThroughput: now.bytes})
	}
	if err != nil {
		w.fail("%v", err)
	}
}

// The whole way from the first visit to the receipt on a faint line that goes away at every step: whatever is typed
// without it survives the app being killed, and is handed in.
func TestScreensFirstVisitToSubmittedOnABadLine(t *testing.T) {
	w := newWriting(t, true)
	f := &fast{}
	f.before = func(f *fast) {
		f.under(faint)
		w.worker()
		f.under(without)
		w.line.set(true) // what Chromium says of a page it forgets with the page
	}
	f.after = func(f *fast) {
		w.says("离线，已存在本机")
		typed, step := f.typed(), f.path()
		f.kill()
		f.open(step)
		w.until("the text is there again", func() bool { return f.typed() == typed })
		w.line.set(false)
		f.under(faint)
		w.says("已保存")
		if got := f.typed(); got != typed {
			f.fail("with the line back the form has %s instead of %s", got, typed)
		}
	}
	f.atLast = func(f *fast) {
		f.under(without)
		w.line.set(true)
		js[bool](f.tab, `[...document.querySelectorAll("main button")].find(b => b.textContent.includes("提交申报")).click() || true`)
		f.see("刚才这一下还没有送到")
		w.line.set(false)
		f.under(faint)
	}
	w.quick(t, f, false)
}

// typed is what the form of the step holds.
func (w *tab) typed() string {
	w.t.Helper()
	return js[string](w, `JSON.stringify([...new FormData(document.querySelector("form[data-draft]"))].filter(e => typeof e[1] === "string" && e[1] && !/^(_token|version|step|page|then)$|[.]row$/.test(e[0])))`)
}

// kill ends the page as a phone does when it needs its memory.
func (w *tab) kill() {
	w.t.Helper()
	if err := chromedp.Do(w.page, chromedp.Navigate("about:blank")); err != nil {
		w.fail("%v", err)
	}
}
