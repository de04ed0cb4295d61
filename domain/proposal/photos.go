package proposal

import (
	"context"
	"io"
	"slices"

	"github.com/google/uuid"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// MostPhotos is how many pictures and papers a proposal may have.
const MostPhotos = 12

const (
	cover  = "cover"
	permit = "permit"
)

// PhotoKinds names what the pictures of a proposal show (DOMAIN §8.2).
var PhotoKinds = []edition.Choice{{Code: "need", Name: "现在的样子"}, {Code: "venue", Name: "做活动的场地"}, {Code: cover, Name: "封面照片"}, {Code: permit, Name: "场地同意书"}}

// Album is where the pictures of proposals are added and taken away.
type Album struct {
	book  *Book
	files *evidence.Book
	store objects.Store
}

// NewAlbum opens the album.
func NewAlbum(b *Book, files *evidence.Book, store objects.Store) *Album {
	return &Album{b, files, store}
}

// NewPhoto is a picture, or a paper, to add to a proposal.
type NewPhoto struct {
	Kind string // one of PhotoKinds
	Name string // as the sender's device calls it
}

// Add puts a picture into a proposal that is being written. The file goes into the store first; the same file twice is
// there once. A new cover takes the place of the old one.
func (a *Album) Add(ctx context.Context, by identity.Actor, id string, n NewPhoto, r io.ReadSeeker) (string, error) {
	if err := a.takes(ctx, by, id, n.Kind); err != nil {
		return "", err
	}
	take := evidence.TakePhoto
	if n.Kind == permit {
		take = evidence.TakePaper
	}
	taken, err := take(ctx, a.store, r)
	if err != nil {
		return "", err
	}
	photo := uuid.NewSHA1(uuid.MustParse(id), []byte(taken.Digest)).String()
	return photo, a.book.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := a.open(ctx, tx, by, id)
		if err != nil {
			return err
		}
		have, err := evidence.Of(ctx, tx, id)
		if err != nil {
			return err
		}
		fresh, err := evidence.Keep(ctx, tx, w, evidence.New{ID: photo, Digest: taken.Digest, Size: taken.Size, Mime: taken.Mime, Kind: n.Kind, Owner: "proposal", OwnerID: id,
			Place: p.Place, Name: n.Name, At: a.book.clock.Now()})
		if err != nil || !fresh {
			return usable(have, photo, err)
		}
		for _, old := range have {
			if n.Kind == cover && old.Kind == cover && old.Counts() {
				if err := a.off(ctx, tx, w, p, old); err != nil {
					return err
				}
			}
		}
		if counted(have) >= MostPhotos {
			return fault.New(fault.Invalid, "一份申报书最多 %d 张照片，请先删掉几张", MostPhotos)
		}
		return nil
	})
}

// usable refuses a picture that was sent before and has been taken away since: it would seem to be there and not count.
func usable(have []evidence.Attachment, photo string, err error) error {
	if err == nil && slices.ContainsFunc(have, func(x evidence.Attachment) bool { return x.ID == photo && !x.Counts() }) {
		err = fault.New(fault.Invalid, "这张照片以前传过，已经不能用了。请换一张")
	}
	return err
}

// takes tells whether a proposal takes a picture from this actor, before anything is stored.
func (a *Album) takes(ctx context.Context, by identity.Actor, id, kind string) error {
	f, err := a.book.Own(ctx, by, id)
	if err != nil {
		return err
	}
	if !edition.Known(PhotoKinds, kind) {
		return fault.Field("kind", "请选择照片拍的是什么")
	}
	return writable(f.Proposal, f.Edition, a.book.clock.Now())
}

// open locks a proposal of the actor's team that may still be changed.
func (a *Album) open(ctx context.Context, tx pg.Tx, by identity.Actor, id string) (Proposal, identity.Warrant, error) {
	p, w, err := lockOwn(ctx, tx, by, id)
	if err != nil {
		return p, w, err
	}
	e, err := edition.Get(ctx, tx, p.EditionID)
	if err != nil {
		return p, w, err
	}
	return p, w, writable(p, e, a.book.clock.Now())
}

func counted(list []evidence.Attachment) int {
	n := 0
	for _, x := range list {
		if x.Counts() {
			n++
		}
	}
	return n
}

// off takes a picture away. Once the proposal has been handed in it is only hidden: what somebody has judged by is kept.
func (a *Album) off(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, x evidence.Attachment) error {
	if p.SubmittedAt != nil {
		return evidence.Hide(ctx, tx, w, x.ID, "团队删除", a.book.clock.Now())
	}
	return evidence.Drop(ctx, tx, w, x, a.book.clock.Now())
}

// Remove takes a picture off a proposal that is being written. One that is gone already is no fault.
func (a *Album) Remove(ctx context.Context, by identity.Actor, id, photo string) error {
	return a.book.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := a.open(ctx, tx, by, id)
		if err != nil {
			return err
		}
		have, err := evidence.Of(ctx, tx, id)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(have, func(x evidence.Attachment) bool { return x.ID == photo && x.Owner == "proposal" })
		if at < 0 || !have[at].Counts() {
			return nil
		}
		return a.off(ctx, tx, w, p, have[at])
	})
}

// NewPart announces a picture that comes in parts.
type NewPart struct {
	ID     string `form:"id"`
	Kind   string `form:"kind"`
	Name   string `form:"name"`
	Size   int    `form:"size"`
	Digest string `form:"digest"`
}

// Begin opens an upload of a picture, or finds the one that was opened under the same id.
func (a *Album) Begin(ctx context.Context, by identity.Actor, id string, n NewPart) (evidence.Upload, error) {
	if err := a.takes(ctx, by, id, n.Kind); err != nil {
		return evidence.Upload{}, err
	}
	return a.files.Begin(ctx, by, evidence.NewUpload{ID: n.ID, Owner: "proposal", OwnerID: id, Kind: n.Kind, Name: n.Name, Size: int64(n.Size), Digest: n.Digest})
}

// Upload is one of the actor's uploads to a proposal.
func (a *Album) Upload(ctx context.Context, by identity.Actor, id, upload string) (evidence.Upload, error) {
	u, err := a.files.Upload(ctx, by, upload)
	if err == nil && (u.Owner != "proposal" || u.OwnerID != id) {
		err = fault.Missing()
	}
	return u, err
}

// Append adds a part to an upload; with the last one the picture is the proposal's. A file that cannot be used is
// forgotten at once.
func (a *Album) Append(ctx context.Context, by identity.Actor, id, upload string, at int64, part []byte) (evidence.Upload, error) {
	u, err := a.Upload(ctx, by, id, upload)
	if err != nil {
		return u, err
	}
	if u, err = a.files.Append(ctx, by, upload, at, part); err != nil || !u.Whole() || u.DoneAt != nil {
		return u, err
	}
	err = a.files.Assemble(ctx, u, func(r io.ReadSeeker) error {
		_, err := a.Add(ctx, by, id, NewPhoto{Kind: u.Kind, Name: u.Name}, r)
		return err
	})
	switch {
	case fault.Is(err, fault.Invalid):
		if oops := a.files.Discard(ctx, by, upload); oops != nil {
			return u, oops
		}
		return u, err
	case err != nil:
		return u, err
	}
	now := a.book.clock.Now()
	u.DoneAt = &now
	return u, a.files.Delivered(ctx, upload)
}

// SeesFile tells whether an actor may see a picture of a proposal: its team always, the desks once it was handed in.
func SeesFile(ctx context.Context, q pg.Reader, a evidence.Attachment, by identity.Actor) (bool, error) {
	p, err := Get(ctx, q, a.OwnerID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	ties, err := TeamTies(ctx, q, p.TeamID, by)
	if err != nil || len(ties) > 0 {
		return len(ties) > 0, err
	}
	if by.SignedIn() && p.ActingHelper != nil && *p.ActingHelper == by.ID { // who entered it sees the papers they scanned
		return true, nil
	}
	return p.SubmittedAt != nil && by.Sees(identity.ReadProposals, p.Place), nil
}
