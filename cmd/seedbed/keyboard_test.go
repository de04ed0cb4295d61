package main

import (
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// hands are those of somebody who has no mouse and no touch: real keys alone, and eyes that must see where they are.
type hands struct{ *tab }

func (h hands) key(keys string) {
	h.t.Helper()
	if err := chromedp.Do(h.page, chromedp.KeyEvent(keys)); err != nil {
		h.fail("key %q: %v", keys, err)
	}
}

// unseen tells what is wrong with the place of the focus: it must be marked, in sight, and not behind a bar (WCAG 2.4.7,
// 2.4.11). "" is nothing.
const unseen = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body || e.id === "main") return "";
	const shown = /^(radio|checkbox)$/.test(e.type) && e.labels?.[0] || e, at = shown.getBoundingClientRect(), name = e.tagName + " " + (e.name || e.textContent.trim().slice(0, 30));
	const marked = (e, of) => { const c = getComputedStyle(e, of); return c.outlineStyle !== "none" && parseFloat(c.outlineWidth) >= 2 || c.boxShadow !== "none" };
	if (![e, shown, shown.parentElement, e.nextElementSibling || e].some(e => marked(e)) && !marked(shown, "::before") && !(parseFloat(getComputedStyle(e.querySelector("path") || e).strokeWidth) >= 5)) return name + " has the focus and does not show it";
	const low = Math.max(at.top, 0), high = Math.min(at.bottom, innerHeight), x = Math.min(Math.max(at.left + Math.min(at.width / 2, 40), 1), innerWidth - 1), y = (low + high) / 2;
	if (high <= low) return name + " has the focus out of sight, at " + Math.round(at.top);
	const top = document.elementFromPoint(x, y);
	if (top && !top.contains(shown) && !shown.contains(top) && !top.contains(e) && !e.labels?.[0]?.contains(top)) return name + " has the focus under " + top.tagName + "." + top.className;
	return "";
})()`

// reach goes on from stop to stop until the focus is on what a script finds of e, and sees every stop on the way.
func (h hands) reach(what, is string) {
	h.t.Helper()
	for range 250 {
		if js[bool](h.tab, `(e => !!e && e !== document.body && !!(`+is+`))(document.activeElement)`) {
			return
		}
		h.key(kb.Tab)
		if wrong := js[string](h.tab, unseen); wrong != "" {
			h.t.Errorf("%s: %s", h.path(), wrong)
		}
	}
	h.fail("no way to %s with the keyboard", what)
}

// unfold opens what hides a field.
func (h hands) unfold(name string) {
	h.t.Helper()
	if js[bool](h.tab, `!!document.getElementsByName(`+strconv.Quote(name)+`)[0]?.closest("details:not([open])")`) {
		h.reach("what hides "+name, `e.tagName === "SUMMARY" && e.parentElement.contains(document.getElementsByName(`+strconv.Quote(name)+`)[0])`)
		h.key(kb.Enter)
	}
}

func (h hands) put(name, value string) {
	h.t.Helper()
	h.unfold(name)
	h.reach(name, `e.name === `+strconv.Quote(name))
	if _, err := chromedp.Call(h.page, input.InsertText, input.InsertTextParams{Text: value}); err != nil {
		h.fail("typing into %s: %v", name, err)
	}
}

// decide chooses with the arrow keys, and with the space bar where nothing is chosen yet or several may be.
func (h hands) decide(name, value string) {
	h.t.Helper()
	h.unfold(name)
	quoted := strconv.Quote(name)
	switch js[string](h.tab, `document.getElementsByName(`+quoted+`)[0]?.type || ""`) {
	case "checkbox":
		h.reach(name, `e.name === `+quoted+` && e.value === `+strconv.Quote(value))
		h.key(" ")
	case "radio":
		h.reach(name, `e.name === `+quoted)
		h.key(" ")
		h.step(name, value, `[...document.getElementsByName(`+quoted+`)].find(e => e.checked)?.value || ""`)
	default:
		h.reach(name, `e.name === `+quoted)
		h.step(name, value, `document.activeElement.value`)
	}
}

func (h hands) step(name, value, now string) {
	h.t.Helper()
	for range 60 {
		if js[string](h.tab, now) == value {
			return
		}
		h.key(kb.ArrowDown)
	}
	h.fail("the arrow keys do not bring %s to %s", name, value)
}

func (h hands) press(label string) {
	h.t.Helper()
	h.reach(label, `/^(A|BUTTON)$/.test(e.tagName) && e.textContent.trim().replace(/\s+/g, " ") === `+strconv.Quote(label))
	js[bool](h.tab, `window.before = true`)
	h.key(kb.Enter)
	h.arrived(label)
}

// From the first visit to the receipt without a mouse and without touch.
func TestScreensFirstVisitToSubmittedByKeyboard(t *testing.T) {
	newWriting(t, true).quick(t, &fast{keys: true}, false)
}

// everyStop goes through a page with the tabulator alone: every link, button and field is reached, each shows that it has
// the focus, and none keeps it.
func (h hands) everyStop() (wrong []string) {
	h.t.Helper()
	const stops = `[...document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex='0']")].filter(e => !e.disabled && !e.closest("[inert],[hidden]") &&
		!(e.closest("details:not([open])") && e !== e.closest("details").querySelector("summary")) && e.checkVisibility({visibilityProperty: true}))`
	total := js[int](h.tab, `(document.activeElement?.blur(), getSelection().removeAllRanges(), scrollTo(0, 0), window.reached = new Set(), `+stops+`.length)`)
	said := map[string]bool{}
	dates := js[int](h.tab, `document.querySelectorAll("input[type^=date],input[type=time]").length`) // each has stops inside
	for range total + 8*dates + 8 {
		h.key(kb.Tab)
		js[bool](h.tab, `(window.reached.add(document.activeElement), true)`)
		if w := js[string](h.tab, unseen); w != "" && !said[w] {
			said[w] = true
			wrong = append(wrong, w)
		}
	}
	return append(wrong, js[[]string](h.tab, stops+`.filter(e => !reached.has(e) && !(e.type === "radio" && [...document.getElementsByName(e.name)].some(r => reached.has(r)))).map(e => "no stop at " + e.tagName + " " + (e.name || e.textContent.trim().slice(0, 30)))`)...)
}
