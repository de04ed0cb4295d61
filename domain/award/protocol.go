package award

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// File is a protocol file: what was computed, from what, by which rule; "seedbed replay" computes it again (docs/protocol.md).
type File struct {
	Name  string // round-1.json
	Label fault.Message
	Body  []byte
}

// MoreFiles hands in the protocol files of other computations of an edition, such as who judges what.
func (b *Book) MoreFiles(more func(ctx context.Context, q pg.Reader, editionID string) ([]File, error)) {
	b.more = more
}

// NoticeFiles lists the protocol files behind a public notice: the rounds' results up to its own, the allocations and the draws.
// They name projects, sheets and pools by ids alone, and nobody.
func (b *Book) NoticeFiles(ctx context.Context, noticeID string) ([]File, error) {
	p, err := Notice(ctx, b.db, noticeID)
	if err != nil {
		return nil, err
	}
	c, err := p.Read()
	if err != nil {
		return nil, err
	}
	return b.files(ctx, p.EditionID, max(c.Run, 1), c.Allotted)
}

// DeskFiles lists an edition's protocol files for those who may read its sheets, with the advice, which names judges by ids.
func (b *Book) DeskFiles(ctx context.Context, by identity.Actor, editionID string) ([]File, error) {
	e, err := seen(ctx, b.db, by, editionID)
	if err != nil {
		return nil, err
	}
	list, err := b.files(ctx, e.ID, everyRun, everyRun)
	if err != nil {
		return nil, err
	}
	rounds, err := judging.Rounds(ctx, b.db, e.ID)
	if err != nil {
		return nil, err
	}
	scored := scoring(rounds)
	for _, r := range rounds {
		if !r.Scores() {
			some, err := panelFiles(ctx, b.db, r)
			if err != nil {
				return nil, err
			}
			list = append(list, some...)
			continue
		}
		a, found, err := judging.AdviceOf(ctx, b.db, r.ID)
		if err != nil {
			return nil, err
		}
		if found && string(a.All) != "null" {
			list = append(list, File{prefix("calibrate", r, scored) + "all.json", fault.Say("校准建议（全部评分表）"), a.All})
			for _, t := range edition.Tracks {
				if file := a.Tracks[t.Code]; len(file) > 0 && string(file) != "null" {
					list = append(list, File{prefix("calibrate", r, scored) + t.Code + ".json", fault.Say("校准建议（%s）", fault.Say(t.Name)), file})
				}
			}
		}
	}
	return list, nil
}

// scoring counts the rounds in which judges marked sheets.
func scoring(rounds []judging.Round) int {
	n := 0
	for _, r := range rounds {
		if r.Scores() {
			n++
		}
	}
	return n
}

// panelFiles are how a panel voted, run by run. They are for the desk: a public notice does not tell votes.
func panelFiles(ctx context.Context, q pg.Reader, r judging.Round) ([]File, error) {
	runs, err := judging.Runs(ctx, q, r.ID)
	var list []File
	for _, k := range runs {
		list = append(list, File{"panel-" + strconv.Itoa(k.Run) + ".json", fault.Say("合议的表决（第 %d 次）", k.Run), []byte(k.Protocol)})
	}
	return list, err
}

// prefix begins the name of a round's file; the number of the round is in it where an edition has several.
func prefix(kind string, r judging.Round, rounds int) string {
	if rounds == 1 {
		return kind + "-"
	}
	return kind + "-" + strconv.Itoa(r.Seq) + "-"
}

// everyRun is more computations than an edition has.
const everyRun = 1 << 20

func (b *Book) files(ctx context.Context, editionID string, runs, allocations int) ([]File, error) {
	rounds, err := judging.Rounds(ctx, b.db, editionID)
	if err != nil {
		return nil, err
	}
	var list []File
	for _, r := range rounds {
		if r.State != judging.Closed || !r.Scores() {
			continue
		}
		most := runs
		if r.Selects() { // its choice was over before there was a result to publish
			most = everyRun
		}
		some, err := b.roundFiles(ctx, r, scoring(rounds), most)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	shared, err := Allocations(ctx, b.db, editionID)
	if err != nil {
		return nil, err
	}
	for _, a := range shared[:min(len(shared), allocations)] {
		list = append(list, File{fmt.Sprintf("award-%d.json", a.Run), fault.Say("资金分配（第 %d 次）", a.Run), []byte(a.Protocol)})
	}
	if b.more != nil {
		more, err := b.more(ctx, b.db, editionID)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// roundFiles are a round's results, run by run, and its draws.
func (b *Book) roundFiles(ctx context.Context, r judging.Round, rounds, most int) ([]File, error) {
	runs, err := judging.Runs(ctx, b.db, r.ID)
	if err != nil {
		return nil, err
	}
	var list []File
	for _, k := range runs[:min(len(runs), most)] {
		list = append(list, File{prefix("round", r, rounds) + strconv.Itoa(k.Run) + ".json", fault.Say("评分和名次（第 %d 次计算）", k.Run), []byte(k.Protocol)})
	}
	if len(runs) == 0 {
		body, err := judging.Protocol(ctx, b.db, r)
		if err != nil {
			return nil, err
		}
		list = append(list, File{prefix("round", r, rounds) + "1.json", fault.Say("评分和名次（第 %d 次计算）", 1), body})
	}
	draws, err := judging.Draws(ctx, b.db, r.ID)
	for i, d := range draws {
		list = append(list, File{prefix("draw", r, rounds) + strconv.Itoa(i+1) + ".json", fault.Say("抽签（第 %d 次）", i+1), []byte(d.Protocol)})
	}
	return list, err
}

// Find is the file of a name.
func Find(list []File, name string) (File, error) {
	i := slices.IndexFunc(list, func(f File) bool { return f.Name == name })
	if i < 0 || !json.Valid(list[i].Body) {
		return File{}, fault.Missing()
	}
	return list[i], nil
}
