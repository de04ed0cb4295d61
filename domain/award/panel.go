package award

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/judging"
	"seedbed/domain/yuan"
	"seedbed/storage/paper"
	"seedbed/storage/pg"
)

// What the papers say of a panel, in Chinese as they are signed: words:none.
const (
	votesHead  = "合议表决"
	votesText  = "「%s」：%s。同意 %d、不同意 %d、弃权 %d，到场 %d 位。"
	votesApart = "回避：%s。"
	votesMost  = "建议资助 %s。"
	votesWhy   = "理由：%s。"
	votesTerms = "条件：%s。"
	termsHead  = "评委合议"
	termsMost  = "评委建议资助 %s。"
	termsWhy   = "评委的理由：%s"
	termsList  = "资助附有下面的条件，请写进计划里："
	passedWord = "通过"
	failedWord = "没有通过"
)

// voted adds what a panel round has decided: who it voted against gets nothing, and nobody more than it would give (DOMAIN §9.4).
func voted(list []Candidate, words map[string]judging.PanelWord) []Candidate {
	list = slices.Clone(list)
	for i, c := range list {
		if w, said := words[c.ID]; said {
			list[i].Failed, list[i].Suggested = !w.Passed, least(c.Suggested, w.Amount)
		}
	}
	return list
}

// least is the smaller of two limits, of which 0 is none.
func least(a, b yuan.Fen) yuan.Fen {
	if a > 0 && b > 0 {
		return min(a, b)
	}
	return max(a, b)
}

// suggested is the most the panel would give each project, near the line or in a round of its own; 0 where it named nothing.
func suggested(ctx context.Context, q pg.Reader, editionID string) (map[string]yuan.Fen, error) {
	rounds, err := judging.Rounds(ctx, q, editionID)
	if err != nil {
		return nil, err
	}
	limits := map[string]yuan.Fen{}
	if r, found := judging.Ranking(rounds); found {
		said, err := judging.Deliberations(ctx, q, r.ID)
		if err != nil {
			return nil, err
		}
		for id, d := range said {
			limits[id] = d.Amount
		}
	}
	words, err := judging.PanelWords(ctx, q, rounds)
	for id, w := range words {
		limits[id] = least(limits[id], w.Amount)
	}
	return limits, err
}

// abreast refuses to publish an allocation that was made before the panel's last word.
func (b *Book) abreast(ctx context.Context, q pg.Reader, e edition.Edition) error {
	rounds, err := judging.Rounds(ctx, q, e.ID)
	if err != nil {
		return err
	}
	past, err := Allocations(ctx, q, e.ID)
	if err != nil {
		return err
	}
	if _, found := judging.PanelOf(rounds); !found || len(past) == 0 {
		return nil
	}
	last := past[len(past)-1]
	plan, err := b.plan(ctx, q, e)
	if err != nil {
		return err
	}
	plan.Rule = last.Rule
	file, _, err := plan.file()
	if err == nil && fingerprint(string(file)) != last.Digest {
		err = fault.New(fault.Conflict, "分配资金以后，合议的结果或者别的情况变了。请再点一次「分配资金」")
	}
	return err
}

func verdictWord(passed bool) string {
	if passed {
		return passedWord
	}
	return failedWord
}

// saidOf is what the panel said of a project, in a cell of a workbook.
func saidOf(w Weighed) string {
	if !w.Voted {
		return w.Said.Reason
	}
	parts := []string{verdictWord(w.Vote.Passed)}
	for _, text := range append([]string{w.Vote.Reason, w.Said.Reason}, w.Vote.Conditions...) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "；") //words:none
}

// balloted prints how a panel round voted, for the minutes.
func balloted(s *paper.Section, d Deciding) {
	head := false
	for _, l := range d.Lanes {
		for _, r := range l.Rows {
			if !r.Voted {
				continue
			}
			if !head {
				s.Heading(votesHead)
				head = true
			}
			w := r.Vote
			text := fmt.Sprintf(votesText, r.Title, verdictWord(w.Passed), w.Yes, w.Nay, w.Abstain, len(w.Present))
			if len(w.Apart) > 0 {
				text += fmt.Sprintf(votesApart, joined(w.Apart))
			}
			if w.Amount > 0 {
				text += fmt.Sprintf(votesMost, w.Amount.Show())
			}
			if w.Reason != "" {
				text += fmt.Sprintf(votesWhy, w.Reason)
			}
			if len(w.Conditions) > 0 {
				text += fmt.Sprintf(votesTerms, strings.Join(w.Conditions, "；")) //words:none
			}
			s.Paragraph(text)
		}
	}
}

// panelLetter tells a team what the panel said: the sum, the conditions, the reason, and no votes.
func panelLetter(s *paper.Section, o Outcome) {
	w := o.Panel
	if !o.Panelled || w.Amount == 0 && w.Reason == "" && len(w.Conditions) == 0 {
		return
	}
	s.Heading(termsHead)
	if w.Amount > 0 {
		s.Paragraph(fmt.Sprintf(termsMost, w.Amount.Show()))
	}
	if w.Reason != "" {
		s.Paragraph(fmt.Sprintf(termsWhy, w.Reason))
	}
	if len(w.Conditions) > 0 {
		s.Paragraph(termsList)
	}
	for i, c := range w.Conditions {
		s.Paragraph(fmt.Sprint(i+1, ". ", c))
	}
}
