package judging

import (
	"context"
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// The states of a pitch round's minutes (路演纪要): sealed, then closed by the scan with the signatures.
const (
	Sealed = "sealed"
	Signed = "signed"
)

// Minute is a pitch round's minutes.
type Minute struct {
	ID       string
	State    string
	Body     string // JSON of a MinuteText: the bytes under the digest
	Digest   string
	SealedAt time.Time
	ScanID   string
	SignedAt *time.Time
	Version  int
}

// MinuteText is what the minutes say.
type MinuteText struct {
	Edition   string        `json:"edition"`
	Round     string        `json:"round"`
	Hall      string        `json:"hall"`
	StartedAt *time.Time    `json:"started_at"`
	EndedAt   *time.Time    `json:"ended_at"`
	Seed      string        `json:"seed"`
	Redraws   []string      `json:"redraws"` // why it was drawn again
	TrimAt    int           `json:"trim_at"`
	MinValid  int           `json:"min_valid"`
	Present   []string      `json:"present"` // judges
	Away      []string      `json:"away"`
	Others    string        `json:"others"`
	Pitches   []MinutePitch `json:"pitches"`
}

// MinutePitch is a pitch in the minutes.
type MinutePitch struct {
	Seq      int           `json:"seq"`
	Number   string        `json:"number"`
	Title    string        `json:"title"`
	Team     string        `json:"team"`
	Absent   bool          `json:"absent"`
	CalledAt *time.Time    `json:"called_at"`
	UsedSec  int64         `json:"used_seconds"`
	ShownAt  *time.Time    `json:"shown_at"`
	Reason   string        `json:"reason"` // why it was shown before every sheet was in
	Score    int           `json:"score"`  // hundredths
	Sheets   []MinuteSheet `json:"sheets"`
}

// MinuteSheet is a judge's sheet in the minutes.
type MinuteSheet struct {
	ID      string `json:"id"`
	Project string `json:"-"`
	Judge   string `json:"judge"`
	Total   int    `json:"total"`
	State   string `json:"state"`
	Dropped bool   `json:"dropped"`
	Paper   bool   `json:"paper"`
	Why     string `json:"why"` // of an invalid one
}

// Sealing is what only people in the room know: who was there.
type Sealing struct {
	Present []string `form:"present"` // judges' ids
	Others  string   `form:"others"`
	Version int      `form:"version"`
}

// Scan is the signed minutes as a file.
type Scan struct {
	Version int `form:"version"`
}

const (
	minuteColumns = `n.id::text, n.state, n.body, n.digest, n.sealed_at, coalesce(n.scan_id::text, '') as scan_id, n.signed_at, n.version`
	minuteSQL     = `select ` + minuteColumns + ` from pitch_minute n where n.id = @id::uuid`
	lockMinuteSQL = minuteSQL + ` for no key update`
	newMinuteSQL  = `insert into pitch_minute (id, place, body, digest, sealed_at) values (@id, @place::text::ltree, @body, @digest, @at)`
	reSealSQL     = `update pitch_minute set body = @body, digest = @digest, sealed_at = @at, version = version + 1 where id = @id::uuid`
	signMinuteSQL = `update pitch_minute set state = 'signed', scan_id = @scan, signed_at = @at, version = version + 1 where id = @id::uuid`
	allSheetsSQL  = `select s.id::text, s.proposal_id::text as project, u.name as judge, coalesce(s.total, 0) as total, s.state, exists (select from twice w where w.assignment_id = s.assignment_id and w.state = 'settled') as paper,
    false as dropped, case when s.state = 'invalid' then s.reason else '' end as why from sheet s join judge j on j.id = s.judge_id join person u on u.id = j.person_id
  where s.round_id = @id::uuid and s.state in ('locked', 'invalid') order by s.proposal_id, u.name, s.id`
)

// SealMinute writes the minutes when the pitches are over; until they are signed they may be written again.
func (b *Book) SealMinute(ctx context.Context, by identity.Actor, roundID string, n Sealing) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(n.Others) > 300 {
		return fault.Field("others", "最多 %d 个字，现在是 %d 个字", 300, utf8.RuneCountInString(n.Others))
	}
	v, err := b.Host(ctx, by, roundID)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		s, err := pg.One[Stage](ctx, tx, lockStageSQL, pg.Args{"id": roundID})
		if err != nil {
			return err
		}
		if s.State != Ended {
			return fault.New(fault.Conflict, "路演结束以后才能写纪要")
		}
		m, found, err := pg.Maybe[Minute](ctx, tx, lockMinuteSQL, pg.Args{"id": roundID})
		if err != nil {
			return err
		}
		if m.Version != n.Version {
			done, err := audit.Did(ctx, tx, by, "pitch_minute", roundID, n.Version+1, "seal")
			if err == nil && !done {
				err = stale()
			}
			return err
		}
		text, err := minuteText(ctx, tx, r, s, v, n)
		if err != nil {
			return err
		}
		body, err := json.Marshal(text)
		if err != nil {
			return err
		}
		sql, args := reSealSQL, pg.Args{"id": roundID, "body": string(body), "digest": Digest(text), "at": now}
		if !found {
			sql, args["place"] = newMinuteSQL, r.Place
		}
		if _, err := pg.Do(ctx, tx, sql, args); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "pitch_minute", ID: roundID, Version: m.Version + 1, Action: "seal", From: m.State, To: Sealed, Place: r.Place,
			Data: map[string]any{"digest": Digest(text)}, At: now})
	})
}

func minuteText(ctx context.Context, q pg.Reader, r Round, s Stage, v HostView, n Sealing) (MinuteText, error) {
	t := MinuteText{Edition: s.Edition, Round: r.Name, Hall: s.Hall, StartedAt: s.StartedAt, EndedAt: s.EndedAt, Seed: r.Seed, TrimAt: r.TrimAt, MinValid: r.MinValid, Others: n.Others,
		Redraws: []string{}, Present: []string{}, Away: []string{}}
	for _, d := range v.Draws {
		if d.N > 1 {
			t.Redraws = append(t.Redraws, d.Reason)
		}
	}
	for _, j := range v.Jury {
		if slices.Contains(n.Present, j.ID) {
			t.Present = append(t.Present, j.Name)
		} else {
			t.Away = append(t.Away, j.Name)
		}
	}
	if len(t.Present) == 0 {
		return t, fault.Field("present", "请勾选到场的评委")
	}
	sheets, err := pg.All[MinuteSheet](ctx, q, allSheetsSQL, pg.Args{"id": r.ID})
	if err != nil {
		return t, err
	}
	for _, slot := range v.Slots {
		p := MinutePitch{Seq: slot.Seq, Number: slot.Number, Title: slot.Title, Team: slot.Team, Absent: slot.State == Absent, CalledAt: slot.CalledAt, UsedSec: slot.UsedMs / 1000,
			ShownAt: slot.ShownAt, Reason: slot.Reason, Sheets: []MinuteSheet{}}
		if slot.Score != nil {
			p.Score = *slot.Score
		}
		dropped, err := droppedOf(ctx, q, r, slot)
		if err != nil {
			return t, err
		}
		for _, x := range sheets {
			if x.Project == slot.ProposalID {
				x.Dropped = slices.Contains(dropped, x.ID)
				p.Sheets = append(p.Sheets, x)
			}
		}
		t.Pitches = append(t.Pitches, p)
	}
	return t, nil
}

// SignMinute takes the scan of the signed minutes and closes them.
func (b *Book) SignMinute(ctx context.Context, by identity.Actor, roundID string, n Scan, scan *Photo) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	taken, err := b.takeScan(ctx, scan)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		m, err := pg.One[Minute](ctx, tx, lockMinuteSQL, pg.Args{"id": roundID})
		if err != nil {
			return err
		}
		if m.Version != n.Version {
			done, err := audit.Did(ctx, tx, by, "pitch_minute", roundID, n.Version+1, "sign")
			if err == nil && !done {
				err = stale()
			}
			return err
		}
		id, err := keepScan(ctx, tx, hand{w, r.Place, now}, roundID, taken, scan.Name)
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, signMinuteSQL, pg.Args{"id": roundID, "scan": id, "at": now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "pitch_minute", ID: roundID, Version: m.Version + 1, Action: "sign", From: Sealed, To: Signed, Place: r.Place,
			Data: map[string]any{"scan": taken.Digest}, At: now})
	})
}

// takeScan puts signed minutes into the store. Fields: "scan".
func (b *Book) takeScan(ctx context.Context, scan *Photo) (evidence.Taken, error) {
	if scan == nil {
		return evidence.Taken{}, fault.Field("scan", "请先选签好字的纪要，照片或 PDF")
	}
	taken, err := evidence.TakePaper(ctx, b.paper.Store, scan.File)
	if fault.Is(err, fault.Invalid) && fault.InFields(err) == nil {
		m := fault.MessageOf(err)
		err = fault.Field("scan", m.Text, m.Args...)
	}
	return taken, err
}

// keepScan gives signed minutes to their round, and their id.
func keepScan(ctx context.Context, tx pg.Tx, h hand, roundID string, taken evidence.Taken, name string) (string, error) {
	id := uuid.Must(uuid.NewV7()).String()
	_, err := evidence.Keep(ctx, tx, h.w, evidence.New{ID: id, Digest: taken.Digest, Size: taken.Size, Mime: taken.Mime, Kind: "paper", Owner: "minute", OwnerID: roundID, Place: h.place,
		Name: name, At: h.at})
	return id, err
}

// MinuteSeal is what everybody may know of a round's minutes: that they are what was sealed.
type MinuteSeal struct {
	Edition   string
	EditionEn string
	Round     string
	Digest    string
	SealedAt  time.Time
	SignedAt  *time.Time
}

const sealSQL = `select e.title as edition, e.title_en as edition_en, r.name as round, n.digest, n.sealed_at, n.signed_at from pitch_minute n join review_round r on r.id = n.id join edition e on e.id = r.edition_id where n.id = @id::uuid`

// SealOf is the seal of a round's minutes.
func (b *Book) SealOf(ctx context.Context, roundID string) (MinuteSeal, error) {
	return pg.One[MinuteSeal](ctx, b.db, sealSQL, pg.Args{"id": roundID})
}
