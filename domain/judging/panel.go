package judging

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Scores tells whether judges mark sheets in the round; in a panel they vote, and score and rank stay as they were.
func (r Round) Scores() bool { return r.Kind != Deliberated }

// Ranking is the round whose score and rank count: the last one that scores.
func Ranking(rounds []Round) (Round, bool) {
	for _, r := range slices.Backward(rounds) {
		if r.Scores() {
			return r, true
		}
	}
	return Round{}, false
}

// PanelOf is the edition's panel round, where it has one.
func PanelOf(rounds []Round) (Round, bool) {
	if n := len(rounds); n > 0 && !rounds[n-1].Scores() {
		return rounds[n-1], true
	}
	return Round{}, false
}

// blind tells whether the judges are not told who proposes; a panel sits around a table with the ranking on it.
func (n NewRound) blind() bool { return !n.Named && n.Kind != Deliberated }

// PanelWord is what the panel decided about a project: how it voted, and what follows from that.
type PanelWord struct {
	ID         string
	ProposalID string
	No         int // of the project's words in this round; the last one counts
	Yes        int
	Nay        int
	Abstain    int
	Passed     bool
	Amount     yuan.Fen // what it would give, 0 for as much as is asked for
	Conditions []string
	Reason     string
	PresentIDs []string
	Present    []string // by name
	ApartIDs   []string
	Apart      []string // who stepped out for a tie, by name
	Tainted    []string // who was present and turned out to have a tie, by name
	Seats      int
	At         time.Time
}

const (
	wordColumns = `w.id::text, w.proposal_id::text, w.no, w.yes, w.nay, w.abstain, w.passed, coalesce(w.amount, 0)::bigint as amount, w.conditions, w.reason, w.present::text[] as present_ids, w.apart::text[] as apart_ids,
    array(select u.name from judge j join person u on u.id = j.person_id where j.id = any(w.present) order by u.name) as present,
    array(select u.name from judge j join person u on u.id = j.person_id where j.id = any(w.apart) order by u.name) as apart,
    array(select u.name from conflict c join judge j on j.id = c.judge_id join person u on u.id = j.person_id where c.proposal_id = w.proposal_id and c.judge_id = any(w.present) order by u.name) as tainted, w.seats, w.at`
	panelWordsSQL = `select ` + wordColumns + ` from panel_word w where w.round_id = @round::uuid order by w.proposal_id, w.no`
	panelWordSQL  = `select ` + wordColumns + ` from panel_word w join review_round r on r.id = w.round_id and r.state = 'closed' where w.proposal_id = @proposal::uuid order by w.no desc limit 1`
	newPanelSQL   = `insert into panel_word (id, round_id, edition_id, place, proposal_id, no, yes, nay, abstain, amount, conditions, reason, present, apart, seats, objection_id, by_person, at)
  values (@id, @round, @edition, @place::text::ltree, @proposal, @no, @yes, @nay, @abstain, nullif(@amount::bigint, 0), @conditions::text[], @reason, @present::text[]::uuid[], @apart::text[]::uuid[], @seats, nullif(@objection, '')::uuid, @me, @at)`
	panelOnceSQL = `select count(*) from panel_word where id = @id::uuid`
	panelLastSQL = `select coalesce(max(no), 0)::int from panel_word where round_id = @round::uuid and proposal_id = @proposal::uuid`
	panelNeedSQL = `select p.requested, p.track from round_entry e join proposal p on p.id = e.proposal_id and p.state = any(case when @closed then '{selected,reserve,not_selected}'::text[] else '{ranked}'::text[] end) where e.round_id = @round::uuid and p.id = @proposal::uuid`
	panelSeatSQL = `select j.id::text, u.name, exists (select from conflict c where c.judge_id = j.id and c.proposal_id = @proposal::uuid) as tied from judge j join person u on u.id = j.person_id where j.edition_id = @edition::uuid and j.state = 'accepted' order by j.id`
)

// PanelWords is what the panel said last of each project, by proposal; an edition without a closed panel has none.
func PanelWords(ctx context.Context, q pg.Reader, rounds []Round) (map[string]PanelWord, error) {
	last := map[string]PanelWord{}
	r, found := PanelOf(rounds)
	if !found || r.State != Closed {
		return last, nil
	}
	list, err := pg.All[PanelWord](ctx, q, panelWordsSQL, pg.Args{"round": r.ID})
	for _, w := range list {
		last[w.ProposalID] = w
	}
	return last, err
}

// PanelWordOf is what a closed panel said last of a proposal, if it said anything; who may read it is the caller's to say.
func PanelWordOf(ctx context.Context, q pg.Reader, proposalID string) (PanelWord, bool, error) {
	return pg.Maybe[PanelWord](ctx, q, panelWordSQL, pg.Args{"proposal": proposalID})
}

// NewPanelWord is the panel's decision on a project as it is written down.
type NewPanelWord struct {
	ID         string   `form:"id"`
	Seen       int      `form:"seen"` // how many words on it the page showed
	Present    []string `form:"present"`
	Yes        int      `form:"yes"`
	Nay        int      `form:"nay"`
	Abstain    int      `form:"abstain"`
	Amount     yuan.Fen `form:"amount"`
	Conditions string   `form:"conditions"` // one a line
	Reason     string   `form:"reason"`
}

// The most a panel may lay upon one project.
const (
	mostConditions = 10
	mostCondition  = 200
)

// lines are the conditions, one a line, without what is empty.
func (n NewPanelWord) lines() []string {
	list := []string{}
	for l := range strings.SplitSeq(n.Conditions, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			list = append(list, l)
		}
	}
	return list
}

// check looks at a word by itself; what the panel may give is checked against the project.
func (n *NewPanelWord) check() error {
	n.Reason = strings.TrimSpace(n.Reason)
	if !ids(n.Present) || len(n.Present) == 0 {
		return fault.Field("present", "请勾选到场的评委")
	}
	var wrong fault.Fields
	for field, votes := range map[string]int{"yes": n.Yes, "nay": n.Nay, "abstain": n.Abstain} {
		if votes < 0 || votes > 1000 {
			wrong.Add(field, "请填写 0 或者更大的整数")
		}
	}
	if len(wrong) == 0 && n.Yes+n.Nay+n.Abstain != len(n.Present) {
		wrong.Add("yes", "同意、不同意和弃权加起来是 %d 票，到场的评委有 %d 位，两个数要一样", n.Yes+n.Nay+n.Abstain, len(n.Present))
	}
	passed, list := Carried(n.Yes, len(n.Present)), n.lines()
	if n.Amount < 0 {
		wrong.Add("amount", "请填写大于零的金额，或者空着")
	}
	if !passed && n.Amount > 0 {
		wrong.Add("amount", "没有通过的项目不写金额，请空着")
	}
	if !passed && len(list) > 0 {
		wrong.Add("conditions", "没有通过的项目不写条件，请空着")
	}
	if len(list) > mostConditions {
		wrong.Add("conditions", "最多 %d 条，现在是 %d 条", mostConditions, len(list))
	}
	for i, l := range list {
		if runes := utf8.RuneCountInString(l); runes > mostCondition {
			wrong.Add("conditions", "第 %d 条最多 %d 个字，现在是 %d 个字", i+1, mostCondition, runes)
		}
	}
	if runes := utf8.RuneCountInString(n.Reason); runes > 500 {
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 500, runes)
	} else if !passed && runes < 5 {
		wrong.Add("reason", "没有通过的，请写明理由，至少 5 个字，会告诉团队")
	}
	return wrong.Err()
}

// sits is a panel round that the actor may run.
func (b *Book) sits(ctx context.Context, by identity.Actor, roundID string) (Round, identity.Warrant, error) {
	r, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": roundID})
	if err == nil && (!by.Sees(identity.ReadSheets, r.Place) || r.Scores()) {
		err = fault.Missing()
	}
	if err != nil {
		return r, identity.Warrant{}, err
	}
	w, err := by.Must(identity.RunRounds, r.Place)
	return r, w, err
}

// RecordPanel writes down what the panel decided about a project. Until the panel is closed a later word takes the place of an
// earlier one; both stay on record.
func (b *Book) RecordPanel(ctx context.Context, by identity.Actor, roundID, proposalID string, n NewPanelWord) error {
	r, w, err := b.sits(ctx, by, roundID)
	if err != nil {
		return err
	}
	if err := n.check(); err != nil {
		return err
	}
	if err := b.look(ctx, hand{w, r.Place, b.clock.Now()}, r); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if done, err := pg.Value[int64](ctx, tx, panelOnceSQL, pg.Args{"id": n.ID}); err != nil || done > 0 { // sent twice
			return err
		}
		if r.State != Open {
			return fault.New(fault.Conflict, "合议没有在进行，不能再记")
		}
		return n.keep(ctx, tx, hand{w, r.Place, b.clock.Now()}, r, proposalID, "")
	})
}

// keep stores a word on a project of a round whose row is held. The objection is that which it answers, "" while the panel sits.
func (n NewPanelWord) keep(ctx context.Context, tx pg.Tx, h hand, r Round, proposalID, objectionID string) error {
	if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
		return err
	}
	last, err := pg.Value[int](ctx, tx, panelLastSQL, pg.Args{"round": r.ID, "proposal": proposalID})
	if err != nil {
		return err
	}
	if last != n.Seen {
		return stale()
	}
	seats, apart, err := n.sitting(ctx, tx, r, proposalID)
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, newPanelSQL, pg.Args{"id": n.ID, "round": r.ID, "edition": r.EditionID, "place": r.Place, "proposal": proposalID, "no": last + 1, "yes": n.Yes, "nay": n.Nay,
		"abstain": n.Abstain, "amount": n.Amount, "conditions": n.lines(), "reason": n.Reason, "present": n.Present, "apart": apart, "seats": seats, "objection": objectionID, "me": h.w.By.ID, "at": h.at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "panel_word", ID: n.ID, Action: "record", Place: r.Place, Reason: n.Reason,
		Data: map[string]any{"proposal": proposalID, "no": last + 1, "yes": n.Yes, "nay": n.Nay, "abstain": n.Abstain, "amount": n.Amount, "objection": objectionID}, At: h.at})
}

// sitting finds out whether those present may decide on the project and what they may give. It tells how many seats there are
// and whose ties keep them out.
func (n NewPanelWord) sitting(ctx context.Context, tx pg.Tx, r Round, proposalID string) (seats int, apart []string, err error) {
	asked, found, err := pg.Maybe[struct {
		Requested yuan.Fen
		Track     string
	}](ctx, tx, panelNeedSQL, pg.Args{"round": r.ID, "proposal": proposalID, "closed": r.State == Closed})
	if err == nil && !found {
		err = fault.New(fault.Conflict, "这个项目不在合议里，可能已经退出。请刷新页面看看")
	}
	if err != nil {
		return 0, nil, err
	}
	e, err := edition.Get(ctx, tx, r.EditionID)
	if err != nil {
		return 0, nil, err
	}
	jury, err := pg.All[struct {
		ID, Name string
		Tied     bool
	}](ctx, tx, panelSeatSQL, pg.Args{"edition": r.EditionID, "proposal": proposalID})
	if err != nil {
		return 0, nil, err
	}
	var wrong fault.Fields
	free, tied := []string{}, []string{}
	apart = []string{}
	for _, j := range jury {
		switch {
		case !j.Tied:
			free = append(free, j.ID)
		case slices.Contains(n.Present, j.ID):
			tied = append(tied, j.Name)
			fallthrough
		default:
			apart = append(apart, j.ID)
		}
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(n.Present)))
	need := Quorum(len(jury), len(apart))
	switch {
	case len(tied) > 0:
		wrong.Add("present", "%s和这个项目有利害关系，讨论时要回避", strings.Join(tied, "、"))
	case len(distinct) != len(n.Present) || slices.ContainsFunc(distinct, func(id string) bool { return !slices.Contains(free, id) }):
		wrong.Add("present", "勾选的评委里有人没有接受邀请，请刷新页面看看")
	case len(distinct) < need:
		wrong.Add("present", "这个项目至少要有 %d 位没有利害关系的评委到场，现在是 %d 位", need, len(distinct))
	}
	p := PanelPaper{Requested: asked.Requested, Ceiling: e.Rules.Caps[asked.Track]}
	switch {
	case n.Amount > asked.Requested:
		wrong.Add("amount", "不能超过申请的 %s", asked.Requested.Show())
	case n.Amount > p.most():
		wrong.Add("amount", "不能超过这条赛道的上限 %s", p.most().Show())
	case n.Amount > 0 && n.Amount < asked.Requested && utf8.RuneCountInString(n.Reason) < 5:
		wrong.Add("reason", "比申请的少，请写明理由，至少 5 个字，会告诉团队")
	}
	return len(jury), apart, wrong.Err()
}
