package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seedbed/domain/award"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// finish has all judges mark everything of a round, and closes it.
func (j *jury) finish(round, kind string) {
	j.t.Helper()
	ctx := j.t.Context()
	for _, name := range []string{"评委1", "评委2", "评委3"} {
		judge := j.actor(name, identity.Judge)
		q, err := j.house.Juries.MyQueue(ctx, judge)
		j.must(err)
		for _, task := range q.Tasks {
			if task.RoundID != round {
				continue
			}
			draft := judging.SheetDraft{Comment: "办法实在。"}
			for _, c := range judging.DefaultRubric(kind) {
				draft.Marks = append(draft.Marks, judging.MarkText{Code: c.Code, Mark: "80"})
			}
			j.must(j.house.Juries.Submit(ctx, judge, task.ID, draft))
		}
	}
	j.must(j.house.Juries.CloseRound(ctx, j.actor("区干事", identity.DistrictStaff), round, judging.Pressed{Version: 2}))
}

func (j *jury) must(err error) {
	j.t.Helper()
	if err != nil {
		j.t.Fatal(err)
	}
}

// What comes only when something went otherwise than planned, and so not in the sample: a panel that sits, a tie learnt after
// the end, a project that is marked again. The pages are measured as those of the sample are.
func TestAxeOfWhatComesSeldom(t *testing.T) {
	script, err := os.ReadFile(os.Getenv("SEEDBED_TEST_AXE"))
	if err != nil {
		t.Skip("./dev axe brings axe-core")
	}
	j := newJury(t)
	ctx, staff, closes := t.Context(), j.actor("区干事", identity.DistrictStaff), j.hand.Now().AddDate(0, 0, 9)
	j.finish(j.round, judging.Desk)
	pitch, panel := uuid.Must(uuid.NewV7()).String(), uuid.Must(uuid.NewV7()).String()
	j.must(j.house.Juries.Plan(ctx, staff, juryEdition, judging.NewRound{ID: pitch, Kind: judging.Pitch, Named: true, ClosesAt: closes}))
	j.must(j.house.Juries.OpenRound(ctx, staff, pitch, judging.Pressed{Version: 1}))
	j.finish(pitch, judging.Pitch)
	j.must(j.house.Juries.Plan(ctx, staff, juryEdition, judging.NewRound{ID: panel, Kind: judging.Deliberated, ClosesAt: closes}))
	j.must(j.house.Juries.OpenPanel(ctx, staff, panel, judging.Pressed{Version: 1}))
	v, err := j.house.Juries.Panel(ctx, staff, panel)
	j.must(err)
	judge := j.actor("评委1", identity.Judge)
	desk, seat := j.pass(staff.ID), j.pass(judge.ID)
	j.measure(string(script), stop{"staff", desk, "/desk/panels/" + panel}, stop{"staff", desk, "/desk/panels/" + panel + "/projects/" + v.Projects[0].ProposalID}, stop{"judge", seat, "/review/panels/" + panel})

	mine, err := pg.Value[string](ctx, j.house.Engines.DB, `select id::text from judge where person_id = @me::uuid`, pg.Args{"me": judge.ID})
	j.must(err)
	j.must(j.house.Juries.Declare(ctx, judge, mine, judging.Declaration{ProposalID: v.Projects[1].ProposalID, Reason: "后来才知道队长是表姐"}))
	ties, err := judging.LateTies(ctx, j.house.Engines.DB, juryEdition)
	j.must(err)
	sheet := ""
	for _, tie := range ties {
		if tie.Ranks {
			sheet = tie.SheetID
		}
	}
	j.measure(string(script), stop{"staff", desk, "/desk/late-ties/" + sheet})
	struck, err := j.house.Awards.StrikeTied(ctx, staff, sheet, award.TiedSheet{Reason: "查实是表姐妹"})
	j.must(err)
	room := "/desk/editions/" + juryEdition + "/judging"
	j.measure(string(script), stop{"staff", desk, "/desk/reopenings/" + struck.Reopening}, stop{"staff", desk, room}, stop{"staff", desk, "/desk/editions/" + juryEdition + "/results"})
}

// measure looks at pages in both languages, light and dark, narrow and wide, with large letters and by keyboard.
func (j *jury) measure(script string, stops ...stop) {
	j.t.Helper()
	w := j.as("reader", "")
	for _, s := range stops {
		for _, look := range []struct {
			lang, theme string
			width       int64
		}{{"zh", "light", 390}, {"en", "dark", 390}, {"zh", "dark", 1280}, {"en", "light", 1280}} {
			w.dress(s.token, look.lang, look.theme, look.width)
			w.open(s.path).shot("seldom" + look.lang + look.theme + strings.ReplaceAll(idInPath.ReplaceAllString(s.path, ""), "/", "-")).wide(look.width)
			for _, v := range w.axe(script) {
				j.t.Errorf("%s, %s %s %d px: %s", s.path, look.lang, look.theme, look.width, v)
			}
			w.stretch(s, look.width)
			for _, wrong := range (hands{w}).everyStop() {
				j.t.Errorf("%s by keyboard in %s at %d px: %s", s.path, look.lang, look.width, wrong)
			}
		}
	}
}
