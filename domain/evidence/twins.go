package evidence

import (
	"context"

	"seedbed/domain/place"
	"seedbed/storage/pg"
	"seedbed/storage/photo"
)

// Twin is a photo that is also, or nearly also, evidence of another row of the same kind.
type Twin struct {
	Mine       string // the photo asked about
	Other      string // the photo it resembles
	OtherOwner string // what that one is evidence of
	OtherPlace string
	Exact      bool // the very same file; else it only looks the same
}

const (
	exactTwinsSQL = `select m.id::text as mine, o.id::text as other, o.owner_id::text as other_owner, coalesce(o.place::text, '') as other_place, true as exact
  from attachment m join attachment o on o.digest = m.digest and o.owner = m.owner and o.owner_id <> m.owner_id
  where m.owner_id = @owner_id::uuid and m.state <> 'purged' and o.state <> 'purged' order by o.uploaded_at, o.id limit 20`
	printsSQL = `select id::text, digest, phash, place::text from attachment where owner_id = @owner_id::uuid and phash is not null and state <> 'purged' and kind <> 'sheet'`
	// bit_count of the exclusive or is the number of bits by which two fingerprints differ.
	nearTwinsSQL = `select distinct on (t.mine, o.id) t.mine::text, o.id::text as other, o.owner_id::text as other_owner, o.place::text as other_place, false as exact
  from unnest(@mine::uuid[], @digests::text[], @turns::bigint[]) as t(mine, digest, turn)
  join attachment o on o.digest <> t.digest and bit_count((o.phash # t.turn)::bit(64)) <= @same::int
  where o.place <@ @within::text::ltree and o.phash is not null and o.owner = 'activity' and o.owner_id <> @owner_id::uuid and o.state <> 'purged' and o.kind <> 'sheet'
  limit 20`
)

// ExactTwins lists the files of a row that are also files of other rows of the same kind, wherever those are.
func ExactTwins(ctx context.Context, q pg.Reader, ownerID string) ([]Twin, error) {
	return pg.All[Twin](ctx, q, exactTwinsSQL, pg.Args{"owner_id": ownerID})
}

// NearTwins lists the photos of an activity that look like photos of other activities in the same subdistrict, also
// mirrored or turned. Sign-in sheets all look alike and are left out.
func NearTwins(ctx context.Context, q pg.Reader, ownerID string) ([]Twin, error) {
	type look struct {
		ID, Digest string
		Phash      int64
		Place      string
	}
	looks, err := pg.All[look](ctx, q, printsSQL, pg.Args{"owner_id": ownerID})
	if err != nil || len(looks) == 0 {
		return nil, err
	}
	var mine, digests []string
	var turns []int64
	for _, l := range looks {
		for _, t := range photo.Fingerprint(uint64(l.Phash)).Turns() { //nolint:gosec // 64 bits are 64 bits
			mine, digests, turns = append(mine, l.ID), append(digests, l.Digest), append(turns, int64(t)) //nolint:gosec // the same
		}
	}
	return pg.All[Twin](ctx, q, nearTwinsSQL, pg.Args{"mine": mine, "digests": digests, "turns": turns, "same": photo.Same,
		"within": place.Subdistrict(looks[0].Place), "owner_id": ownerID})
}
