package judging

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/yuan"
)

func TestPanelArithmetic(t *testing.T) {
	for _, v := range []struct{ seats, apart, want int }{{5, 0, 3}, {7, 0, 4}, {8, 0, 4}, {9, 0, 5}, {7, 4, 3}, {9, 5, 4}, {3, 0, 3}, {3, 1, 3}, {4, 0, 3}, {12, 6, 6}} {
		if got := Quorum(v.seats, v.apart); got != v.want {
			t.Errorf("of %d with %d apart %d have to be there, want %d", v.seats, v.apart, got, v.want)
		}
	}
	if Carried(2, 4) || !Carried(3, 4) || Carried(2, 5) || !Carried(3, 5) || Carried(0, 0) {
		t.Error("half is no majority")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		in := PanelInput{Round: "r"}
		for i := range 1 + r.IntN(6) {
			seats := 3 + r.IntN(9)
			apart := r.IntN(seats - 2)
			need := Quorum(seats, apart)
			present := need + r.IntN(seats-apart-need+1)
			yes := r.IntN(present + 1)
			no := r.IntN(present - yes + 1)
			p := PanelPaper{ID: fmt.Sprint("p", i), Requested: yuan.Fen(1 + r.IntN(500_000)), Seats: seats, Apart: apart, Present: present, Yes: yes, No: no, Abstain: present - yes - no}
			if r.IntN(2) == 0 {
				p.Ceiling = yuan.Fen(1 + r.IntN(500_000))
			}
			if Carried(yes, present) && r.IntN(2) == 0 {
				p.Amount = 1 + yuan.Fen(r.IntN(int(p.most())))
			}
			in.Projects = append(in.Projects, p)
		}
		out, err := ComputePanel(in)
		if err != nil {
			t.Fatal(err, in)
		}
		byID := map[string]PanelPaper{}
		for _, p := range in.Projects {
			byID[p.ID] = p
		}
		for _, row := range out.Projects {
			p := byID[row.ID]
			if row.Passed != (p.Yes > p.No+p.Abstain) || row.Amount > p.Requested || row.Passed != (row.Amount > 0) || p.Amount > 0 && row.Amount != p.Amount {
				t.Fatalf("%+v of %+v", row, p)
			}
		}
		file, err := panelFile(in, out)
		if err != nil {
			t.Fatal(err)
		}
		r.Shuffle(len(in.Projects), func(i, j int) { in.Projects[i], in.Projects[j] = in.Projects[j], in.Projects[i] })
		other, err := ComputePanel(in)
		if again, _ := panelFile(in, other); err != nil || string(again) != string(file) {
			t.Fatal("the order of the projects matters", err)
		}
		if v, err := panelSame(string(file)); err != nil || !v.Same || v.Result != Digest(out) {
			t.Fatal(v, err)
		}
	}
}

func TestAForgedPanelDoesNotReplay(t *testing.T) {
	good := PanelInput{Round: "r", Projects: []PanelPaper{{ID: "p", Requested: 3000_00, Seats: 5, Present: 5, Yes: 2, No: 3}}}
	out, err := ComputePanel(good)
	if err != nil {
		t.Fatal(err)
	}
	out.Projects[0].Passed = true
	file, _ := panelFile(good, out)
	if v, err := panelSame(string(file)); err != nil || v.Same {
		t.Errorf("%+v %v", v, err)
	}
	for name, change := range map[string]func(*PanelPaper){
		"votes": func(p *PanelPaper) { p.Yes++ }, "quorum": func(p *PanelPaper) { p.Seats = 12 }, "amount": func(p *PanelPaper) { p.Amount = 1 },
		"ghosts": func(p *PanelPaper) { p.Seats = 4 }, "negative": func(p *PanelPaper) { p.Yes, p.No = -1, 6 }, "nameless": func(p *PanelPaper) { p.ID = "" },
	} {
		p := good.Projects[0]
		change(&p)
		if _, err := ComputePanel(PanelInput{Round: "r", Projects: []PanelPaper{p}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ComputePanel(PanelInput{Projects: append(good.Projects, good.Projects...)}); !fault.Is(err, fault.Invalid) {
		t.Error("one project twice")
	}
	if _, err := ReplayPanel([]byte(`{"round":"r","projects":[],"judges":["j1"]}`)); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	body, _ := json.Marshal(good)
	if strings.Contains(string(body), "judge") {
		t.Error("judges are named")
	}
}
