package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	// MaxPart is the most bytes one part of an upload has.
	MaxPart = 256 << 10
	// mostUploads is how many unfinished uploads a person may have.
	mostUploads = 30
	// uploadLife is how long an upload waits for its next part: a weekend without a line.
	uploadLife = 72 * time.Hour
)

// NewUpload is a file that will come in parts. ID is the sender's own, so that beginning twice is beginning once.
type NewUpload struct {
	ID      string
	Owner   string
	OwnerID string
	Kind    string
	Name    string
	Size    int64  // bytes
	Digest  string // SHA-256 of the whole, in hex
}

// Upload is a file on its way: Received of its Size bytes have come.
type Upload struct {
	ID       string
	Person   string
	Owner    string
	OwnerID  string
	Kind     string
	Name     string
	Size     int64
	Digest   string
	Received int64
	DoneAt   *time.Time // when it was given to its owner
}

// Whole tells whether every byte has come.
func (u Upload) Whole() bool { return u.Received == u.Size }

const (
	uploadColumns  = `id::text, person::text, owner, owner_id::text, kind, name, size, digest, received, done_at`
	beginSQL       = `insert into upload (id, person, owner, owner_id, kind, name, size, digest, at) values (@id, @me, @owner, @owner_id, @kind, @name, @size, @digest, @at) on conflict (id) do nothing`
	waitingSQL     = `select count(*) from upload where person = @me::uuid and done_at is null and id <> @id::uuid`
	uploadSQL      = `select ` + uploadColumns + ` from upload where id = @id::uuid and person = @me::uuid`
	lockUploadSQL  = uploadSQL + ` for no key update`
	addPartSQL     = `insert into upload_part (upload_id, at_byte, bytes) values (@id, @at, @bytes)`
	receivedSQL    = `update upload set received = received + @n::bigint, at = @now where id = @id::uuid`
	partsSQL       = `select bytes from upload_part where upload_id = @id::uuid order by at_byte`
	dropPartsSQL   = `delete from upload_part where upload_id = @id::uuid`
	restartSQL     = `update upload set received = 0 where id = @id::uuid and done_at is null`
	doneSQL        = `update upload set done_at = @at where id = @id::uuid and done_at is null`
	dropUploadSQL  = `delete from upload where id = @id::uuid and person = @me::uuid`
	sweepUploadSQL = `delete from upload where at < @before`
)

var digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Begin opens an upload, or finds the one that was opened under the same id. It asks nobody for permission: the caller,
// who knows the owning row, has.
func (b *Book) Begin(ctx context.Context, by identity.Actor, n NewUpload) (Upload, error) {
	switch {
	case uuid.Validate(n.ID) != nil || uuid.Validate(n.OwnerID) != nil || !digestPattern.MatchString(n.Digest) || n.Size <= 0:
		return Upload{}, fault.New(fault.Invalid, "上传中断了，请再试一次")
	case n.Size > MaxSize:
		return Upload{}, fault.New(fault.Invalid, "这个文件太大了，最多 %d MB", MaxSize>>20)
	}
	var u Upload
	err := b.db.Change(ctx, func(tx pg.Tx) error {
		waiting, err := pg.Value[int](ctx, tx, waitingSQL, pg.Args{"me": by.ID, "id": n.ID})
		if err != nil {
			return err
		}
		if waiting >= mostUploads {
			return fault.New(fault.Invalid, "还有 %d 个文件没有传完，请等它们传完再添", waiting)
		}
		if _, err := pg.Do(ctx, tx, beginSQL, pg.Args{"id": n.ID, "me": by.ID, "owner": n.Owner, "owner_id": n.OwnerID, "kind": n.Kind, "name": n.Name, "size": n.Size,
			"digest": n.Digest, "at": b.clock.Now()}); err != nil {
			return err
		}
		if u, err = pg.One[Upload](ctx, tx, uploadSQL, pg.Args{"id": n.ID, "me": by.ID}); err != nil {
			return err
		}
		if u.Owner != n.Owner || u.OwnerID != n.OwnerID || u.Size != n.Size || u.Digest != n.Digest {
			return fault.New(fault.Conflict, "上传中断了，请再试一次")
		}
		return nil
	})
	return u, err
}

// Upload is one of the actor's own uploads; anybody else's is not there.
func (b *Book) Upload(ctx context.Context, by identity.Actor, id string) (Upload, error) {
	if !by.SignedIn() {
		return Upload{}, fault.Missing()
	}
	return pg.One[Upload](ctx, b.db, uploadSQL, pg.Args{"id": id, "me": by.ID})
}

// Append adds the part that begins at byte at. A part that is not the next one is a Conflict, and the upload says where
// to go on.
func (b *Book) Append(ctx context.Context, by identity.Actor, id string, at int64, part []byte) (Upload, error) {
	var u Upload
	err := b.db.Change(ctx, func(tx pg.Tx) (err error) {
		if u, err = pg.One[Upload](ctx, tx, lockUploadSQL, pg.Args{"id": id, "me": by.ID}); err != nil {
			return err
		}
		n := int64(len(part))
		switch {
		case u.DoneAt != nil:
			return nil
		case at != u.Received:
			return fault.New(fault.Conflict, "上传中断了，请再试一次")
		case n > MaxPart || u.Received+n > u.Size:
			return fault.New(fault.Invalid, "上传中断了，请再试一次")
		case n == 0:
			return nil
		}
		if _, err := pg.Do(ctx, tx, addPartSQL, pg.Args{"id": id, "at": at, "bytes": part}); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, receivedSQL, pg.Args{"id": id, "n": n, "now": b.clock.Now()}); err != nil {
			return err
		}
		u.Received += n
		return nil
	})
	return u, err
}

// Assemble hands the whole file to f, put together on the disk. When its bytes are not those that were announced, its
// parts are thrown away and it begins anew.
func (b *Book) Assemble(ctx context.Context, u Upload, f func(io.ReadSeeker) error) error {
	spool, err := os.CreateTemp("", "seedbed-upload-")
	if err != nil {
		return err
	}
	defer func() {
		_ = spool.Close()
		_ = os.Remove(spool.Name())
	}()
	sum := sha256.New()
	err = pg.Each(ctx, b.db, partsSQL, pg.Args{"id": u.ID}, func(p struct{ Bytes []byte }) error {
		_, err := io.Copy(io.MultiWriter(spool, sum), bytes.NewReader(p.Bytes))
		return err
	})
	if err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != u.Digest {
		if err := b.restart(ctx, u.ID); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "上传中断了，请再试一次")
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return f(spool)
}

func (b *Book) restart(ctx context.Context, id string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Do(ctx, tx, dropPartsSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		_, err := pg.Do(ctx, tx, restartSQL, pg.Args{"id": id})
		return err
	})
}

// Delivered notes that an upload has been given to its owner: its parts go, its id stays a while, so that a sender who
// lost the answer hears that it has come.
func (b *Book) Delivered(ctx context.Context, id string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Do(ctx, tx, dropPartsSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		_, err := pg.Do(ctx, tx, doneSQL, pg.Args{"id": id, "at": b.clock.Now()})
		return err
	})
}

// Discard forgets an upload of the actor's that cannot be used.
func (b *Book) Discard(ctx context.Context, by identity.Actor, id string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, dropUploadSQL, pg.Args{"id": id, "me": by.ID})
		return err
	})
}

// SweepUploads forgets the uploads nobody went on with. It is the house's own work.
func SweepUploads(ctx context.Context, tx pg.Tx, due time.Time) error {
	_, err := pg.Do(ctx, tx, sweepUploadSQL, pg.Args{"before": due.Add(-uploadLife)})
	return err
}
