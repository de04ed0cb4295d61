// Package evidence keeps what proves that something happened (附件、照片): the file itself lies in the object store under
// its SHA-256, and this package keeps whose it is, what was found in it and who may see it. An original never changes;
// the public only ever sees a derived copy that a named person has cleared.
package evidence

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/identity"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// The states of an attachment. Stored until it is examined, then derived or unreadable; a photo that staff have looked
// through is cleared, and public while the activity it shows is verified. Hidden and purged ones are shown to nobody
// outside.
const (
	Stored     = "stored"
	Derived    = "derived"
	Cleared    = "cleared"
	Public     = "public"
	Hidden     = "hidden"
	Purged     = "purged"
	Unreadable = "unreadable"
)

// Attachment is one file of an object of the house.
type Attachment struct {
	ID         string
	Digest     string // the original's SHA-256, its name in the store
	Size       int64
	Mime       string
	Kind       string // what it shows: "panorama", "sheet", "receipt", "paper" …
	Owner      string // the owning row's table: "activity", "claim", "proposal"
	OwnerID    string
	Place      string
	Name       string // as the sender's device called it, cleaned
	Uploader   string
	UploadedAt time.Time
	TakenAt    *time.Time // from the photo itself; chat apps strip it
	Located    bool       // the photo says where it was taken; where exactly never leaves the database
	Width      int
	Height     int
	Large      string // digest of the copy without metadata, 1600 px; "" until examined
	Thumb      string // digest of the copy of 320 px
	State      string
	Version    int
}

// Photo tells whether the file is a picture, which can have copies to look at.
func (a Attachment) Photo() bool { return picture(a.Mime) }

// Shows tells whether the copies can be looked at.
func (a Attachment) Shows() bool { return a.Thumb != "" && a.State != Purged }

// Counts tells whether the file still proves anything.
func (a Attachment) Counts() bool {
	return a.State != Hidden && a.State != Purged && a.State != Unreadable
}

// New is a file just received, with its owner. ID is the sender's own, so that sending it twice keeps it once.
type New struct {
	ID      string
	Digest  string
	Size    int64
	Mime    string
	Kind    string
	Owner   string
	OwnerID string
	Place   string
	Name    string
	At      time.Time
}

// Kept is the fact that a file was added to an object: it is to be examined.
type Kept struct {
	AttachmentID string `json:"attachment_id"`
}

// Kind names the fact.
func (Kept) Kind() string { return "evidence.kept" }

const (
	attachmentColumns = `id::text, digest, size, mime, kind, owner, coalesce(owner_id::text, '') as owner_id, coalesce(place::text, '') as place, name,
  coalesce(uploader::text, '') as uploader, uploaded_at, taken_at, lat is not null as located, width, height,
  coalesce(large, '') as large, coalesce(thumb, '') as thumb, state, version`
	keepSQL = `insert into attachment (id, digest, size, mime, kind, owner, owner_id, place, name, uploader, uploaded_at, state)
  values (@id, @digest, @size, @mime, @kind, @owner, @owner_id::uuid, @place::text::ltree, @name, nullif(@uploader, '')::uuid, @at, 'stored') on conflict (id) do nothing`
	oneSQL  = `select ` + attachmentColumns + ` from attachment where id = @id::uuid`
	ofSQL   = `select ` + attachmentColumns + ` from attachment where owner_id = @owner_id::uuid order by uploaded_at, id`
	dropSQL = `delete from attachment where id = @id::uuid`
)

// Keep adds a file to an object, in the transaction of the verb that received it, and tells whether it was new: the
// same ID a second time changes nothing. The content must already lie in the store.
func Keep(ctx context.Context, tx pg.Tx, w identity.Warrant, n New) (bool, error) {
	rows, err := pg.Do(ctx, tx, keepSQL, pg.Args{"id": n.ID, "digest": n.Digest, "size": n.Size, "mime": n.Mime, "kind": n.Kind, "owner": n.Owner,
		"owner_id": n.OwnerID, "place": n.Place, "name": n.Name, "uploader": w.By.ID, "at": n.At})
	if err != nil || rows == 0 {
		return false, err
	}
	if err := outbox.Put(ctx, tx, n.At, Kept{AttachmentID: n.ID}); err != nil {
		return false, err
	}
	data := map[string]any{"digest": n.Digest, "size": n.Size, "kind": n.Kind, "owner": n.Owner, "owner_id": n.OwnerID}
	return true, audit.Record(ctx, tx, w, audit.Event{Entity: "attachment", ID: n.ID, Version: 1, Action: "keep", To: Stored, Place: n.Place, Data: data, At: n.At})
}

// Drop takes a file off its object again, before anybody has relied on it; the sweep removes the content at night. The
// trail keeps its digest.
func Drop(ctx context.Context, tx pg.Tx, w identity.Warrant, a Attachment, at time.Time) error {
	if _, err := pg.Do(ctx, tx, dropSQL, pg.Args{"id": a.ID}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "attachment", ID: a.ID, Action: "drop", From: a.State, Place: a.Place, Data: map[string]any{"digest": a.Digest}, At: at})
}

// Get is an attachment by its id. It asks nobody for permission: the caller has.
func Get(ctx context.Context, q pg.Reader, id string) (Attachment, error) {
	return pg.One[Attachment](ctx, q, oneSQL, pg.Args{"id": id})
}

// Of lists the files of an object in the order they came. It asks nobody for permission: the caller has.
func Of(ctx context.Context, q pg.Reader, ownerID string) ([]Attachment, error) {
	return pg.All[Attachment](ctx, q, ofSQL, pg.Args{"owner_id": ownerID})
}
