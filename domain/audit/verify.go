package audit

import (
	"bytes"
	"context"
	"fmt"

	"seedbed/storage/pg"
)

const (
	linesSQL = `select chain, n, at, actor::text, role, role_place::text, entity, entity_id::text, version, action, from_state, to_state,
  place::text, reason, data, request, hash, helper::text, assistance::text from audit_event order by chain, n`
	headsSQL = `select chain, n, hash from audit_head order by chain`
)

// Head is the newest link of a chain: published, it pins the whole chain before it.
type Head struct {
	Chain string
	N     int64
	Hash  []byte
}

// Heads lists the newest link of every chain.
func Heads(ctx context.Context, q pg.Reader) ([]Head, error) {
	return pg.All[Head](ctx, q, headsSQL, nil)
}

// Verify walks every chain from its first link and names the first broken line of each; none means the trail is whole.
func Verify(ctx context.Context, q pg.Reader) (lines int64, broken []string, err error) {
	heads, err := Heads(ctx, q)
	if err != nil {
		return 0, nil, err
	}
	last, bad := map[string]Head{}, map[string]bool{}
	err = pg.Each(ctx, q, linesSQL, nil, func(l Line) error {
		lines++
		before := last[l.Chain]
		if !bad[l.Chain] && (l.N != before.N+1 || !bytes.Equal(link(before.Hash, l), l.Hash)) {
			bad[l.Chain] = true
			broken = append(broken, fmt.Sprintf("audit chain %s: line %d (%s %s, %s) does not follow from the line before it", l.Chain, l.N, l.Entity, l.EntityID, l.Action))
		}
		last[l.Chain] = Head{l.Chain, l.N, l.Hash}
		return nil
	})
	if err != nil {
		return lines, broken, nil
	}
	for _, h := range heads {
		if end := last[h.Chain]; !bad[h.Chain] && (end.N != h.N || !bytes.Equal(end.Hash, h.Hash)) {
			broken = append(broken, fmt.Sprintf("audit chain %s: ends at line %d, its head says %d", h.Chain, end.N, h.N))
		}
		delete(last, h.Chain)
	}
	for chain := range last {
		broken = append(broken, fmt.Sprintf("audit chain %s: has lines but no head", chain))
	}
	return lines, broken, nil
}
