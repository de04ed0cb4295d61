// Package papers shows what is taken out of an edition and put into it.
package papers

import (
	"context"
	"fmt"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/papers"
	"seedbed/domain/proposal"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// Page is everything about an edition on paper.
type Page struct {
	Edition   edition.Edition
	Out       ui.Form // what is asked for
	In        ui.Form // the upload
	Places    []ui.Option
	CanReveal bool
	CanImport bool
	Exports   []papers.Export
	Imports   []papers.Import
}

// ImportPage is one upload with what became of it.
type ImportPage struct {
	Import  papers.Import
	Rows    []papers.EnteredRow
	Preview []papers.Preview
	IDs     []string // of the scans to come, one for each row
	Said    *fault.Message
}

func crumbs(id, title string) []ui.Link {
	return []ui.Link{{Href: "/desk", Label: "工作台"}, {Href: "/desk/editions", Label: "届次"}, {Href: "/desk/editions/" + id, Label: title}}
}

func options(choices []edition.Choice, all bool) []ui.Option {
	var list []ui.Option
	if all {
		list = append(list, ui.Option{Value: "", Label: "全部"})
	}
	for _, c := range choices {
		if c.Code != proposal.Drafted || !all {
			list = append(list, ui.Option{Value: c.Code, Label: c.Name})
		}
	}
	return list
}

func places(p Page) []ui.Option {
	return append([]ui.Option{{Value: "", Label: "全部"}}, p.Places...)
}

func exportTag(x papers.Export) ui.TagItem {
	switch x.State {
	case "done":
		return ui.TagItem{Kind: "ok", Text: "可以下载"}
	case "failed":
		return ui.TagItem{Kind: "bad", Text: "没有做成"}
	case "lapsed":
		return ui.TagItem{Text: "已过期"}
	}
	return ui.TagItem{Kind: "warn", Text: "正在准备"}
}

func importTag(i papers.Import) ui.TagItem {
	switch i.State {
	case papers.Done:
		return ui.TagItem{Kind: "ok", Text: "已导入"}
	case papers.Faulty:
		return ui.TagItem{Kind: "bad", Text: "要修改"}
	case papers.Lapsed:
		return ui.TagItem{Text: "已过期"}
	}
	return ui.TagItem{Kind: "warn", Text: "检查好了，等您确认"}
}

func moment(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") }

func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// about says what an export was asked for: its kind, and what narrowed it.
func about(ctx context.Context, x papers.Export, list []ui.Option) string {
	text := words.T(ctx, edition.NameOf(papers.Kinds, x.Kind))
	if x.StateIs != "" {
		text += " · " + words.T(ctx, edition.NameOf(proposal.States, x.StateIs))
	}
	for _, o := range list {
		if o.Value == x.PlaceIs && x.PlaceIs != "" {
			text += " · " + trimmed(o.Label)
		}
	}
	if len(x.PhoneSight) > 0 {
		text += " · " + words.T(ctx, "含手机号")
	}
	return text
}

func trimmed(label string) string {
	for len(label) > 0 && label[:min(3, len(label))] == "　" {
		label = label[3:]
	}
	return label
}

// where names the sheet and the row of a fault.
func where(ctx context.Context, f papers.Fault) string {
	if f.Row == 0 {
		return f.Sheet
	}
	return words.T(ctx, "%s 第 %d 行", f.Sheet, f.Row)
}

func waiting(rows []papers.EnteredRow) int {
	n := 0
	for _, r := range rows {
		if !r.HasPaper {
			n++
		}
	}
	return n
}

// graceOf is until when papers of the grace list among the rows have to be handed in, nil when there are none.
func graceOf(rows []papers.EnteredRow) *time.Time {
	for _, r := range rows {
		if r.Until != nil && r.State == proposal.Drafted {
			return r.Until
		}
	}
	return nil
}

// both is the form the tab's title speaks of: the one with faults.
func both(p Page) *ui.Form {
	if len(p.In.Wrong) > 0 {
		return &p.In
	}
	return &p.Out
}
