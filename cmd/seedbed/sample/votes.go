package sample

import (
	"context"
	"strconv"
	"strings"

	"seedbed/domain/identity"
	"seedbed/domain/judging"
)

// cast has so many neighbours of every community vote.
func (h *hall) cast(ctx context.Context, n int) error {
	var voters []identity.Actor
	for _, c := range h.communities {
		who := h.residents[c.Path]
		voters = append(voters, who[len(who)-n:]...)
	}
	v, err := h.Juries.Poll(ctx, h.district, h.round)
	if err != nil {
		return err
	}
	return each(ctx, voters, func(ctx context.Context, i int, who identity.Actor) error {
		n := judging.Vote{}
		for _, k := range ballot("vote", i, v) {
			n.Projects = append(n.Projects, v.Options[k].ID)
		}
		return h.Juries.Cast(ctx, who, h.round, n)
	})
}

// ballot is what a voter chooses: one project, or where votes share the money out two and more, by their places on the list.
func ballot(purpose string, i int, v judging.PollView) []int {
	d := dice(purpose, i)
	if v.Poll.Most == 0 {
		return []int{d.IntN(len(v.Options))}
	}
	most := min(v.Poll.Most, len(v.Options))
	return d.Perm(len(v.Options))[:min(2+d.IntN(most), most)]
}

// papers are the ballots of a box as they are typed: a line for each, with the numbers of the list.
func papers(box string, n int, v judging.PollView) string {
	lines := make([]string, n)
	for i := range lines {
		for _, k := range ballot("box"+box, i, v) {
			lines[i] += " " + strconv.Itoa(k+1)
		}
	}
	return strings.Join(lines, "\n")
}

// box is a ballot box counted by hand: so many votes of each project, or where votes share the money out its ballots one by one.
func (h *hall) box(ctx context.Context, by identity.Actor, name string, pass, odd int) error {
	v, err := h.Juries.Poll(ctx, h.district, h.round)
	if err != nil {
		return err
	}
	n := judging.BoxCount{Box: name, Pass: pass}
	if pass > 2 {
		n.Reason = "看着照片重数了一遍，第二遍多数了一票。" //words:none
	}
	if v.Poll.Most > 0 {
		n.Ballots = papers(name, 30+odd, v)
	}
	for i, o := range v.Options {
		votes := 1 + dice("box"+name, i).IntN(6)
		if i == 0 {
			votes += odd
		}
		n.Counts = append(n.Counts, judging.MarkText{Code: o.ID, Mark: strconv.Itoa(votes)})
	}
	var photo *judging.Photo
	if pass == 1 {
		photo = h.paper("唱票记录.jpg", 500+h.called+len(name)) //words:none
	}
	return h.Juries.KeyBox(ctx, by, h.round, n, photo)
}
