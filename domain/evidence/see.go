package evidence

import (
	"context"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
)

// Content is a file the actor may see, open for reading. It must be closed.
type Content struct {
	*objects.Reader
	Mime   string
	Name   string // for saving, "" when the sender's device gave none
	Public bool   // anybody may see it, so it may be cached
}

// ETag is the content's own digest: the bytes under it never change.
func (c Content) ETag() string { return `"` + c.Object().Digest + `"` }

// Original opens a file as it was sent, for the owning row's team, staff in scope and supervisors.
func (b *Book) Original(ctx context.Context, by identity.Actor, id string) (Content, error) {
	a, public, err := b.see(ctx, by, id, false)
	if err != nil {
		return Content{}, err
	}
	r, err := b.store.Open(ctx, a.Digest)
	return Content{Reader: r, Mime: a.Mime, Name: a.Name, Public: public}, err
}

// Copy opens a photo's copy without metadata, large or as a thumbnail: for everybody when the photo is public, else for
// those who may see the original. Until it has been examined those see the original instead.
func (b *Book) Copy(ctx context.Context, by identity.Actor, id string, thumb bool) (Content, error) {
	a, public, err := b.see(ctx, by, id, true)
	if err != nil {
		return Content{}, err
	}
	digest, mime := a.Large, "image/jpeg"
	if thumb {
		digest = a.Thumb
	}
	if digest == "" {
		if !a.Photo() || public {
			return Content{}, fault.Missing()
		}
		digest, mime = a.Digest, a.Mime
	}
	r, err := b.store.Open(ctx, digest)
	return Content{Reader: r, Mime: mime, Public: public}, err
}

// see is the one place that decides who may see any file: everything not allowed here reads as not there.
func (b *Book) see(ctx context.Context, by identity.Actor, id string, copied bool) (a Attachment, public bool, err error) {
	a, err = Get(ctx, b.db, id)
	if err != nil {
		return a, false, err
	}
	if copied && a.State == Public {
		return a, true, nil
	}
	owner, known := b.owners[a.Owner]
	if !known || a.State == Purged {
		return a, false, fault.Missing()
	}
	if owner.Open != nil && a.State != Hidden && (copied || !a.Photo()) { // of a picture only the copy: the original has the camera's notes
		if open, err := owner.Open(ctx, b.db, a.OwnerID); err != nil || open {
			return a, open, err
		}
	}
	if owner.Shown != nil && copied {
		if shown, err := owner.Shown(ctx, b.db, a, by); err != nil || shown {
			return a, shown, err
		}
	}
	if owner.Sees != nil {
		may, err := owner.Sees(ctx, b.db, a, by)
		if err == nil && !may {
			err = fault.Missing()
		}
		return a, false, err
	}
	var ties []identity.Role
	if by.SignedIn() && owner.Ties != nil {
		if ties, err = owner.Ties(ctx, b.db, a.OwnerID, by); err != nil {
			return a, false, err
		}
	}
	if !by.Tied(a.Place, ties...).Sees(owner.Read, a.Place) {
		return a, false, fault.Missing()
	}
	return a, false, nil
}
