package proposal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/assist"
	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// Sealed is what a submission fixes: the draft as it was, the people by their ids alone, and when it was received.
type Sealed struct {
	Number   string
	Revision int
	Edition  string
	Place    string
	Received time.Time
	Lead     string
	Team     []string
	Draft    Draft
	Files    []string `json:",omitempty"` // digests of its pictures and papers
}

// seal writes the revision's text and its digest.
func seal(s Sealed) (body, digest string, err error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return "", "", err
	}
	sum := sha256.Sum256(raw)
	return string(raw), hex.EncodeToString(sum[:]), nil
}

const (
	numberSQL = `select next_number(@series)`
	submitSQL = `update proposal set state = 'submitted', number = coalesce(number, @number), place = @place::text::ltree, submitted_at = coalesce(submitted_at, @received),
  revision = @revision, digest = @digest, opinion = '', opinion_by = null, opinion_at = null, refused = false, reason = '', fix_until = null,
  acting_helper = coalesce(nullif(@helper, '')::uuid, acting_helper), acting_reason = case when @helper = '' then acting_reason else @why end,
  acting_paper = coalesce(nullif(@paper, '')::uuid, acting_paper), version = version + 1 where id = @id::uuid`
	sealSQL = `insert into proposal_revision (proposal_id, no, kind, body, digest, sealed_at, sealed_by) values (@id, @no, @kind, @body, @digest, @at, @me)`
	// The edition may have gone on to its review since it was read: then nothing more comes in.
	countSQL    = `update edition set proposals_n = proposals_n + @n::int where id = @edition::uuid and state in ('open', 'closed')`
	lockTeamSQL = `select state, version from team where id = @team::uuid for no key update`
)

// Submit hands a proposal in. received is the house's time at the beginning of the request: only it decides whether the
// proposal came in time, however long the rest takes. saves is what the lead saw when pressing the button.
func (b *Book) Submit(ctx context.Context, by identity.Actor, id string, saves int, received time.Time) (Full, error) {
	var done Full
	err := b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockOwn(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if p.LeadID != by.ID {
			return fault.New(fault.Forbidden, "申报书由领办人提交。您可以继续帮着修改")
		}
		if p.State == Submitted && p.Saves == saves { // the same button pressed twice
			done, err = complete(ctx, tx, p)
			return err
		}
		if p.State != Drafted && p.State != Returned {
			return fault.New(fault.Conflict, "申报书已经交上去了，现在不能改")
		}
		if p.Saves != saves {
			return fault.New(fault.Conflict, "提交之前内容又有改动，请再看一遍，确认后提交")
		}
		if _, err := pg.All[standing](ctx, tx, lockTeamSQL, pg.Args{"team": p.TeamID}); err != nil {
			return err
		}
		f, err := complete(ctx, tx, p)
		if err != nil {
			return err
		}
		h, err := hands(ctx, tx, by, f, received)
		if err != nil {
			return err
		}
		if err := b.admit(ctx, tx, f, h.counts); err != nil {
			return err
		}
		f = f.Settled()
		if err := settle(ctx, tx, f); err != nil {
			return err
		}
		done, err = b.handIn(ctx, tx, w, f, h)
		return err
	})
	return done, err
}

// admit tells whether a proposal may come in: in time, complete, and within the limits of its people.
func (b *Book) admit(ctx context.Context, tx pg.Tx, f Full, received time.Time) error {
	if err := inTime(f, received); err != nil {
		return err
	}
	if err := fields(f.Gaps()); err != nil {
		return err
	}
	if f.State == Drafted && !identity.Within(f.Home, f.Edition.Place) {
		return fault.Field("home", "您现在的社区不在这一届的范围里，请联系社区工作人员")
	}
	if err := unbanned(ctx, tx, f.LeadID, b.clock.Now()); err != nil {
		return err
	}
	if err := quotas(ctx, tx, f); err != nil {
		return err
	}
	return within(ctx, tx, f)
}

// inTime decides by the stamp alone. An edition that the calendar has closed in between still takes what was received
// before; one that has gone on to the review takes nothing more.
func inTime(f Full, received time.Time) error {
	e := f.Edition
	if e.State != edition.Open && e.State != edition.Closed {
		return tooLate()
	}
	switch {
	case f.State == Returned && f.FixUntil != nil && received.Before(*f.FixUntil):
		return nil
	case f.State == Returned && f.FixUntil != nil:
		return fault.New(fault.Conflict, "修改的时间到 %s 为止，已经过了。有特殊情况请联系社区", stamp(*f.FixUntil))
	case e.OpensAt != nil && received.Before(*e.OpensAt):
		return fault.New(fault.Conflict, "申报从 %s 开始，草稿已经存好，到时再来提交", stamp(*e.OpensAt))
	case e.ClosesAt == nil || !received.Before(*e.ClosesAt):
		return fault.New(fault.Conflict, "申报已在 %s 截止。您写的内容还在，可以打印留存", stamp(whole(e.ClosesAt)))
	}
	return nil
}

func tooLate() error {
	return fault.New(fault.Conflict, "这一届现在不收申报书。您写的内容还在，可以打印留存")
}

// toSeal is what handing in fixes of a proposal.
func toSeal(f Full, received time.Time) Sealed {
	s := Sealed{Number: f.Number, Revision: f.Revision, Edition: f.EditionID, Place: f.Place, Received: received, Lead: f.LeadID, Draft: f.Draft()}
	for _, m := range f.Members {
		if m.State == "accepted" && m.Role != "mentor" {
			s.Team = append(s.Team, m.PersonID)
		}
	}
	for _, x := range f.Photos {
		s.Files = append(s.Files, x.Digest)
	}
	return s
}

func (b *Book) handIn(ctx context.Context, tx pg.Tx, w identity.Warrant, f Full, h handing) (Full, error) {
	received := h.received
	from, first := f.State, 0
	if f.Number == "" {
		first = 1
		f.Place = f.Home
		series := fmt.Sprintf("%s-%02d-%s", strings.ToUpper(place.District(f.Place)), f.Edition.No, perTrack[f.Track])
		n, err := pg.Value[int](ctx, tx, numberSQL, pg.Args{"series": "proposal:" + series})
		if err != nil {
			return f, err
		}
		f.Number = fmt.Sprintf("%s%04d", series, n)
	}
	counted, err := pg.Do(ctx, tx, countSQL, pg.Args{"edition": f.EditionID, "n": first})
	if err != nil {
		return f, err
	}
	if counted == 0 {
		return f, tooLate()
	}
	f.Revision++
	if err := settleAnswers(ctx, tx, &f); err != nil {
		return f, err
	}
	body, digest, err := seal(toSeal(f, received))
	if err != nil {
		return f, err
	}
	if _, err := pg.Do(ctx, tx, submitSQL, pg.Args{"id": f.ID, "number": f.Number, "place": f.Place, "received": received, "revision": f.Revision, "digest": digest,
		"helper": h.Helper, "why": h.Reason, "paper": h.Paper}); err != nil {
		return f, err
	}
	if _, err := pg.Do(ctx, tx, sealSQL, pg.Args{"id": f.ID, "no": f.Revision, "kind": "submission", "body": body, "digest": digest, "at": received, "me": w.By.ID}); err != nil {
		return f, err
	}
	heads, err := notice.Holders(ctx, tx, f.Place, identity.CommunityHead)
	if err != nil {
		return f, err
	}
	if err := b.tell(ctx, tx, f.Proposal, "N05", heads, "/desk/proposals/"+f.ID, "申报书 %s「%s」交上来了，请写社区意见", f.Number, f.Title); err != nil {
		return f, err
	}
	if err := outbox.Put(ctx, tx, received, HandedIn{f.ID, f.Revision}); err != nil {
		return f, err
	}
	w.Place = f.Place
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "proposal", ID: f.ID, Version: f.Version + 1, Action: "submit", From: from, To: Submitted, Place: f.Place,
		At: h.at, Data: h.data(map[string]any{"number": f.Number, "revision": f.Revision, "digest": digest})}); err != nil {
		return f, err
	}
	if h.GraceID != "" {
		if err := assist.Use(ctx, tx, w, h.GraceID, f.ID, h.at); err != nil {
			return f, err
		}
	}
	p, err := Get(ctx, tx, f.ID)
	if err != nil {
		return f, err
	}
	return complete(ctx, tx, p)
}

// tell leaves a notice about a proposal's present version.
func (b *Book) tell(ctx context.Context, tx pg.Tx, p Proposal, code string, to []string, link, text string, args ...any) error {
	return notice.Tell(ctx, tx, notice.Letter{Code: code, To: to, Text: fault.Say(text, args...), Link: link,
		Key: p.ID + "/" + strconv.Itoa(p.Version), At: b.clock.Now()})
}

// Revision is one sealed handing-in.
type Revision struct {
	No       int
	Digest   string
	SealedAt time.Time
	Body     string
}

const (
	revisionsSQL = `select no, digest, sealed_at, body from proposal_revision where proposal_id = @id::uuid and kind = 'submission' order by no`
	lastSealSQL  = `select no, digest, sealed_at, body from proposal_revision where proposal_id = @id::uuid and no = @no`
)

// Receipt is a submitted proposal with everything that was sealed of it, for its team.
func (b *Book) Receipt(ctx context.Context, by identity.Actor, id string) (Full, []Revision, error) {
	f, err := b.Own(ctx, by, id)
	if err != nil {
		return f, nil, err
	}
	if f.Revision == 0 {
		return f, nil, fault.Missing()
	}
	revisions, err := pg.All[Revision](ctx, b.db, revisionsSQL, pg.Args{"id": id})
	return f, revisions, err
}

// sealed is a proposal as it was last handed in, while its team may be rewriting it.
func sealed(ctx context.Context, q pg.Reader, f Full) (Full, error) {
	r, err := pg.One[Revision](ctx, q, lastSealSQL, pg.Args{"id": f.ID, "no": f.Revision})
	if err != nil {
		return f, err
	}
	var s Sealed
	if err := json.Unmarshal([]byte(r.Body), &s); err != nil {
		return f, err
	}
	return f.With(s.Draft), nil
}
