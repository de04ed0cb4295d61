package judging

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// PanelScan is the signed minutes of a panel as a file.
type PanelScan struct {
	Run int `form:"run"` // which of the panel's ends they are of
}

// PanelMinute is a panel's minutes as they came back signed, one for each time it ended.
type PanelMinute struct {
	Run      int
	ScanID   string // of an attachment
	PersonID string // who handed them in
	Person   string
	At       time.Time
}

const (
	panelMinutesSQL   = `select m.run, m.scan_id::text, m.by_person::text as person_id, p.name as person, m.at from panel_minute m join person p on p.id = m.by_person where m.round_id = @round::uuid order by m.run`
	newPanelMinuteSQL = `insert into panel_minute (round_id, run, place, scan_id, by_person, at) values (@round, @run, @place::text::ltree, @scan, @me, @at)`
)

// SignPanel takes the scan of a closed panel's signed minutes. A panel that met again has other minutes, which are signed anew; what was
// signed before stays.
func (b *Book) SignPanel(ctx context.Context, by identity.Actor, roundID string, n PanelScan, scan *Photo) error {
	r, w, err := b.sits(ctx, by, roundID)
	if err != nil {
		return err
	}
	taken, err := b.takeScan(ctx, scan)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		signed, err := pg.All[PanelMinute](ctx, tx, panelMinutesSQL, pg.Args{"round": roundID})
		if err != nil {
			return err
		}
		for _, m := range signed {
			switch {
			case m.Run == n.Run && m.PersonID == by.ID: // the same form came twice
				return nil
			case m.Run == n.Run:
				return fault.New(fault.Conflict, "签好字的纪要已经有人传上来了")
			}
		}
		runs, err := Runs(ctx, tx, roundID)
		if err != nil {
			return err
		}
		switch {
		case r.State != Closed:
			return fault.New(fault.Conflict, "合议结束以后才有纪要")
		case n.Run != len(runs):
			return stale()
		}
		id, err := keepScan(ctx, tx, hand{w, r.Place, now}, roundID, taken, scan.Name)
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, newPanelMinuteSQL, pg.Args{"round": roundID, "run": n.Run, "place": r.Place, "scan": id, "me": by.ID, "at": now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "panel_minute", ID: roundID, Action: "sign", To: Signed, Place: r.Place,
			Data: map[string]any{"run": n.Run, "scan": taken.Digest}, At: now})
	})
}
