package evidence

import (
	"bytes"
	"context"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/photo"
)

// Owner is what this package must be told about one kind of owning rows, since they all come later in the year.
type Owner struct {
	Read identity.Permission // who may see the row's files at its place
	Page string              // where the row is looked at: "/activities/"
	// Ties gives the roles the row itself gives the actor: team lead, team member.
	Ties func(ctx context.Context, q pg.Reader, ownerID string, by identity.Actor) ([]identity.Role, error)
	// Open tells whether anybody may have the row's files as they are, such as the papers of a published call; nil never.
	Open func(ctx context.Context, q pg.Reader, ownerID string) (bool, error)
	// Shown tells whether this copy may be seen by the actor as anybody may: another area's rule of what is public; nil never.
	Shown func(ctx context.Context, q pg.Reader, a Attachment, by identity.Actor) (bool, error)
	// Sees, where it is set, decides in place of Read and Ties: a draft is its team's alone.
	Sees func(ctx context.Context, q pg.Reader, a Attachment, by identity.Actor) (bool, error)
}

// Book is where files are seen, examined and swept.
type Book struct {
	db     *pg.DB
	store  objects.Store
	clock  clock.Clock
	room   *photo.Darkroom
	owners map[string]Owner
}

// NewBook opens the book; owners is by attachment.owner. Files of a kind of owner that is not listed are seen by nobody.
func NewBook(db *pg.DB, store objects.Store, c clock.Clock, room *photo.Darkroom, owners map[string]Owner) *Book {
	return &Book{db: db, store: store, clock: c, room: room, owners: owners}
}

const (
	derivedSQL = `update attachment set large = @large, thumb = @thumb, phash = @phash, taken_at = @taken_at, lat = @lat, lon = @lon, width = @width, height = @height,
  state = case when state = 'stored' then 'derived' else state end where id = @id::uuid and large is null`
	unreadableSQL = `update attachment set state = 'unreadable' where id = @id::uuid and state = 'stored'`
)

// Examine looks at a file that was kept. The slow part, decoding and storing the copies, happens here, outside any
// transaction; the function it gives is the effect, for the transaction that marks the work as done. Doing both again
// changes nothing.
func (b *Book) Examine(ctx context.Context, f Kept) (func(ctx context.Context, tx pg.Tx) error, error) {
	nothing := func(context.Context, pg.Tx) error { return nil }
	a, err := Get(ctx, b.db, f.AttachmentID)
	if fault.Is(err, fault.NotFound) || err == nil && (!a.Photo() || a.State != Stored && a.State != Hidden || a.Large != "") {
		return nothing, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := b.develop(ctx, a.Digest)
	if fault.Is(err, fault.Invalid) {
		return func(ctx context.Context, tx pg.Tx) error { return b.giveUp(ctx, tx, a) }, nil
	}
	if err != nil {
		return nil, err
	}
	found["id"] = a.ID
	return func(ctx context.Context, tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, derivedSQL, found)
		return err
	}, nil
}

// develop makes the copies of an original and stores them.
func (b *Book) develop(ctx context.Context, digest string) (pg.Args, error) {
	r, err := b.store.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	dev, err := b.room.Develop(ctx, r, photo.Order{Sizes: []photo.Size{photo.Screen, photo.Thumb}})
	if err != nil {
		return nil, err
	}
	names := make([]string, len(dev.Copies))
	for i, c := range dev.Copies {
		object, err := b.store.Put(ctx, bytes.NewReader(c.JPEG), MaxSize)
		if err != nil {
			return nil, err
		}
		names[i] = object.Digest
	}
	width, height := dev.Info.Upright()
	return pg.Args{"large": names[0], "thumb": names[1], "phash": int64(dev.Fingerprint), "taken_at": dev.Info.TakenAt, "lat": dev.Info.Lat, "lon": dev.Info.Lon, //nolint:gosec // 64 bits are 64 bits
		"width": width, "height": height}, nil
}

// giveUp marks a photo that cannot be opened and asks its sender for another.
func (b *Book) giveUp(ctx context.Context, tx pg.Tx, a Attachment) error {
	if n, err := pg.Do(ctx, tx, unreadableSQL, pg.Args{"id": a.ID}); err != nil || n == 0 {
		return err
	}
	link := ""
	if owner, ok := b.owners[a.Owner]; ok && owner.Page != "" {
		link = owner.Page + a.OwnerID
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N22", To: []string{a.Uploader}, Text: fault.Say("您传的一张照片打不开，可能没传完。请重新传一次"), Link: link, Key: a.ID, At: b.clock.Now()})
}

// Nightfall is the fact that it is time to sweep: the calendar puts it, and the listener may take as long as it needs.
type Nightfall struct{}

// Kind names the fact.
func (Nightfall) Kind() string { return "evidence.nightfall" }

const sweepAge = 24 * time.Hour // an upload that got no owner within a day never will

const ownedSQL = `select distinct name from (select unnest(array[digest, large, thumb]) as name from attachment
  where digest = any(@names) or large = any(@names) or thumb = any(@names)) t where name = any(@names)`

// Sweep deletes from the store what belongs to nobody and is older than a day, and tells how many objects went. It is
// the house's own work, at night.
func (b *Book) Sweep(ctx context.Context) (int, error) {
	gone, batch := 0, make([]objects.Object, 0, 5000)
	limit := b.clock.Now().Add(-sweepAge)
	flush := func() error {
		n, err := b.sweep(ctx, batch, limit)
		gone += n
		batch = batch[:0]
		return err
	}
	err := b.store.Walk(ctx, func(o objects.Object) error {
		if !o.Stored.Before(limit) {
			return nil
		}
		if batch = append(batch, o); len(batch) < cap(batch) {
			return nil
		}
		return flush()
	})
	if err != nil {
		return gone, err
	}
	return gone, flush()
}

func (b *Book) sweep(ctx context.Context, batch []objects.Object, limit time.Time) (int, error) {
	names := make([]string, len(batch))
	for i, o := range batch {
		names[i] = o.Digest
	}
	owned, err := pg.Values[string](ctx, b.db, ownedSQL, pg.Args{"names": names})
	if err != nil {
		return 0, err
	}
	keep := make(map[string]bool, len(owned))
	for _, name := range owned {
		keep[name] = true
	}
	gone := 0
	for _, name := range names {
		if keep[name] {
			continue
		}
		// Somebody may have sent the same content a moment ago; storing it again renewed its time.
		if now, err := b.store.Stat(ctx, name); err != nil || !now.Stored.Before(limit) {
			continue
		}
		if err := b.store.Delete(ctx, name); err != nil {
			return gone, err
		}
		gone++
	}
	return gone, nil
}
