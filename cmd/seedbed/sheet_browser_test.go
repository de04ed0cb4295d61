package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// jury is a district whose desk round is open: three judges, three projects each.
type jury struct {
	*writing
	round string
}

const juryEdition = "01900000-0000-7000-8000-0000000000e1"

// juryGroundSQL plants a closed call and three eligible proposals; @rules are the edition's.
const juryGroundSQL = `insert into edition (id, place, no, title, state, rules, closes_at, created_by, created_at) select '` + juryEdition + `', 'jz', 1, '第一届', 'closed', @rules, now(), id, now() from person where name = '区干事';
insert into team (id, name, place, lead_id, state, created_at) select ('01900000-0000-7000-8000-0000000000b' || n)::uuid, '巧手姐妹队', '` + home + `', (select id from person where name = '社区社工'), 'ready', now() from generate_series(1, 3) n;
insert into team_member (id, team_id, person_id, name, role, state, at) select gen_random_uuid(), id, lead_id, '周桂兰', 'lead', 'accepted', now() from team;
insert into proposal (id, number, edition_id, team_id, place, track, category, colour, title, pitch, state, lead_id, requested, problem, goal, method, act_target, served_target, people_target, asked, submitted_at, created_at, saved_at)
  select ('01900000-0000-7000-8000-0000000000c' || n)::uuid, 'A' || n, '` + juryEdition + `', ('01900000-0000-7000-8000-0000000000b' || n)::uuid, '` + home + `', 'resident_team', 'mutual_aid', 'orange', '旧衣改造坊' || n, '旧衣变布袋，送给独居老人', 'eligible',
  (select id from person where name = '社区社工'), 473300, '每到换季，楼道里堆着没人要的旧衣服，扔了可惜，放着又堵路。周桂兰问过很多邻居。', '每周六教大家改旧衣', '先征集，再分拣，再开课。', 10, 270, 180, 40, now(), now(), now() from generate_series(1, 3) n`

func newJury(t *testing.T) *jury {
	t.Helper()
	h, hand := newHouse(t, time.Date(2026, 6, 15, 9, 0, 0, 0, clock.Shanghai))
	w := &writing{town: &town{browser: startBrowser(t, h, hand), dir: t.TempDir()}}
	w.line, w.base = layLine(t, w.base)
	w.lay()
	j := &jury{writing: w, round: uuid.Must(uuid.NewV7()).String()}
	j.plant()
	ctx, staff := t.Context(), j.actor("区干事", identity.DistrictStaff)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		judge := j.actor("评委"+strconv.Itoa(i+1), identity.Judge)
		seat := uuid.Must(uuid.NewV7()).String()
		must(h.Juries.Invite(ctx, staff, juryEdition, judging.NewJudge{ID: seat, PersonID: judge.ID, Expertise: "expert"}))
		must(h.Juries.Answer(ctx, judge, seat, judging.Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}))
	}
	must(h.Juries.Plan(ctx, staff, juryEdition, judging.NewRound{ID: j.round, Kind: judging.Desk, Cut: judging.CutByTop, CutTop: 2, ClosesAt: hand.Now().AddDate(0, 0, 5)}))
	must(h.Juries.OpenRound(ctx, staff, j.round, judging.Pressed{Version: 1}))
	return j
}

func (j *jury) plant() {
	j.t.Helper()
	rules, err := json.Marshal(edition.DefaultRules())
	if err != nil {
		j.t.Fatal(err)
	}
	owner, err := pg.Open(j.t.Context(), j.house.Engines.URL, pg.Options{Owner: true, MaxConns: 1})
	if err != nil {
		j.t.Fatal(err)
	}
	defer owner.Close()
	err = owner.Change(j.t.Context(), func(tx pg.Tx) error {
		for _, sql := range append([]string{`set local session_replication_role = replica`}, strings.Split(juryGroundSQL, ";\n")...) {
			args := pg.Args{}
			if strings.Contains(sql, "@rules") {
				args["rules"] = string(rules)
			}
			if _, err := pg.Do(j.t.Context(), tx, sql, args); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		j.t.Fatal(err)
	}
}

func (j *jury) actor(name string, role identity.Role) identity.Actor {
	j.t.Helper()
	id, err := pg.Value[string](j.t.Context(), j.house.Engines.DB, `select id::text from person where name = @name`, pg.Args{"name": name})
	if err != nil {
		j.t.Fatal(err)
	}
	return identity.Actor{ID: id, Name: name, Strong: true, Grants: []identity.Grant{{Role: role, Place: "jz"}}}
}

// sheets tells what the house has of a judge's sheets: state and total, in the order of their list.
func (j *jury) sheets(name string) string {
	j.t.Helper()
	q, err := j.house.Juries.MyQueue(j.t.Context(), j.actor(name, identity.Judge))
	if err != nil {
		j.t.Fatal(err)
	}
	said := ""
	for _, t := range q.Tasks {
		said += t.SheetState
		if t.Total != nil {
			said += fmt.Sprint(":", *t.Total)
		}
		said += " "
	}
	return strings.TrimSpace(said)
}

// mark types a mark into every line of the sheet.
func (w *tab) mark(mark int) {
	w.t.Helper()
	for i := range judging.DefaultRubric(judging.Desk) {
		w.fill(fmt.Sprintf("marks.%d.mark", i), strconv.Itoa(mark))
	}
}

// state is what the sheet says about itself.
func (j *jury) says(w *tab, word string) {
	j.t.Helper()
	j.until(word, func() bool {
		return js[bool](w, `(document.querySelector("[data-sheet-state]")?.textContent || "").includes(`+strconv.Quote(word)+`)`)
	})
}

// A judge marks three projects on a phone whose line goes away and comes back, and whose browser is killed in between:
// every mark arrives.
func TestScreensThreeSheetsOnABadLine(t *testing.T) {
	j := newJury(t)
	w := j.staff("评委1")
	j.tab = w
	w.open("/review").shot("sheet-queue")
	w.press("接着评")
	j.until("the phone keeps the sheets", func() bool {
		n, err := chromedp.Run(w.page, chromedp.Evaluate[int](`caches.open("seedbed-pages").then(c => c.keys()).then(k => k.filter(r => /review.[0-9a-f-]{36}$/.test(r.url)).length)`, chromedp.EvalAwaitPromise))
		return err == nil && n >= 3
	})
	first := w.path()
	w.mark(81)
	j.says(w, "已存好")
	w.shot("sheet-saved")
	w.under(without)
	j.line.set(true)
	w.fill("marks.0.mark", "91").fill("comment", "请先把场地定下来。")
	j.says(w, "已存在这台手机上")
	w.shot("sheet-offline")
	w.kill()
	w.open(first)
	if got := js[string](w, `document.getElementsByName("marks.0.mark")[0].value + document.getElementsByName("comment")[0].value`); got != "91请先把场地定下来。" {
		t.Errorf("after the page was killed it has %q", got)
	}
	js[bool](w, `document.querySelector("[rel=next]").click() || true`)
	j.until("the second project", func() bool { return w.path() != first && js[bool](w, `document.readyState === "complete"`) })
	w.mark(72)
	j.says(w, "已存在这台手机上")
	js[bool](w, `[...document.querySelectorAll("#sheet button")].find(b => b.textContent.trim() === "提交评分").click() || true`)
	j.says(w, "会在有网时自动提交")
	second := w.path()
	js[bool](w, `document.querySelector("[rel=next]").click() || true`)
	j.until("the third project", func() bool { return w.path() != second && js[bool](w, `document.readyState === "complete"`) })
	if n := js[string](w, `document.querySelector("[data-sheets-waiting]").textContent`); !strings.Contains(n, "2") {
		t.Errorf("it tells of what waits: %q", n)
	}
	w.mark(63)
	j.says(w, "已存在这台手机上")
	w.shot("sheet-waiting")
	if got := j.sheets("评委1"); got != "draft:8100" {
		t.Errorf("the house has %q while the line is away", got)
	}
	j.line.set(false)
	w.under(faint)
	want := fmt.Sprintf("draft:%d submitted:7200 draft:6300", 8100+10*judging.DefaultRubric(judging.Desk)[0].Weight)
	j.until("everything is with the house", func() bool { return j.sheets("评委1") == want })
	w.press("提交评分")
	j.until("the last is handed in", func() bool { return strings.HasSuffix(j.sheets("评委1"), "submitted:6300") })
	w.open(first).press("提交评分")
	w.see("您的项目都评完了")
	if got := js[int](w, `Object.keys(localStorage).filter(k => k.startsWith("seedbed-sheet:") && /"kept"/.test(localStorage[k])).length`); got != 0 {
		t.Errorf("the phone still holds %d sheets", got)
	}
}

// look goes through the pages around the sheets.
func (j *jury) look(judge *tab) {
	judge.open("/review/my/phrases").fill("text", "请先和场地的人说好时间，写进计划里。").press("存下来").shot("sheet-phrases")
	judge.open("/review/rounds/" + j.round + "/sheets").shot("sheet-workbook")
	staff, next := j.staff("区干事"), uuid.Must(uuid.NewV7()).String()
	room := "/desk/editions/" + juryEdition + "/judging"
	staff.open(room).shot("rounds-open")
	if err := j.house.Juries.Plan(j.t.Context(), j.actor("区干事", identity.DistrictStaff), juryEdition, judging.NewRound{ID: next, Kind: judging.Pitch, ClosesAt: j.hand.Now().AddDate(0, 0, 9)}); err != nil {
		j.t.Fatal(err)
	}
	staff.open(room + "/rounds/" + next + "/rubric").press("再加一项").shot("rubric")
	staff.fill("lines.7.name", "邻里口碑").fill("lines.7.fair", "有人说好").fill("lines.7.good", "很多人说好").fill("lines.7.best", "都说好").fill("lines.7.weight", "10").fill("lines.0.weight", "10")
	staff.press("保存评分细则").see("评分细则存好了")
}

// Three sheets without a mouse and without touch: marks typed, the neighbours reached by j and by the arrow keys.
func TestScreensThreeSheetsByKeyboard(t *testing.T) {
	j := newJury(t)
	w := j.staff("评委2")
	j.tab = w
	h := hands{w}
	w.open("/review")
	h.press("接着评")
	first := w.path()
	js[bool](w, `(document.activeElement?.blur(), window.before = true)`)
	h.key("j")
	w.arrived("j")
	if w.path() == first {
		t.Fatal("j leads nowhere")
	}
	js[bool](w, `window.before = true`)
	h.key("k")
	w.arrived("k")
	if w.path() != first {
		t.Fatal("k does not lead back")
	}
	for n := range 3 {
		for i := range judging.DefaultRubric(judging.Desk) {
			h.put(fmt.Sprintf("marks.%d.mark", i), strconv.Itoa(70+n))
		}
		h.press("提交评分")
	}
	w.see("您的项目都评完了")
	j.look(w)
	if got := j.sheets("评委2"); got != "submitted:7000 submitted:7100 submitted:7200" {
		t.Errorf("the house has %q", got)
	}
}
