package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"seedbed/domain/audit"
	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/gallery"
	"seedbed/domain/judging"
	"seedbed/domain/ledger"
	"seedbed/storage/objects"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// states finds rows whose state says something else than the trail or the rows around them (I-F1, L10).
const statesSQL = `
with rows as (
  select 'edition' as entity, id, state, version from edition union all select 'proposal', id, state, version from proposal
  union all select 'team', id, state, version from team union all select 'team_member', id, state, version from team_member
  union all select 'team_post', id, state, version from team_post union all select 'team_want', id, state, version from team_want union all select 'team_link', id, state, version from team_link
  union all select 'guardian', id, state, version from guardian union all select 'handover', id, state, version from handover
  union all select 'judge', id, state, version from judge union all select 'review_round', id, state, version from review_round
  union all select 'assignment', id, state, version from assignment union all select 'sheet', id, state, version from sheet
  union all select 'sheet_import', id, state, version from sheet_import union all select 'reopening', id, state, version from reopening
  union all select 'award', id, state, version from award union all select 'publicity', id, state, version from publicity
  union all select 'objection', id, state, version from objection union all select 'agreement', id, state, version from agreement
  union all select 'project', id, state, version from project union all select 'activity', id, state, version from activity
  union all select 'evaluation', id, state, version from evaluation union all select 'tranche', id, state, version from tranche
  union all select 'claim', id, state, version from claim union all select 'org', id, state, version from org
  union all select 'talent', id, state, version from talent union all select 'topic', id, state, version from topic
  union all select 'assistance', id, state, version from assistance union all select 'cover', id, state, version from cover
  union all select 'assisted_dispute', id, state, version from assisted_dispute union all select 'grace', id, state, version from grace
  union all select 'rights_request', id, state, version from rights_request)
select r.entity || ' ' || r.id || ': ' || case
    when e.n is null then 'version ' || r.version || ' has no line in the audit trail'
    else 'is ' || r.state || ', its last audit line says ' || e.to_state end as complaint
from rows r left join audit_event e on e.entity = r.entity and e.entity_id = r.id and e.version = r.version
where e.n is null or (e.to_state <> '' and e.to_state <> r.state)
union all
select 'project ' || p.id || ': counts ' || p.act_n || ' activities and ' || p.served_times || ' attendances, its verified activities say ' || count(a.id) || ' and ' || coalesce(sum(a.served_times), 0)
from project p left join activity a on a.project_id = p.id and a.state = 'verified' group by p.id having p.act_n <> count(a.id) or p.served_times <> coalesce(sum(a.served_times), 0)
union all
select 'org ' || o.id || ': counts ' || o.members_n || ' members, ' || count(m.person_id) || ' have accepted'
from org o left join org_member m on m.org_id = o.id and m.state = 'accepted' group by o.id having o.members_n <> count(m.person_id)
union all
select 'talent ' || t.id || ': listed without a consent that holds' from talent t where t.state = 'listed' and not exists (select from consent c where c.id = t.consent_id and c.withdrawn_at is null)
union all
select 'topic ' || t.id || ': counts ' || t.supporters_n || ' who care, there are ' || count(s.person_id) from topic t left join topic_supporter s on s.topic_id = t.id group by t.id having t.supporters_n <> count(s.person_id)
union all
select 'attachment ' || id || ': public but not cleared by anybody' from attachment t where state = 'public' and not exists (select from audit_event e where e.entity_id = t.id)
order by 1 limit 100`

const digestsSQL = `select distinct d.digest, min(t.id::text) as attachment from attachment t cross join lateral (values (t.digest), (t.large), (t.thumb)) d(digest)
  where d.digest is not null and t.state not in ('purged') group by 1 order by 1`

// runCheck runs every invariant over live data and names what breaks one.
func runCheck(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error {
	h, err := build(ctx, c, clock.System{}, logger(c, io.Discard))
	if err != nil {
		return err
	}
	defer h.Close()
	return h.check(ctx, cmd.OutOrStdout())
}

func (h *House) check(ctx context.Context, out io.Writer) error {
	db, total := h.Engines.DB, 0
	report := func(what string, n int64, unit string, broken []string, err error) error {
		if err != nil {
			return fmt.Errorf("seedbed: checking %s: %w", what, err)
		}
		verdict := "clean"
		if len(broken) > 0 {
			verdict = fmt.Sprintf("%d BROKEN", len(broken))
		}
		fmt.Fprintf(out, "%-8s %8d %-12s %s\n", what, n, unit, verdict)
		for _, line := range broken {
			fmt.Fprintln(out, "         ", line)
		}
		total += len(broken)
		return nil
	}
	lines, broken, err := audit.Verify(ctx, db)
	if err := report("audit", lines, "lines", broken, err); err != nil {
		return err
	}
	var movements int64
	err = db.Snapshot(ctx, func(q pg.Reader) error {
		movements, broken, err = ledger.Verify(ctx, q)
		return err
	})
	if err := report("ledger", movements, "movements", broken, err); err != nil {
		return err
	}
	broken, err = pg.Values[string](ctx, db, statesSQL, nil)
	if err := report("states", int64(len(broken)), "complaints", broken, err); err != nil {
		return err
	}
	for _, area := range []struct {
		what, unit string
		verify     func(context.Context, pg.Reader) (int64, []string, error)
	}{{"judging", "results", judging.Verify}, {"awards", "allocations", award.Verify}, {"gallery", "things", gallery.Verify}, {"plans", "plans", judging.VerifyPlans}, {"panels", "runs", judging.VerifyPanels}} {
		n, broken, err := area.verify(ctx, db)
		if err := report(area.what, n, area.unit, broken, err); err != nil {
			return err
		}
	}
	n, broken, err := h.checkObjects(ctx)
	if err := report("objects", n, "digests", broken, err); err != nil {
		return err
	}
	parked, err := outbox.Parked(ctx, db)
	broken = nil
	for _, p := range parked {
		broken = append(broken, fmt.Sprint(p))
	}
	if err := report("outbox", int64(len(parked)), "parked", broken, err); err != nil {
		return err
	}
	if total > 0 {
		return fmt.Errorf("seedbed: %d thing(s) broken", total)
	}
	return nil
}

// checkObjects reads every photo and paper that a row points to and compares it with its digest.
func (h *House) checkObjects(ctx context.Context) (int64, []string, error) {
	type named struct{ Digest, Attachment string }
	var n int64
	var broken []string
	all, err := pg.All[named](ctx, h.Engines.DB, digestsSQL, nil)
	for _, d := range all {
		n++
		if bad := objects.Verify(ctx, h.Engines.Objects, d.Digest); bad != nil {
			broken = append(broken, fmt.Sprintf("attachment %s: object %s: %v", d.Attachment, d.Digest, bad))
		}
	}
	return n, broken, err
}
