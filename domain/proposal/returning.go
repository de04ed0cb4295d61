package proposal

import (
	"context"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// Returning sends a proposal back to its team: ready reasons, what to change part by part, and a note in one's own words.
type Returning struct {
	ID      string   `form:"id"`
	Version int      `form:"version"`
	Reasons []string `form:"reasons"`
	Parts   []Mend   `form:"parts"`
	Note    string   `form:"note"`
}

// Mend is what is to be changed in one part of the form.
type Mend struct {
	Section string `form:"section" json:"section"`
	Text    string `form:"text" json:"text"`
}

// CommonReasons are the reasons most proposals go back for, worded as the team reads them.
var CommonReasons = []edition.Choice{{Code: "problem", Name: "想解决的问题写得不够具体，请补充谁、在哪里、有多少人"}, {Code: "budget", Name: "预算不够清楚，请写明每一项的单价和数量"},
	{Code: "price", Name: "有的价格偏高，请核对或说明理由"}, {Code: "venue", Name: "场地还没有落实，请先和社区商量好"}, {Code: "safety", Name: "请补充安全方面的安排"},
	{Code: "targets", Name: "目标和活动安排对不上，请改成一致"}, {Code: "merge", Name: "和别的项目相近，请商量能不能一起做"}}

// ReasonStep is the step of the form that a ready reason is about, "" for the whole.
func ReasonStep(code string) string {
	return map[string]string{"problem": "need", "budget": "budget", "price": "budget", "venue": "card", "safety": "plan", "targets": "marks"}[code]
}

// sectionName is what a part of the form is called, "" when there is none of that name.
func sectionName(id string) string {
	for _, s := range Sections {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

// said drops the parts nothing is written to.
func (r Returning) said() []Mend {
	list := []Mend{}
	for _, m := range r.Parts {
		if m.Text != "" {
			list = append(list, m)
		}
	}
	return list
}

// text is the whole reason as one text, for the notice and the trail.
func (r Returning) text() (string, error) {
	var wrong fault.Fields
	parts := []string{}
	for _, code := range r.Reasons {
		if !edition.Known(CommonReasons, code) {
			wrong.Add("reasons", "请从列出的选项里选")
		}
		parts = append(parts, edition.NameOf(CommonReasons, code))
	}
	for i, m := range r.Parts {
		if m.Text == "" {
			continue
		}
		if sectionName(m.Section) == "" {
			wrong.Add("parts."+strconv.Itoa(i)+".text", "请从列出的选项里选")
		}
		short(&wrong, "parts."+strconv.Itoa(i)+".text", m.Text, 200)
		parts = append(parts, sectionName(m.Section)+"："+m.Text)
	}
	if r.Note != "" {
		parts = append(parts, r.Note)
	}
	if len(parts) == 0 {
		wrong.Add("reasons", "请选择或写明要改什么，团队会看到原文")
	}
	short(&wrong, "note", r.Note, 300)
	return strings.Join(parts, "；"), wrong.Err()
}

// Return is a proposal sent back, as it was.
type Return struct {
	ID       string
	Revision int
	Reasons  []string
	Note     string
	Parts    []Mend
	ByName   string
	Role     string
	At       time.Time
	FixUntil time.Time
}

const (
	returnSQL = `update proposal set state = 'returned', reason = @reason, fix_until = @until, version = version + 1 where id = @id::uuid`
	backSQL   = `insert into proposal_return (id, proposal_id, revision, reasons, note, parts, by_person, role, at, fix_until)
  values (@return, @id, @revision, @reasons, @note, @parts, @me, @role, @at, @until)`
	returnsSQL = `select r.id::text, r.revision, r.reasons, r.note, r.parts, p.name as by_name, r.role, r.at, r.fix_until from proposal_return r join person p on p.id = r.by_person
  where r.proposal_id = @id::uuid order by r.at, r.id`
)

// Return asks the team to change something. The day by which is fixed now, by the edition's rule and today's calendar,
// and is never before the call itself closes.
func (b *Book) Return(ctx context.Context, by identity.Actor, id string, r Returning) error {
	reason, err := r.text()
	if err != nil {
		return err
	}
	return b.decide(ctx, id, hand{by, identity.ReturnProposals, "return", r.Version, []string{Submitted, Endorsed}}, func(tx pg.Tx, w identity.Warrant, p Proposal, e edition.Edition) error {
		cal, err := place.Calendar(ctx, tx)
		if err != nil {
			return err
		}
		now := b.clock.Now()
		until := cal.AddWorkingDays(now, e.Rules.FixDays)
		if e.ClosesAt != nil && until.Before(*e.ClosesAt) {
			until = *e.ClosesAt
		}
		if _, err := pg.Do(ctx, tx, returnSQL, pg.Args{"id": id, "reason": reason, "until": until}); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, backSQL, pg.Args{"return": formID(r.ID), "id": id, "revision": p.Revision, "reasons": list(r.Reasons), "note": r.Note, "parts": r.said(),
			"me": by.ID, "role": string(w.Role), "at": now, "until": until}); err != nil {
			return err
		}
		return b.decided(ctx, tx, w, p, decision{"return", Returned, reason, "N03", "「%s」需要修改：%s。请在 %s 之前改好再提交", []any{p.Title, reason, stamp(until)},
			map[string]any{"fix_until": until, "calendar": cal.Version, "rules": e.Version}})
	})
}

// same tells whether a button was pressed twice by the same person; a page that is out of date is refused.
func same(ctx context.Context, tx pg.Tx, by identity.Actor, p Proposal, seen int, action string) (bool, error) {
	if p.Version == seen {
		return false, nil
	}
	done, err := audit.Did(ctx, tx, by, "proposal", p.ID, seen+1, action)
	if err == nil && !done {
		err = stale()
	}
	return done, err
}

// kept leaves the trail of a step after which the proposal is where it was.
func (b *Book) kept(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, action string) error {
	return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal", ID: p.ID, Version: p.Version + 1, Action: action, From: p.State, To: p.State, Place: p.Place, At: b.clock.Now()})
}
