package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// typist is one of two neighbours who write on the same proposal at once, each on a phone of their own. They remember
// what they typed, what stood there before, and what they chose.
type typist struct {
	*tab
	id    string
	step  string
	rand  *rand.Rand
	mine  bool // the next choice takes one's own version
	deeds []deed
}

// deed is one thing a typist did at a place of the form.
type deed struct {
	who    string
	Kind   string            `json:"kind"` // "type", "drop" or "choose"
	Place  string            `json:"place"`
	Before string            `json:"before"` // what the field showed when it was typed over; of a choice: the other's version
	Row    map[string]string `json:"row"`    // what a row showed when it was dropped, by field
	value  string
	took   string // of a choice
}

// What is typed into: by step, the texts and the table with its columns. Numbers are typed into the columns marked so.
var (
	plainOf = map[string][]string{"card": {"title", "pitch", "venue"}, "need": {"problem"}, "plan": {"goal", "method", "risks", "partners"}, "budget": {}}
	tableOf = map[string][]string{"plan": {"activities", "add-activity", "name", "place", "month", "#times", "#people"},
		"budget": {"lines", "add-line", "item", "note", "#unit_price", "#qty"}}
	fundingTable = []string{"funding", "add-funding", "source", "note", "#amount"}
	allSteps     = []string{"card", "need", "plan", "budget"}
)

// helpers live in the page: they find rows that are shown, and type as a keyboard would.
const pageTools = `
const form = document.querySelector("form[data-draft]");
const rows = g => [...document.querySelectorAll("[data-rows=" + g + "] [data-row]")].filter(r => !r.hidden);
const nameOf = r => r.querySelector("input[type=hidden]").value;
const type = (e, v) => { e.closest("details")?.setAttribute("open", ""); e.focus(); e.value = v; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})); };
const shown = r => Object.fromEntries([...r.querySelectorAll("input:not([type=hidden]),textarea")].map(e => [e.name.split(".").pop(), e.value]));
const part = (r, name) => r.querySelector('[name$=".' + name + '"]');`

func (p *typist) run(script string) (deed, bool) {
	p.t.Helper()
	raw := js[string](p.tab, `(() => {`+pageTools+script+`})()`)
	if raw == "" {
		return deed{}, false
	}
	d := deed{who: p.who}
	if err := json.Unmarshal([]byte(raw), &d); err != nil {
		p.fail("%v in %s", err, raw)
	}
	return d, true
}

// edit types one value that nobody else ever types, somewhere.
func (p *typist) edit(n int) {
	p.t.Helper()
	text := fmt.Sprintf("%s%d", map[string]string{"周桂兰": "zhou", "陈秀珍": "chen"}[p.who], n)
	number := strconv.Itoa(2*n + map[string]int{"周桂兰": 101, "陈秀珍": 102}[p.who])
	plain, table := plainOf[p.step], tableOf[p.step]
	if p.step == "budget" && p.rand.IntN(3) == 0 {
		table = fundingTable
	}
	if table == nil || len(plain) > 0 && p.rand.IntN(2) == 0 {
		p.typed(plain[p.rand.IntN(len(plain))], text)
		return
	}
	field := table[2+p.rand.IntN(len(table)-2)]
	value := text
	if bare, is := strings.CutPrefix(field, "#"); is {
		field, value = bare, number
	}
	switch draw := p.rand.IntN(10); {
	case draw == 0:
		p.row(table[0], value, `
			if (list.length < 2) return "";
			const r = list[list.length - 1], row = shown(r);
			if (!r.querySelector("[data-drop]")) return "";
			const d = {kind: "drop", place: group + "@" + nameOf(r), before: "", row};
			r.querySelector("[data-drop]").click();
			return JSON.stringify(d);`, field)
	case draw < 3:
		p.row(table[0], value, `
			if (list.length > 5) return "";
			const b = [...document.querySelectorAll("button[name=then]")].find(b => b.value === `+strconv.Quote(table[1])+`);
			b.closest("details")?.setAttribute("open", ""); b.click();
			const all = rows(group), r = all[all.length - 1], e = part(r, field), d = {kind: "type", place: group + "@" + nameOf(r) + "." + field, before: e.value};
			type(e, value);
			return JSON.stringify(d);`, field)
	default:
		p.row(table[0], value, `
			const r = list[Math.floor(Math.random() * list.length)], e = part(r, field), d = {kind: "type", place: group + "@" + nameOf(r) + "." + field, before: e.value};
			type(e, value);
			return JSON.stringify(d);`, field)
	}
}

func (p *typist) typed(name, value string) {
	p.t.Helper()
	d, _ := p.run(`const e = form.elements.namedItem(` + strconv.Quote(name) + `), d = {kind: "type", place: e.name, before: e.value}; type(e, ` + strconv.Quote(value) + `); return JSON.stringify(d);`)
	d.value = value
	p.deeds = append(p.deeds, d)
}

func (p *typist) row(group, value, script, field string) {
	p.t.Helper()
	d, done := p.run(`const group = ` + strconv.Quote(group) + `, field = ` + strconv.Quote(field) + `, value = ` + strconv.Quote(value) + `, list = rows(group);` + script)
	if done {
		if d.Kind == "type" {
			d.value = value
		}
		p.deeds = append(p.deeds, d)
	}
}

// choose decides the first open question, one's own version and the other's in turn.
func (p *typist) choose() bool {
	p.t.Helper()
	took := map[bool]string{true: "mine", false: "theirs"}[p.mine]
	d, there := p.run(`const box = document.querySelector(".clash"); if (!box || !box.querySelector("button")) return "";
		const texts = [...box.querySelectorAll("p.pre")].map(e => e.textContent), d = {kind: "choose", place: box.querySelector("[name=clash]").value, before: texts[1]};
		[...box.querySelectorAll("button")].find(b => b.value === ` + strconv.Quote(took) + `).click(); return JSON.stringify(d);`)
	if there {
		d.took, p.mine = took, !p.mine
		p.deeds = append(p.deeds, d)
	}
	return there
}

// write makes n edits at random, going from step to step as people do, sometimes before what was typed is saved.
func (p *typist) write(n int) {
	p.t.Helper()
	for i := 1; i <= n; i++ {
		if p.step == "" || p.rand.IntN(12) == 0 {
			p.step = allSteps[p.rand.IntN(len(allSteps))]
			p.visit(p.step)
		}
		before := len(p.deeds)
		for len(p.deeds) == before {
			p.edit(i)
		}
		time.Sleep(time.Duration(p.rand.IntN(1800)) * time.Millisecond)
		if p.rand.IntN(2) == 0 {
			p.choose()
		}
	}
}

// visit goes to a step, and waits until what was typed there before is laid over the page: until then nobody can type.
func (p *typist) visit(step string) {
	p.t.Helper()
	p.step = step
	p.open("/proposals/" + p.id + "/edit/" + step)
	for deadline := time.Now().Add(20 * time.Second); js[bool](p.tab, `document.querySelector("form[data-draft]").inert`); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.fail("the form never takes anything")
		}
	}
}

// rest visits every step until nothing is left to save or to choose.
func (p *typist) rest() {
	p.t.Helper()
	for _, step := range allSteps {
		p.visit(step)
		for quiet := 0; quiet < 4; {
			time.Sleep(500 * time.Millisecond)
			state := js[string](p.tab, `document.querySelector("[data-saved]").textContent`)
			if p.choose() || !strings.Contains(state, "已保存") && !strings.Contains(state, "上次保存") {
				quiet = 0
			} else {
				quiet++
			}
		}
	}
}

// Two teammates write on one proposal at once, each on their own phone, each in texts and tables, adding and dropping
// rows. What the server says it has saved is stored in that very save; nobody's text is replaced by somebody who had not
// seen it or chosen against it; and what was offered as a choice was decided. See witness.verify for the letter of it.
func TestScreensTwoPhonesLoseNothing(t *testing.T) {
	n := 8
	if text := os.Getenv("SEEDBED_TEST_EDITS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SEEDBED_TEST_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("SEEDBED_TEST_SEED=%d", seed)
	w := newWriting(t, false)
	lead := w.begin()
	lead.open("/proposals/"+w.id+"/team").fill("name", "陈秀珍").fill("phone", phones["陈秀珍"]).press("发出邀请")
	mate := w.resident("陈秀珍").open("/invitations").tick("age", "adult").tick("agree").press("加入团队")
	book := &witness{id: w.id, pages: map[string]string{}}
	hands := []*typist{}
	for i, tab := range []*tab{lead, mate} {
		own := *tab.browser
		front := httptest.NewServer(book.watch(tab.who, own.base))
		t.Cleanup(front.Close)
		own.base, own.shots = front.URL, ""
		tab.browser = &own
		hands = append(hands, &typist{tab: tab, id: w.id, rand: rand.New(rand.NewPCG(seed, uint64(i))), mine: i == 0}) //nolint:gosec // a repeatable test
	}
	var both sync.WaitGroup
	for _, p := range hands {
		both.Go(func() { p.write(n) })
	}
	both.Wait()
	for range 2 { // the first may leave the second something to choose
		for _, p := range hands {
			p.rest()
		}
	}
	if t.Failed() {
		return
	}
	book.verify(t, w.history(), append(hands[0].deeds, hands[1].deeds...))
}

// history reads what every save of the proposal has stored, from the first to the last.
func (w *writing) history() []stored {
	w.t.Helper()
	list, err := savesOf(context.Background(), w.house.Engines.DB, w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	if got, want := list[len(list)-1].places, placesOf(w.draft()); !sameText(got, want) {
		w.t.Errorf("the proposal is not as its last save: %v, %v", want, got)
	}
	return list
}
