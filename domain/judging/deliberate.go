package judging

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/replay"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// What a panel may say of a project near the line (JUDGING §2). It never changes a score or a rank.
const (
	Keep  = "keep"  // as its rank has it
	Fund  = "fund"  // before the others of the band
	Defer = "defer" // after the others of the band
)

// Verdicts names them.
var Verdicts = []edition.Choice{{Code: Keep, Name: "按名次"}, {Code: Fund, Name: "优先"}, {Code: Defer, Name: "靠后"}}

// Deliberation is what the panel said of a project, with its reasons and who was present.
type Deliberation struct {
	ID         string
	ProposalID string
	Verdict    string
	Amount     yuan.Fen // most it would give, 0 when it says nothing of it
	Reason     string
	Present    []string // judges by name
	At         time.Time
}

// Draw is a recorded draw among projects.
type Draw struct {
	ID       string
	Seed     string
	Protocol string // of kind "draw"
	Digest   string
	Reason   string
	Present  []string // judges by name
	At       time.Time
}

// Order is the proposals in the order of their lots.
func (d Draw) Order() []string {
	var p struct {
		Result struct {
			Order []struct {
				ID string `json:"id"`
			} `json:"order"`
		} `json:"result"`
	}
	if json.Unmarshal([]byte(d.Protocol), &p) != nil {
		return nil
	}
	ids := make([]string, len(p.Result.Order))
	for i, o := range p.Result.Order {
		ids[i] = o.ID
	}
	return ids
}

// present names who sat in the panel.
const present = `array(select u.name from judge j join person u on u.id = j.person_id where j.id = any(d.present) order by u.name) as present`

const (
	saidSQL = `select distinct on (d.proposal_id) d.id::text, d.proposal_id::text, d.verdict, coalesce(d.amount, 0)::bigint as amount, d.reason, ` + present + `, d.at
  from deliberation d where d.round_id = @round::uuid order by d.proposal_id, d.at desc, d.id desc`
	drawsSQL   = `select d.id::text, d.seed, d.protocol, d.digest, d.reason, ` + present + `, d.at from round_draw d where d.round_id = @round::uuid order by d.at, d.id`
	newSaidSQL = `insert into deliberation (id, round_id, edition_id, place, proposal_id, verdict, amount, reason, present, by_person, at)
  values (@id, @round, @edition, @place::text::ltree, @proposal, @verdict, nullif(@amount::bigint, 0), @reason, @present::text[]::uuid[], @me, @at) on conflict (id) do nothing`
	newDrawSQL = `insert into round_draw (id, round_id, edition_id, place, proposals, seed, protocol, digest, reason, present, by_person, at)
  values (@id, @round, @edition, @place::text::ltree, @proposals::text[]::uuid[], @seed, @protocol, @digest, @reason, @present::text[]::uuid[], @me, @at) on conflict (id) do nothing`
	drawnSQL   = `select count(*) from round_draw where id = @id::uuid`
	sittingSQL = `select j.id::text from judge j where j.edition_id = @edition::uuid and j.state = 'accepted' and j.id = any(@ids::text[]::uuid[])`
	tiedSQL    = `select u.name from conflict c join judge j on j.id = c.judge_id join person u on u.id = j.person_id where c.judge_id = any(@ids::text[]::uuid[]) and c.proposal_id = any(@proposals::text[]::uuid[]) order by 1`
	inRoundSQL = `select count(*)::int from round_result x join proposal p on p.id = x.proposal_id and p.state = 'ranked' where x.round_id = @round::uuid
    and x.run = (select max(run) from round_result where round_id = @round::uuid) and x.proposal_id = any(@ids::text[]::uuid[])`
)

// Deliberations is what the panel said last of each project.
func Deliberations(ctx context.Context, q pg.Reader, roundID string) (map[string]Deliberation, error) {
	list, err := pg.All[Deliberation](ctx, q, saidSQL, pg.Args{"round": roundID})
	said := make(map[string]Deliberation, len(list))
	for _, d := range list {
		said[d.ProposalID] = d
	}
	return said, err
}

// Draws lists the draws of a round in their order.
func Draws(ctx context.Context, q pg.Reader, roundID string) ([]Draw, error) {
	return pg.All[Draw](ctx, q, drawsSQL, pg.Args{"round": roundID})
}

// NewDeliberation is the panel's word as it is written down.
type NewDeliberation struct {
	ID         string   `form:"id"`
	ProposalID string   `form:"proposal_id"`
	Verdict    string   `form:"verdict"`
	Amount     yuan.Fen `form:"amount"`
	Reason     string   `form:"reason"`
	Present    []string `form:"present"`
}

// NewDraw is a draw as it is asked for.
type NewDraw struct {
	ID        string   `form:"id"`
	Proposals []string `form:"proposals"`
	Reason    string   `form:"reason"`
	Present   []string `form:"present"`
}

func reasoned(wrong *fault.Fields, reason string) {
	switch runes := utf8.RuneCountInString(reason); {
	case runes < 5:
		wrong.Add("reason", "请写明理由，至少 5 个字，会印在评审纪要里")
	case runes > 500:
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 500, runes)
	}
}

func ids(list []string) bool {
	return !slices.ContainsFunc(list, func(id string) bool { return uuid.Validate(id) != nil || len(id) != 36 })
}

// sitting finds out whether a panel may speak of these projects: enough judges who accepted, none with a tie.
func sitting(ctx context.Context, q pg.Reader, r Round, judges, proposals []string) error {
	var wrong fault.Fields
	if !ids(judges) || !ids(proposals) {
		return fault.Field("present", "请勾选到场的评委")
	}
	seated, err := pg.Values[string](ctx, q, sittingSQL, pg.Args{"edition": r.EditionID, "ids": judges})
	if err != nil {
		return err
	}
	e, err := edition.Get(ctx, q, r.EditionID)
	if err != nil {
		return err
	}
	if len(seated) != len(judges) || len(seated) < e.Rules.MinJudges {
		wrong.Add("present", "请勾选到场的评委，至少 %d 位", e.Rules.MinJudges)
		return wrong.Err()
	}
	tied, err := pg.Values[string](ctx, q, tiedSQL, pg.Args{"ids": judges, "proposals": proposals})
	if err != nil {
		return err
	}
	if len(tied) > 0 {
		wrong.Add("present", "%s和这个项目有利害关系，讨论时要回避", strings.Join(slices.Compact(tied), "、"))
	}
	there, err := pg.Value[int](ctx, q, inRoundSQL, pg.Args{"round": r.ID, "ids": proposals})
	if err == nil && there != len(proposals) {
		wrong.Add("proposal_id", "这个项目不在排名里，请刷新页面看看")
	}
	if err != nil {
		return err
	}
	return wrong.Err()
}

// settled is a closed round of the actor's whose results are not public yet, held to the end of the transaction.
func settled(ctx context.Context, tx pg.Tx, roundID string) (Round, error) {
	r, err := lockRound(ctx, tx, roundID)
	if err != nil {
		return r, err
	}
	e, err := edition.Lock(ctx, tx, r.EditionID)
	if err == nil && (r.State != Closed || e.State != edition.Reviewing) {
		err = fault.New(fault.Conflict, "评审结束以后、公示以前才能合议和抽签")
	}
	return r, err
}

// Deliberate records what the panel said of a project. A later word takes the place of an earlier one; both stay on record.
func (b *Book) Deliberate(ctx context.Context, by identity.Actor, roundID string, n NewDeliberation) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	if !edition.Known(Verdicts, n.Verdict) {
		wrong.Add("verdict", "请选择合议的结论")
	}
	if n.Amount < 0 {
		wrong.Add("amount", "请填写大于零的金额，或者空着")
	}
	reasoned(&wrong, n.Reason)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = settled(ctx, tx, roundID); err != nil {
			return err
		}
		if err := sitting(ctx, tx, r, n.Present, []string{n.ProposalID}); err != nil {
			return err
		}
		now := b.clock.Now()
		rows, err := pg.Do(ctx, tx, newSaidSQL, pg.Args{"id": n.ID, "round": r.ID, "edition": r.EditionID, "place": r.Place, "proposal": n.ProposalID, "verdict": n.Verdict,
			"amount": n.Amount, "reason": n.Reason, "present": n.Present, "me": by.ID, "at": now})
		if err != nil || rows == 0 { // sent twice
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "deliberation", ID: n.ID, Action: "deliberate", Place: r.Place, Reason: n.Reason,
			Data: map[string]any{"proposal": n.ProposalID, "verdict": n.Verdict, "amount": n.Amount}, At: now})
	})
}

// DrawLots draws lots among projects near the line. The seed is made in this moment and published with the draw.
func (b *Book) DrawLots(ctx context.Context, by identity.Actor, roundID string, n NewDraw) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	if slices.Sort(n.Proposals); len(slices.Compact(slices.Clone(n.Proposals))) < 2 || !ids(n.Proposals) {
		wrong.Add("proposals", "请勾选要抽签的项目，至少两个")
	}
	n.Proposals = slices.Compact(n.Proposals)
	reasoned(&wrong, n.Reason)
	if err := wrong.Err(); err != nil {
		return err
	}
	seed := make([]byte, 16)
	_, _ = rand.Read(seed) // never fails
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = settled(ctx, tx, roundID); err != nil {
			return err
		}
		if done, err := pg.Value[int64](ctx, tx, drawnSQL, pg.Args{"id": n.ID}); err != nil || done > 0 { // sent twice
			return err
		}
		if err := sitting(ctx, tx, r, n.Present, n.Proposals); err != nil {
			return err
		}
		file, err := drawnFile(hex.EncodeToString(seed), n.Proposals)
		if err != nil {
			return err
		}
		now, digest := b.clock.Now(), replay.Sum(file)
		if _, err := pg.Do(ctx, tx, newDrawSQL, pg.Args{"id": n.ID, "round": r.ID, "edition": r.EditionID, "place": r.Place, "proposals": n.Proposals, "seed": hex.EncodeToString(seed),
			"protocol": string(file), "digest": digest, "reason": n.Reason, "present": n.Present, "me": by.ID, "at": now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "round_draw", ID: n.ID, Action: "draw", Place: r.Place, Reason: n.Reason,
			Data: map[string]any{"seed": hex.EncodeToString(seed), "digest": digest}, At: now})
	})
}

// drawnFile is the protocol of a draw.
func drawnFile(seed string, proposals []string) ([]byte, error) {
	input, err := json.Marshal(struct {
		Seed string   `json:"seed"`
		IDs  []string `json:"ids"`
	}{seed, proposals})
	if err != nil {
		return nil, err
	}
	result, err := replay.Draw(strings.NewReader(string(input)))
	if err != nil {
		return nil, err
	}
	return replay.Write("draw", input, result, nil)
}
