package judging

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

// mostBallots are the papers one box may have.
const mostBallots = 5000

const (
	// What one person has chosen in all tracks is one ballot; whose it is stays here.
	onlineBallotsSQL = `select array_agg(b.proposal_id::text order by b.proposal_id) as projects from ballot b join poll v on v.id = b.poll_id and v.state = 'counted'
    join review_round r on r.id = v.id where r.edition_id = @edition::uuid group by b.poll_id, b.person_id`
	lastPass = `from twice t join poll v on v.id = t.round_id and v.state = 'counted' join review_round r on r.id = t.round_id
    join twice_pass w on w.twice_id = t.id and w.pass = (select max(pass) from twice_pass where twice_id = t.id)
  where r.edition_id = @edition::uuid and t.kind = 'box' and t.state = 'settled'`
	paperBallotsSQL = `select w.ballots ` + lastPass + ` order by t.id`
	boxesApartSQL   = `select count(*)::int ` + lastPass + ` and w.ballots = '[]' and exists (select from jsonb_each_text(w.marks) m where m.value::int > 0)`
)

// Ballots are the residents' votes of an edition that have been counted, for sharing money out: for each account and for each paper the
// projects on it, and nobody's name. Boxes of which only sums were typed have no ballots; BoxesApart counts them.
func Ballots(ctx context.Context, q pg.Reader, editionID string) ([][]string, error) {
	online, err := pg.All[struct{ Projects []string }](ctx, q, onlineBallotsSQL, pg.Args{"edition": editionID})
	if err != nil {
		return nil, err
	}
	list := make([][]string, 0, len(online))
	for _, b := range online {
		list = append(list, b.Projects)
	}
	boxes, err := pg.All[struct{ Ballots [][]string }](ctx, q, paperBallotsSQL, pg.Args{"edition": editionID})
	for _, b := range boxes {
		list = append(list, b.Ballots...)
	}
	slices.SortFunc(list, slices.Compare) // no order tells who or which box
	return list, err
}

// BoxesApart counts the ballot boxes of an edition that were counted by project alone.
func BoxesApart(ctx context.Context, q pg.Reader, editionID string) (int, error) {
	return pg.Value[int](ctx, q, boxesApartSQL, pg.Args{"edition": editionID})
}

// readBallots turns the typed lines into ballots: a line is a paper, with the numbers the page gives the projects. A paper has as many
// projects as an account may choose: up to most, or one of each track where most is 0.
func readBallots(text string, options []Option, most int) ([][]string, error) {
	list := [][]string{}
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t　,，、;；", r) })
		if len(words) == 0 {
			continue
		}
		ballot, err := readBallot(i+1, words, options, most)
		if err != nil {
			return nil, err
		}
		list = append(list, ballot)
	}
	switch {
	case len(list) == 0:
		return nil, fault.Field("ballots", "请把票一张一行录进来")
	case len(list) > mostBallots:
		return nil, fault.Field("ballots", "一个票箱最多 %d 张票，请分成几个票箱录", mostBallots)
	}
	slices.SortFunc(list, slices.Compare) // two people need not take the papers in one order
	return list, nil
}

// readBallot reads the numbers of one line.
func readBallot(line int, numbers []string, options []Option, most int) ([]string, error) {
	ballot, tracks := []string{}, map[string]bool{}
	for _, w := range numbers {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 || n > len(options) {
			return nil, fault.Field("ballots", "第 %d 行的「%s」不是上面的序号", line, clipped(w))
		}
		o := options[n-1]
		switch {
		case most > 0 && slices.Contains(ballot, o.ID):
			return nil, fault.Field("ballots", "第 %d 行把 %d 号写了两遍，请对着选票再看一看", line, n)
		case most == 0 && tracks[o.Track]:
			return nil, fault.Field("ballots", "第 %d 行在同一个赛道里有两个项目，这张票无效，请去掉这一行", line)
		}
		tracks[o.Track] = true
		ballot = append(ballot, o.ID)
	}
	if most > 0 && len(ballot) > most {
		return nil, fault.Field("ballots", "第 %d 行选了 %d 个项目，一张票最多选 %d 个，这张票无效，请去掉这一行", line, len(ballot), most)
	}
	slices.Sort(ballot)
	return ballot, nil
}

func clipped(text string) string {
	if utf8.RuneCountInString(text) > 12 {
		return string([]rune(text)[:12])
	}
	return text
}

// votesOf counts ballots by project.
func votesOf(ballots [][]string, options []Option) map[string]int {
	counts := map[string]int{}
	for _, o := range options {
		counts[o.ID] = 0
	}
	for _, b := range ballots {
		for _, id := range b {
			counts[id]++
		}
	}
	return counts
}

func sameBallots(a, b [][]string) bool {
	return slices.EqualFunc(a, b, func(x, y []string) bool { return slices.Equal(x, y) })
}

// Kinds counts how many papers of a typing have which projects, by the numbers the page gives them.
func (p Pass) Kinds(options []Option) map[string]int {
	at, kinds := map[string]int{}, map[string]int{}
	for i, o := range options {
		at[o.ID] = i + 1
	}
	for _, b := range p.Ballots {
		numbers := []int{}
		for _, id := range b {
			numbers = append(numbers, at[id])
		}
		slices.Sort(numbers)
		text := []string{}
		for _, n := range numbers {
			text = append(text, strconv.Itoa(n))
		}
		kinds[strings.Join(text, "、")]++
	}
	return kinds
}

const plansOfSQL = `select ` + planColumns + ` from assignment_plan a where a.round_id = @round::uuid order by a.no`

// PlansOf lists a round's stored assignments in their order, with what each followed from and its certificate.
func PlansOf(ctx context.Context, q pg.Reader, roundID string) ([]Stored, error) {
	return pg.All[Stored](ctx, q, plansOfSQL, pg.Args{"round": roundID})
}
