package proposal

import (
	"context"
	"slices"
	"strings"

	"seedbed/domain/edition"
	"seedbed/domain/redline"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// askedIn are the district's questions that either of two versions of a proposal answers: those of the later one in its
// order, then those that are asked no longer.
func askedIn(ctx context.Context, q pg.Reader, editionID string, old, new Draft) ([]edition.Question, error) {
	var list []edition.Question
	for _, version := range []int{new.Form, old.Form} {
		if version == 0 {
			continue
		}
		form, err := edition.FormAt(ctx, q, editionID, version)
		if err != nil {
			return nil, err
		}
		for _, question := range form.Questions {
			if !slices.ContainsFunc(list, func(have edition.Question) bool { return have.Key == question.Key }) {
				list = append(list, question)
			}
		}
	}
	return list, nil
}

// amendedReplies tells question by question which answers are not as they were.
func amendedReplies(old, new edition.Answers, asked []edition.Question) []Amendment {
	var list []Amendment
	for _, q := range asked {
		if c, differs := amendedReply(q, old[q.Key], new[q.Key]); differs {
			c.Name, c.NameEn = q.Label, q.LabelEn
			list = append(list, c)
		}
	}
	return list
}

func amendedReply(q edition.Question, old, new edition.Answer) (Amendment, bool) {
	c := Amendment{}
	switch q.Kind {
	case edition.AskFile:
		c.Files = &PaperChange{Before: len(old.Files), After: len(new.Files), Gone: lacking(old.Files, new.Files), Come: lacking(new.Files, old.Files)}
		return c, c.Files.Gone+c.Files.Come > 0
	case edition.AskText, edition.AskLong, edition.AskTable:
		before, after := replyLines(old), replyLines(new)
		c.Pieces = redline.Text(before, after)
		return c, before != after
	case edition.AskYesNo:
		c.Choices = edition.YesNo
		c.Old, c.New = shownAs(old.Text, c.Choices), shownAs(new.Text, c.Choices)
	case edition.AskMany:
		c.Old, c.New = old.Picks, new.Picks
	case edition.AskMoney:
		c.Old, c.New = shownMoney(old.Text), shownMoney(new.Text)
	default:
		c.Old, c.New = shownAs(old.Text, nil), shownAs(new.Text, nil)
	}
	return c, !slices.Equal(c.Old, c.New)
}

// PaperChange counts the files in answer to a question. Their names are not told: what is sealed does not hold them.
type PaperChange struct{ Before, After, Gone, Come int }

// lacking counts the files of one list that are not in another, by their content.
func lacking(list, other []edition.Paper) int {
	n := 0
	for _, f := range list {
		if !slices.ContainsFunc(other, func(o edition.Paper) bool { return o.Digest == f.Digest }) {
			n++
		}
	}
	return n
}

// replyLines is an answer as a text, a table with a line for each row.
func replyLines(a edition.Answer) string {
	if len(a.Rows) == 0 {
		return a.Text
	}
	rows := make([]string, len(a.Rows))
	for i, r := range a.Rows {
		rows[i] = strings.TrimRight(strings.Join(r, " · "), " ·")
	}
	return strings.Join(rows, "\n")
}

func shownMoney(text string) []string {
	if fen, err := yuan.Parse(text); err == nil && text != "" {
		return []string{fen.Show()}
	}
	return shownAs(text, nil)
}
