package judging

import (
	"context"
	"math"
	"slices"
	"time"

	"seedbed/domain/calibrate"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Record is how a judge marked in one closed round. It is advice, for the district alone: no rule reads it (JUDGING §2).
type Record struct {
	PersonID string
	Edition  string
	Round    string // its name
	ClosedAt time.Time
	N        int     // locked sheets
	Mean     float64 // points
	SD       float64 // standard deviation of the totals, 0 for a single sheet
	Severity float64 // points below the average judge of the round, calibrated; above it, negative
	Error    float64 // standard error of the severity
	Alone    bool    // nothing can be said: too few sheets, or judges not connected by common projects
}

const (
	// mostRounds are the closed rounds looked back at.
	mostRounds    = 12
	pastRoundsSQL = `select r.id::text, e.title as edition, r.name, r.closed_at, r.seed from review_round r join edition e on e.id = r.edition_id
  where r.state = 'closed' and r.kind <> 'panel' and r.place = @place::text::ltree and (@person = '' or exists (select from judge j where j.edition_id = e.id and j.person_id::text = @person)) order by r.closed_at desc, r.id limit @most`
	pastSheetsSQL = `select s.proposal_id::text as project, j.person_id::text as judge, s.total from sheet s join judge j on j.id = s.judge_id
  where s.round_id = @round::uuid and s.state = 'locked' and s.total is not null order by s.id`
)

type pastRound struct {
	ID, Edition, Name string
	ClosedAt          time.Time
	Seed              string
}

// Histories gives what the closed rounds of a district tell about its judges, newest first; of one person, or of all when
// the id is empty.
func (b *Book) Histories(ctx context.Context, by identity.Actor, place, person string) ([]Record, error) {
	if !by.Sees(identity.ReadJury, place) {
		return nil, nil
	}
	rounds, err := pg.All[pastRound](ctx, b.db, pastRoundsSQL, pg.Args{"place": place, "person": person, "most": mostRounds})
	if err != nil {
		return nil, err
	}
	list := []Record{}
	for _, r := range rounds {
		sheets, err := pg.All[struct {
			Project, Judge string
			Total          int
		}](ctx, b.db, pastSheetsSQL, pg.Args{"round": r.ID})
		if err != nil {
			return nil, err
		}
		input := make([]calibrate.Sheet, len(sheets))
		for i, s := range sheets {
			input[i] = calibrate.Sheet{Project: s.Project, Judge: s.Judge, Y: float64(s.Total) / 100, Weight: 1}
		}
		for _, rec := range records(r, input) {
			if person == "" || rec.PersonID == person {
				list = append(list, rec)
			}
		}
	}
	return list, nil
}

// records reads a round's judges off its calibration.
func records(r pastRound, sheets []calibrate.Sheet) []Record {
	if len(sheets) == 0 {
		return nil
	}
	report := calibrate.Run(sheets, r.Seed)
	alone := slices.Contains(report.Advice, calibrate.Disconnected) || slices.Contains(report.Advice, calibrate.OnlyOnce)
	list := []Record{}
	for _, j := range report.Judges {
		rec := Record{PersonID: j.ID, Edition: r.Edition, Round: r.Name, ClosedAt: r.ClosedAt, N: j.N, Severity: j.Severity, Error: j.Error, Alone: alone || j.N < 2}
		rec.Mean, rec.SD = moments(sheets, j.ID)
		list = append(list, rec)
	}
	return list
}

// moments are the mean and the standard deviation of a judge's totals.
func moments(sheets []calibrate.Sheet, judge string) (mean, sd float64) {
	n, squares := 0.0, 0.0
	for _, s := range sheets {
		if s.Judge == judge {
			n++
			mean += s.Y
		}
	}
	if n == 0 {
		return 0, 0
	}
	mean /= n
	for _, s := range sheets {
		if s.Judge == judge {
			squares += (s.Y - mean) * (s.Y - mean)
		}
	}
	if n > 1 {
		sd = math.Sqrt(squares / (n - 1))
	}
	return mean, sd
}

// Past is a judge's record over all rounds looked at.
type Past struct {
	Rounds, N int
	Mean, SD  float64 // over sheets; SD within rounds
	Severity  float64 // over rounds, by their sheets; see Known
	Known     bool    // the severity can be told
}

// Sum joins the records of one person.
func Sum(list []Record) Past {
	var p Past
	known, squares, free := 0, 0.0, 0
	for _, r := range list {
		p.Rounds++
		p.N += r.N
		p.Mean += r.Mean * float64(r.N)
		squares += r.SD * r.SD * float64(r.N-1)
		free += r.N - 1
		if !r.Alone {
			p.Severity += r.Severity * float64(r.N)
			known += r.N
		}
	}
	if p.N > 0 {
		p.Mean /= float64(p.N)
	}
	if free > 0 {
		p.SD = math.Sqrt(squares / float64(free))
	}
	if known > 0 {
		p.Severity, p.Known = p.Severity/float64(known), true
	}
	return p
}
