package ledger

import (
	"context"

	"seedbed/storage/pg"
)

// Every statement below lists what is broken, by its id, with what is wrong with it; a whole book has no rows.
const (
	unbalancedSQL = `select t.id::text, format('sums to %s fen over %s entries', coalesce(sum(e.fen), 0), count(e.fen)) as what
  from ledger_tx t left join ledger_entry e on e.tx_id = t.id group by t.id having coalesce(sum(e.fen), 0) <> 0 or count(e.fen) < 2 order by t.id`
	balancesSQL = `select a.id::text, format('%s pot of %s holds %s fen, its entries say %s', a.kind, a.owner_id, a.balance, coalesce(sum(e.fen), 0)) as what
  from ledger_account a left join ledger_entry e on e.account_id = a.id group by a.id having a.balance <> coalesce(sum(e.fen), 0) order by a.id`
	owingSQL     = `select id::text, format('%s pot of %s owes %s fen', kind, owner_id, -balance) as what from ledger_account where kind <> 'fund' and balance < 0 order by id`
	reversalsSQL = `select r.id::text, format('does not undo movement %s', r.reverses) as what from ledger_tx r where r.reverses is not null
  and exists (select from ledger_entry e where e.tx_id in (r.id, r.reverses) group by e.account_id having sum(e.fen) <> 0) order by r.id`

	// I-M6: what an award's pots hold, with what went back to the pool, is the award.
	awardsSQL = `with held as (select owner_id, sum(balance) as fen from ledger_account where kind not in ('fund','pool') group by 1),
  back as (select owner_id, sum(fen) as fen from (
    select distinct e.tx_id, e.seq, own.owner_id, e.fen from ledger_entry e join ledger_account pool on pool.id = e.account_id and pool.kind = 'pool'
    join ledger_entry other on other.tx_id = e.tx_id join ledger_account own on own.id = other.account_id and own.kind not in ('fund','pool') where e.fen > 0) r group by 1)
  select w.id::text, format('%s of %s fen: its pots hold %s, %s went back to the pool', w.state, w.amount, coalesce(h.fen, 0), coalesce(b.fen, 0)) as what
  from award w left join held h on h.owner_id = w.id left join back b on b.owner_id = w.id
  where not coalesce(h.fen, 0) + coalesce(b.fen, 0) = any(case when w.state = 'confirmed' then array[w.amount] when w.state in ('declined','revoked') then array[0, w.amount] else array[0::bigint] end)
  union all select h.owner_id::text, 'has pots but is no award' from held h where not exists (select from award w where w.id = h.owner_id) order by 1`
	poolsSQL = `with given as (select f.id, f.amount, coalesce((select sum(balance) from ledger_account a where a.kind = 'pool' and a.owner_id = f.id), 0) as pool,
    coalesce((select sum(balance) from ledger_account a where a.kind = 'fund' and a.owner_id = f.id), 0) as fund,
    coalesce((select sum(a.balance) from award w join ledger_account a on a.owner_id = w.id and a.kind not in ('fund','pool') where w.fund_source_id = f.id), 0) as awarded from fund_source f)
  select id::text, format('gave %s of its %s fen: the pool holds %s, its awards %s', -fund, amount, pool, awarded) as what
  from given where pool + awarded <> -fund or -fund not in (0, amount) order by 1`

	// L3, I-M1, I-M2: the counters on a project's row are what the book and its claims say.
	projectsSQL = `with book as (select owner_id, sum(balance) filter (where kind in ('released','advance','payable','spent','refund','host_fee')) as released,
    sum(balance) filter (where kind = 'spent') as paid, sum(balance) filter (where kind = 'refund') as refunded, sum(balance) filter (where kind = 'payable') as payable
    from ledger_account group by 1),
  asked as (select c.project_id, sum(coalesce(i.approved, i.amount)) filter (where c.state in ('submitted','returned','community_verified','finance_passed','approved','paid','payee_confirmed')) as claimed,
    sum(coalesce(i.approved, i.amount)) filter (where c.state = 'approved') as payable from claim c join claim_item i on i.claim_id = c.id group by 1)
  select p.id::text, format('award %s, released %s, claimed %s, paid %s, refunded %s fen; the books say award %s, released %s, claimed %s, paid %s, refunded %s, payable %s for approved claims of %s',
    p.award, p.released, p.claimed, p.paid, p.refunded, w.amount, coalesce(b.released, 0), coalesce(a.claimed, 0), coalesce(b.paid, 0), coalesce(b.refunded, 0), coalesce(b.payable, 0), coalesce(a.payable, 0)) as what
  from project p join award w on w.id = p.award_id left join book b on b.owner_id = p.award_id left join asked a on a.project_id = p.id
  where p.award > w.amount or p.released <> coalesce(b.released, 0) or p.claimed <> coalesce(a.claimed, 0) or p.paid <> coalesce(b.paid, 0)
    or p.refunded <> coalesce(b.refunded, 0) or coalesce(b.payable, 0) <> coalesce(a.payable, 0)
    or p.claimed > p.released and not exists (select from claim c where c.project_id = p.id and c.tail) order by 1`
	linesSQL = `select l.id::text, format('claimed %s of %s fen, its claims say %s', l.claimed, l.amount, coalesce(s.fen, 0)) as what from budget_line l
  left join (select i.line_id, sum(coalesce(i.approved, i.amount)) as fen from claim_item i join claim c on c.id = i.claim_id
    where c.state in ('submitted','returned','community_verified','finance_passed','approved','paid','payee_confirmed') group by 1) s on s.line_id = l.id
  where l.claimed <> coalesce(s.fen, 0) or l.claimed > l.amount + l.amount / 10 order by 1`
	tranchesSQL = `select p.id::text, format('tranches of %s fen for an award of %s; %s released, the project says %s', sum(t.amount), p.award, coalesce(sum(t.amount) filter (where t.released_at is not null), 0), p.released) as what
  from project p join tranche t on t.project_id = p.id group by p.id
  having sum(t.amount) <> p.award or coalesce(sum(t.amount) filter (where t.released_at is not null), 0) <> p.released order by 1`
	handsOfTranchesSQL = `select id::text, 'was released without its different people' as what from tranche where released_at is not null
  and (requested_by is null or reviewed_by is null or approved_by is null or requested_by in (reviewed_by, approved_by) or reviewed_by = approved_by) order by 1`

	// L7: a claim is approved, paid and undone once, for the sum its items say.
	claimsSQL = `with moved as (select t.source_id, t.kind, sum(e.fen) filter (where e.fen > 0) as fen from ledger_tx t join ledger_entry e on e.tx_id = t.id where t.source_entity = 'claim' group by 1, 2),
  said as (select c.id, c.state, c.approved, (select sum(coalesce(i.approved, i.amount)) from claim_item i where i.claim_id = c.id) as items, (select amount from payment y where y.claim_id = c.id) as payment,
    (select fen from moved m where m.source_id = c.id and m.kind = 'approve') as approve, (select fen from moved m where m.source_id = c.id and m.kind = 'pay') as pay,
    (select fen from moved m where m.source_id = c.id and m.kind = 'undo_approve') as undone, (select fen from moved m where m.source_id = c.id and m.kind = 'undo_pay') as unpaid from claim c)
  select id::text, format('%s, approved %s fen of items %s: approve %s, pay %s, payment %s, undone %s and %s', state, approved, items, approve, pay, payment, undone, unpaid) as what from said
  where state in ('finance_passed','approved','paid','payee_confirmed','voided') and approved is distinct from items
    or state in ('approved','paid','payee_confirmed','voided') and approve is distinct from approved
    or state in ('paid','payee_confirmed','voided') and (pay is distinct from approved or payment is distinct from approved)
    or state not in ('paid','payee_confirmed','voided') and (pay is not null or payment is not null)
    or state not in ('approved','paid','payee_confirmed','voided','rejected') and approve is not null
    or unpaid is distinct from (case when state = 'voided' then approved end)
    or undone is distinct from (case when state = 'voided' or state = 'rejected' and approve is not null then approve end) order by 1`
	// L8, I-M8: the key of claim_hand keeps the people apart; this asks that nobody's step is missing.
	handsSQL = `select c.id::text, 'was paid without all its hands' as what from claim c where c.state in ('paid','payee_confirmed','voided')
  and (select count(distinct h.step) from claim_hand h where h.claim_id = c.id and h.step in ('submit','verify','finance','pay')) < 4
  union all select c.id::text, 'was approved by too few' from claim c where c.state in ('approved','paid','payee_confirmed','voided') and c.level <> 'none'
  and (select count(*) from claim_hand h where h.claim_id = c.id and h.step = 'approve') < case when c.level = 'two' then 2 else 1 end order by 1`
	invoicesSQL = `select v.id::text, format('of %s fen carries %s in %s claims', v.total, sum(coalesce(i.approved, i.amount)), count(distinct c.id)) as what
  from invoice v join claim_item i on i.invoice_id = v.id join claim c on c.id = i.claim_id and c.state in ('submitted','returned','community_verified','finance_passed','approved','paid','payee_confirmed')
  group by v.id having sum(coalesce(i.approved, i.amount)) > v.total or count(distinct c.id) filter (where i.split_reason = '') > 1 order by 1`
	receiptsSQL = `with live as (select t.digest, c.id, c.number from attachment t join claim c on c.id = t.owner_id and c.state in ('submitted','returned','community_verified','finance_passed','approved','paid','payee_confirmed')
    where t.owner = 'claim' and t.kind = 'receipt')
  select distinct a.id::text, format('has the same receipt as %s', b.number) as what from live a join live b on b.digest = a.digest and b.id > a.id where not exists (
    select from claim_item m join claim_item x on x.invoice_id = m.invoice_id where m.claim_id = a.id and x.claim_id = b.id and (m.split_reason <> '' or x.split_reason <> '')) order by 1`
	countSQL = `select count(*) from ledger_tx`
)

var checks = []struct{ thing, sql string }{
	{"ledger movement", unbalancedSQL}, {"ledger account", balancesSQL}, {"ledger account", owingSQL}, {"ledger reversal", reversalsSQL},
	{"award", awardsSQL}, {"fund source", poolsSQL}, {"project", projectsSQL}, {"budget line", linesSQL}, {"project", tranchesSQL},
	{"tranche", handsOfTranchesSQL}, {"claim", claimsSQL}, {"claim", handsSQL}, {"invoice", invoicesSQL}, {"claim", receiptsSQL},
}

// Verify reads the whole book against itself and against what it tells of: movements, pots, awards, pools, projects,
// budget lines, tranches, claims and invoices. It counts the movements and names everything broken by its id; none means
// that the money is whole. On a living system ask inside one repeatable-read transaction.
func Verify(ctx context.Context, q pg.Reader) (movements int64, broken []string, err error) {
	type row struct{ ID, What string }
	for _, c := range checks {
		rows, err := pg.All[row](ctx, q, c.sql, nil)
		if err != nil {
			return 0, nil, err
		}
		for _, r := range rows {
			broken = append(broken, c.thing+" "+r.ID+": "+r.What)
		}
	}
	movements, err = pg.Value[int64](ctx, q, countSQL, nil)
	return movements, broken, err
}
