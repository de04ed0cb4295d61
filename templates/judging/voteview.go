package judging

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"seedbed/domain/judging"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func tracksOf(options []judging.Option) []string {
	var tracks []string
	for _, o := range options {
		if !slices.Contains(tracks, o.Track) {
			tracks = append(tracks, o.Track)
		}
	}
	return tracks
}

// voteOptions are the projects of a track; where the ballot shares money out, with what each asks for.
func voteOptions(ctx context.Context, v judging.PollView, track string) []ui.Option {
	var list []ui.Option
	for _, o := range v.Options {
		if o.Track == track {
			hint := o.Number + " · " + o.Team
			if v.Poll.Most > 0 {
				hint += " · " + strings.ReplaceAll(words.T(ctx, "申请 %s", o.Asks.Show()), " ", "\u00a0") // a sum stays with its word
			}
			list = append(list, ui.Option{Value: o.ID, Label: o.Title, Hint: hint})
		}
	}
	return list
}

// voteForm is a track's part of the vote: what was chosen, or what was ticked when it was not taken. What is wrong stands with the first.
func voteForm(form ui.Form, v judging.PollView, track string) ui.Form {
	f := ui.Form{Apart: track + "-", Values: url.Values{"proposal_id": v.Mine}}
	if len(form.Wrong) > 0 && v.Poll.Most > 0 {
		f.Values = form.Values
	}
	if len(form.Wrong) > 0 && track == tracksOf(v.Options)[0] {
		f.Wrong = form.Wrong
	}
	return f
}

func voteLabel(v judging.PollView, track string) string {
	if slices.ContainsFunc(v.Options, func(o judging.Option) bool {
		return (o.Track == track || v.Poll.Most > 0) && slices.Contains(v.Mine, o.ID)
	}) {
		return "改投"
	}
	return "投票"
}

// ballotRule says what a ballot is, in a poll's lead.
func ballotRule(ctx context.Context, p judging.Poll) string {
	if p.Most > 0 {
		return words.T(ctx, "居民投票占总分 %d%%，入选的项目和钱也按大家的票来定。结束前可以改，谁也看不到您投了谁。", p.Share)
	}
	return words.T(ctx, "居民投票占总分 %d%%。每人每个赛道一票，结束前可以改，谁也看不到您投了谁。", p.Share)
}

// ticks are what the script counts on a ballot by: the limit and the words.
func ticks(ctx context.Context, most int) templ.Attributes {
	return templ.Attributes{"data-ticks": strconv.Itoa(most), "data-say": words.T(ctx, "已经选了 {n} 个，还可以选 {m} 个"), "data-full": words.T(ctx, "已经选了 {n} 个，选满了"),
		"data-over": words.T(ctx, "已经选了 {n} 个，多了 {m} 个，请去掉")}
}

// papersHint says how a paper ballot is typed.
func papersHint(ctx context.Context, v judging.PaperView) string {
	if v.Most > 0 {
		return words.T(ctx, "一张票一行，写上面的序号，几个项目用空格隔开，例如：1 3 4。一张票最多 %d 个项目，超过的无效。空白票和无效票不录。两个人录的先后不用一样。", v.Most)
	}
	return words.T(ctx, "一张票一行，写上面的序号，几个项目用空格隔开，例如：1 3。空白票和无效票不录。两个人录的先后不用一样。")
}
