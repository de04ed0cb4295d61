package judging

import (
	"context"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

const (
	openPanelSQL = `update review_round set state = 'open', opened_at = @at, version = version + 1 where id = @id::uuid`
	agreedSQL    = `update review_round set state = 'closed', closed_at = @at, digest = @digest, version = version + 1 where id = @id::uuid`
	meetAgainSQL = `update review_round set state = 'open', version = version + 1 where id = @id::uuid`
	rankedSQL    = `select p.id::text from proposal p where p.edition_id = @edition::uuid and p.state = 'ranked' order by p.track, p.rank, p.id`
	thinPanelSQL = `select coalesce(p.number, p.title) from proposal p where p.edition_id = @edition::uuid and p.state = 'ranked'
    and (select count(*) from judge j where j.edition_id = p.edition_id and j.state = 'accepted' and not exists (select from conflict c where c.judge_id = j.id and c.proposal_id = p.id)) < @least order by p.number, p.id`
	sittersSQL = `select j.person_id::text from judge j where j.edition_id = @edition::uuid and j.state = 'accepted' order by 1`
	// What the panel said last of every project that is still in the contest; without a word where it said nothing yet.
	standingWordsSQL = `select p.id::text, coalesce(p.number, p.title) as called, p.track, p.requested, coalesce(w.no, 0) as no, coalesce(w.yes, 0) as yes, coalesce(w.nay, 0) as nay, coalesce(w.abstain, 0) as abstain,
    coalesce(w.amount, 0)::bigint as amount, coalesce(w.seats, 0) as seats, coalesce(cardinality(w.apart), 0) as apart,
    exists (select from conflict c where c.proposal_id = p.id and c.judge_id = any(w.present)) as tainted
  from round_entry e join proposal p on p.id = e.proposal_id left join lateral (select * from panel_word x where x.round_id = e.round_id and x.proposal_id = p.id order by x.no desc limit 1) w on true
  where e.round_id = @round::uuid and (p.state = 'ranked' or p.id = any(@ids::text[]::uuid[])) order by p.number, p.id`
	newPanelRunSQL = `insert into round_run (round_id, run, cause, reason, protocol, digest, advice, at) values (@round, (select coalesce(max(run), 0) + 1 from round_run where round_id = @round), @cause, @reason, @protocol, @digest, '', @at)`
)

// OpenPanel begins the deliberation when the round before it has ranked: every ranked project is the panel's, ties are looked
// for once more, and the judges are called (N06).
func (b *Book) OpenPanel(ctx context.Context, by identity.Actor, roundID string, p Pressed) error {
	r, w, err := b.sits(ctx, by, roundID)
	if err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.Version != p.Version {
			return again(ctx, tx, by, r, p.Version+1, "open")
		}
		if r.State != Planned {
			return fault.New(fault.Conflict, "合议已经开始了")
		}
		projects, err := gathered(ctx, tx, h, r)
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, openPanelSQL, pg.Args{"id": roundID, "at": h.at}); err != nil {
			return err
		}
		for i, id := range projects {
			if _, err := pg.Do(ctx, tx, entrySQL, pg.Args{"round": roundID, "proposal": id, "seq": i + 1}); err != nil {
				return err
			}
		}
		judges, err := pg.Values[string](ctx, tx, sittersSQL, pg.Args{"edition": r.EditionID})
		if err != nil {
			return err
		}
		text := fault.Say("合议会定在 %s，要商量 %d 个项目。请您到场；和哪个项目有关系，那个项目请回避", stamp(*r.ClosesAt), len(projects))
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: judges, Text: text, Link: "/review/panels/" + r.ID, Key: r.ID, At: h.at}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "review_round", ID: roundID, Version: r.Version + 1, Action: "open", From: Planned, To: Open,
			Place: r.Place, Data: map[string]any{"projects": len(projects)}, At: h.at})
	})
}

// remindPanel tells the judges of a panel that it meets within a day, once.
func remindPanel(ctx context.Context, tx pg.Tx, r Round, due time.Time) error {
	judges, err := pg.Values[string](ctx, tx, sittersSQL, pg.Args{"edition": r.EditionID})
	if err != nil {
		return err
	}
	text := fault.Say("提醒您：合议会 %s 开，请准时到场", stamp(*r.ClosesAt))
	return notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: judges, Text: text, Link: "/review/panels/" + r.ID, Key: r.ID + "/soon", At: due})
}

// gathered tells which projects a panel is about, when it may begin: the round before is over, and enough judges are there who
// have no tie.
func gathered(ctx context.Context, tx pg.Tx, h hand, r Round) ([]string, error) {
	if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
		return nil, err
	}
	e, err := edition.Lock(ctx, tx, r.EditionID)
	if err != nil {
		return nil, err
	}
	before, err := pg.Value[int](ctx, tx, beforeSQL, pg.Args{"edition": e.ID, "seq": r.Seq})
	if err != nil {
		return nil, err
	}
	if e.State != edition.Reviewing || before > 0 {
		return nil, fault.New(fault.Conflict, "前一轮评审结束、排出名次以后才能开始合议")
	}
	projects, err := pg.Values[string](ctx, tx, rankedSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return nil, err
	}
	if len(projects) == 0 {
		return nil, fault.New(fault.Conflict, "没有已经排名的项目，不用合议")
	}
	seats, err := pg.Values[string](ctx, tx, sittersSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return nil, err
	}
	if len(seats) < LeastPanel {
		return nil, fault.New(fault.Conflict, "已接受邀请的评委有 %d 位，至少要 %d 位才能合议", len(seats), LeastPanel)
	}
	if err := detect(ctx, tx, h, e.ID); err != nil {
		return nil, err
	}
	thin, err := pg.Values[string](ctx, tx, thinPanelSQL, pg.Args{"edition": e.ID, "least": LeastPanel})
	if err == nil && len(thin) > 0 {
		err = fault.New(fault.Conflict, "有 %d 个项目没有 %d 位无利害关系的评委：%s。请再邀请几位评委", len(thin), LeastPanel, first(thin))
	}
	return projects, err
}

// standing is a project of a panel with its last word as the computation takes it.
type standing struct {
	ID, Called, Track string
	Requested         yuan.Fen
	No                int
	Yes, Nay, Abstain int
	Amount            yuan.Fen
	Seats, Apart      int
	Tainted           bool // somebody was present who has a tie
}

func (s standing) paper(e edition.Edition) PanelPaper {
	return PanelPaper{ID: s.ID, Requested: s.Requested, Ceiling: e.Rules.Caps[s.Track], Seats: s.Seats, Apart: s.Apart, Present: s.Yes + s.Nay + s.Abstain, Yes: s.Yes, No: s.Nay,
		Abstain: s.Abstain, Amount: s.Amount}
}

// ClosePanel ends the deliberation: there is a word on every project that is still in the contest, said by nobody with a tie to
// it. What it comes to is computed, kept with its protocol, and locked.
func (b *Book) ClosePanel(ctx context.Context, by identity.Actor, roundID string, p Pressed) error {
	r, w, err := b.sits(ctx, by, roundID)
	if err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	if err := b.look(ctx, h, r); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.Version != p.Version {
			return again(ctx, tx, by, r, p.Version+1, "close")
		}
		if r.State != Open {
			return fault.New(fault.Conflict, "合议现在不能结束")
		}
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
			return err
		}
		return agree(ctx, tx, h, r)
	})
}

// look writes down the ties that can be seen, in a transaction of its own: what is refused because of one has it on record.
func (b *Book) look(ctx context.Context, h hand, r Round) error {
	if r.State != Open {
		return nil
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
			return err
		}
		return detect(ctx, tx, h, r.EditionID)
	})
}

// agree computes, seals and announces what the panel's words come to.
func agree(ctx context.Context, tx pg.Tx, h hand, r Round) error {
	e, err := edition.Lock(ctx, tx, r.EditionID)
	if err != nil {
		return err
	}
	list, err := pg.All[standing](ctx, tx, standingWordsSQL, pg.Args{"round": r.ID, "ids": []string{}})
	if err != nil {
		return err
	}
	in := PanelInput{Round: r.ID}
	missing, tainted := []string{}, []string{}
	for _, s := range list {
		switch in.Projects = append(in.Projects, s.paper(e)); {
		case s.No == 0:
			missing = append(missing, s.Called)
		case s.Tainted:
			tainted = append(tainted, s.Called)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Conflict, "还有 %d 个项目没有合议：%s", len(missing), first(missing))
	}
	if len(tainted) > 0 {
		return fault.New(fault.Conflict, "合议时到场的评委里，后来查明有人和项目有利害关系：%s。请重新合议这 %d 个项目", first(tainted), len(tainted))
	}
	out, err := ComputePanel(in)
	if err != nil {
		return err
	}
	file, err := panelFile(in, out)
	if err != nil {
		return err
	}
	digest, passed := Digest(out), 0
	for _, row := range out.Projects {
		if row.Passed {
			passed++
		}
	}
	if _, err := pg.Do(ctx, tx, newPanelRunSQL, pg.Args{"round": r.ID, "cause": "close", "reason": "", "protocol": string(file), "digest": digest, "at": h.at}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, agreedSQL, pg.Args{"id": r.ID, "at": h.at, "digest": digest}); err != nil {
		return err
	}
	heads, err := notice.Holders(ctx, tx, r.Place, identity.DistrictHead)
	if err != nil {
		return err
	}
	text := fault.Say("合议结束：%d 个项目通过，%d 个没有通过。请核对后分配资金、发布公示", passed, len(out.Projects)-passed)
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: heads, Text: text, Link: "/desk/editions/" + r.EditionID + "/results", Key: r.ID + "/" + h.at.UTC().Format("20060102150405"), At: h.at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "review_round", ID: r.ID, Version: r.Version + 1, Action: "close", From: Open, To: Closed,
		Place: r.Place, Data: map[string]any{"digest": digest, "projects": len(out.Projects), "passed": passed}, At: h.at})
}

// MeetAgain is why a panel meets again.
type MeetAgain struct {
	Version int    `form:"version"`
	Reason  string `form:"reason"`
}

// ReopenPanel has the panel meet again, for a tie learned after its end for example: the words there are stay, a corrected one
// is added, and the end makes another run. Once results are public it is refused: then an objection corrects (0033).
func (b *Book) ReopenPanel(ctx context.Context, by identity.Actor, roundID string, n MeetAgain) error {
	r, w, err := b.sits(ctx, by, roundID)
	if err != nil {
		return err
	}
	switch runes := utf8.RuneCountInString(n.Reason); {
	case runes < 5:
		return fault.Field("reason", "请写明为什么要重新合议，至少 5 个字")
	case runes > 200:
		return fault.Field("reason", "最多 %d 个字，现在是 %d 个字", 200, runes)
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.Version != n.Version {
			return again(ctx, tx, by, r, n.Version+1, "meet_again")
		}
		e, err := edition.Lock(ctx, tx, r.EditionID)
		if err != nil {
			return err
		}
		if e.State != edition.Reviewing {
			return fault.New(fault.Conflict, "结果已经公示，合议不能再改。有问题请按异议处理")
		}
		if r.State != Closed {
			return fault.New(fault.Conflict, "合议还没有结束，直接更正就可以")
		}
		if _, err := pg.Do(ctx, tx, meetAgainSQL, pg.Args{"id": roundID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "review_round", ID: roundID, Version: r.Version + 1, Action: "meet_again", From: Closed, To: Open,
			Place: r.Place, Reason: n.Reason, At: now})
	})
}
