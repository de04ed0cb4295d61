package judging

import (
	"context"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// RoomLine is a pitch round on the desk's list of rooms: its room, what came on paper and the residents' vote beside it.
type RoomLine struct {
	ID        string // of the round
	EditionID string
	Edition   string
	EditionEn string
	Place     string
	Round     string // state of the round
	State     string // of the room, "" before the draw
	Hall      string
	StartsAt  *time.Time
	Slots     int
	Shown     int // pitches whose marks were shown, or whose team stayed away
	PublicAt  *time.Time
	Papers    int    // sheets and boxes typed once, or differently
	Poll      string // state of the vote, "" where there is none
	PollFrom  *time.Time
	PollUntil *time.Time
}

// Live tells whether there is still something to do in the room.
func (l RoomLine) Live() bool { return l.Round == Open }

const roomsSQL = `select r.id::text, r.edition_id::text, e.title as edition, e.title_en as edition_en, r.place::text, r.state as round, coalesce(s.state, '') as state, coalesce(s.hall, '') as hall, s.starts_at,
    (select count(*) from pitch_slot t where t.room_id = r.id)::int as slots, (select count(*) from pitch_slot t where t.room_id = r.id and t.state in ('shown', 'absent'))::int as shown, s.public_at,
    (select count(*) from twice w where w.round_id = r.id and w.state <> 'settled')::int as papers, coalesce(v.state, '') as poll, v.opens_at as poll_from, v.closes_at as poll_until
  from review_round r join edition e on e.id = r.edition_id left join pitch_room s on s.id = r.id left join poll v on v.id = r.id
  where r.kind = 'pitch' and (r.state = 'open' or s.id is not null) and r.place <@ any(@sight::text[]::ltree[]) order by (r.state <> 'open'), r.opened_at desc, r.id limit 50`

// RoomLines lists the pitch rounds the actor may look at: those under way first.
func (b *Book) RoomLines(ctx context.Context, by identity.Actor) ([]RoomLine, error) {
	return pg.All[RoomLine](ctx, b.db, roomsSQL, pg.Args{"sight": by.Sight(identity.ReadSheets)})
}

// Staged tells whether a round has a pitch room: its order was drawn.
func Staged(ctx context.Context, q pg.Reader, roundID string) (bool, error) {
	state, err := pg.Values[string](ctx, q, stageStateSQL, pg.Args{"id": roundID})
	return len(state) > 0, err
}

// A vote is public from its first day on, a board while its host lets everybody look.
const happeningsSQL = `select 'board' as kind, s.id::text, s.starts_at as at, null::timestamptz as until, s.state = 'running' as live
    from pitch_room s join review_round r on r.id = s.id where r.edition_id = @edition::uuid and s.public_at is not null
  union all select 'vote', v.id::text, v.opens_at, v.closes_at, v.state = 'planned' and v.closes_at > @now
    from poll v join review_round r on r.id = v.id where r.edition_id = @edition::uuid and v.opens_at <= @now order by 1 desc, 3 desc, 2 limit 20`

// Happenings are an edition's boards and votes that everybody may look at, for its public page.
func (b *Book) Happenings(ctx context.Context, editionID string) ([]edition.Happening, error) {
	return pg.All[edition.Happening](ctx, b.db, happeningsSQL, pg.Args{"edition": editionID, "now": b.clock.Now()})
}
