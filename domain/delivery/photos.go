package delivery

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

const photosMost = 30 // of one activity

// NewPhoto is a photo to add to an activity.
type NewPhoto struct {
	Kind string // one of PhotoKinds
	Name string // as the sender's device calls it
}

// Attached is a photo that was added.
type Attached struct {
	ID   string
	Twin bool // the very same file is evidence of another activity: say so at once
}

const photosSQL = `update activity set photos_n = (select count(*) from attachment where owner_id = @id::uuid) where id = @id::uuid`

// Attach adds a photo to an activity. The file goes into the store first; sending the same file twice keeps it once.
func (b *Book) Attach(ctx context.Context, by identity.Actor, activityID string, n NewPhoto, r io.ReadSeeker) (Attached, error) {
	a, p, w, err := b.mayActivity(ctx, by, identity.LogActivities, activityID)
	if err != nil {
		return Attached{}, err
	}
	now := b.clock.Now()
	if !edition.Known(PhotoKinds, n.Kind) {
		return Attached{}, fault.Field("kind", "请选择照片拍的是什么")
	}
	if err := takesPhotos(a, p, now); err != nil {
		return Attached{}, err
	}
	taken, err := evidence.TakePhoto(ctx, b.store, r)
	if err != nil {
		return Attached{}, err
	}
	id := photoID(a.ID, taken.Digest)
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		a, err := pg.One[Activity](ctx, tx, lockActivitySQL, pg.Args{"id": activityID})
		if err != nil {
			return err
		}
		if err := takesPhotos(a, p, now); err != nil {
			return err
		}
		fresh, err := evidence.Keep(ctx, tx, w, evidence.New{ID: id, Digest: taken.Digest, Size: taken.Size, Mime: taken.Mime, Kind: n.Kind, Owner: "activity",
			OwnerID: a.ID, Place: a.Place, Name: n.Name, At: now})
		if err != nil || !fresh {
			return hiddenBefore(ctx, tx, id, err)
		}
		if a.PhotosN >= photosMost {
			return fault.New(fault.Invalid, "一场活动最多 %d 张照片，请先删掉几张", photosMost)
		}
		_, err = pg.Do(ctx, tx, photosSQL, pg.Args{"id": a.ID})
		return err
	})
	if err != nil {
		return Attached{}, err
	}
	twins, err := evidence.ExactTwins(ctx, b.db, a.ID)
	for _, t := range twins {
		if t.Mine == id {
			return Attached{ID: id, Twin: true}, err
		}
	}
	return Attached{ID: id}, err
}

// photoID is one file's id within an activity: the file can only be there once, whatever it is said to show.
func photoID(activityID, digest string) string {
	return uuid.NewSHA1(uuid.MustParse(activityID), []byte(digest)).String()
}

// hiddenBefore refuses a photo that was sent before and has been hidden since: it would seem to be there and not count.
func hiddenBefore(ctx context.Context, tx pg.Tx, id string, err error) error {
	if err != nil {
		return err
	}
	old, err := evidence.Get(ctx, tx, id)
	if err == nil && !old.Counts() {
		return fault.New(fault.Invalid, "这张照片以前传过，已经不能用了。请换一张")
	}
	return err
}

func takesPhotos(a Activity, p Project, now time.Time) error {
	switch {
	case !a.Open() || !p.Live():
		return fault.New(fault.Conflict, "这场活动的记录已经交上去了，不能再改照片")
	case a.StartsAt.After(now):
		return fault.New(fault.Conflict, "活动还没有开始，开始后再传照片")
	}
	return nil
}

// Remove takes a photo off an activity that is not handed in. Once the activity has been handed in a photo is only
// hidden: what somebody has judged by is kept.
func (b *Book) Remove(ctx context.Context, by identity.Actor, photoID string) (activityID string, err error) {
	photo, _, p, w, err := b.mayPhoto(ctx, by, identity.LogActivities, photoID)
	if err != nil {
		return "", err
	}
	return photo.OwnerID, b.db.Change(ctx, func(tx pg.Tx) error {
		a, err := pg.One[Activity](ctx, tx, lockActivitySQL, pg.Args{"id": photo.OwnerID})
		if err != nil {
			return err
		}
		if !a.Open() || !p.Live() {
			return fault.New(fault.Conflict, "这场活动的记录已经交上去了，不能再改照片")
		}
		if a.SubmittedAt != nil {
			return evidence.Hide(ctx, tx, w, photo.ID, "团队删除", b.clock.Now())
		}
		if err := evidence.Drop(ctx, tx, w, photo, b.clock.Now()); err != nil {
			return err
		}
		_, err = pg.Do(ctx, tx, photosSQL, pg.Args{"id": a.ID})
		return err
	})
}

// mayPhoto is may for an activity's photo.
func (b *Book) mayPhoto(ctx context.Context, by identity.Actor, right identity.Permission, id string) (evidence.Attachment, Activity, Project, identity.Warrant, error) {
	photo, err := evidence.Get(ctx, b.db, id)
	if err == nil && photo.Owner != "activity" {
		err = fault.Missing()
	}
	if err != nil {
		return photo, Activity{}, Project{}, identity.Warrant{}, err
	}
	a, p, w, err := b.mayActivity(ctx, by, right, photo.OwnerID)
	return photo, a, p, w, err
}

// Clear notes that a photo may be public; it becomes so when its activity is verified, or at once when it is.
func (b *Book) Clear(ctx context.Context, by identity.Actor, photoID string, c evidence.Clearance) (activityID string, err error) {
	photo, _, p, w, err := b.mayPhoto(ctx, by, identity.ClearPhotos, photoID)
	if err != nil {
		return "", err
	}
	if err := b.apart(ctx, by, p); err != nil {
		return "", err
	}
	if photo.Kind == "sheet" {
		return photo.OwnerID, fault.New(fault.Conflict, "签到表上有名字，不能公开")
	}
	if err := c.Check(); err != nil {
		return photo.OwnerID, err
	}
	return photo.OwnerID, b.db.Change(ctx, func(tx pg.Tx) error {
		a, err := pg.One[Activity](ctx, tx, lockActivitySQL, pg.Args{"id": photo.OwnerID})
		if err != nil {
			return err
		}
		return evidence.Clear(ctx, tx, w, photo.ID, a.State == Verified, b.clock.Now())
	})
}

// Hide takes a photo out of sight at once: staff of the community, or the team's lead when somebody in it asks.
func (b *Book) Hide(ctx context.Context, by identity.Actor, photoID, reason string) (activityID string, err error) {
	photo, _, _, w, err := b.mayPhoto(ctx, by, identity.ClearPhotos, photoID)
	if fault.Is(err, fault.Forbidden) {
		photo, _, _, w, err = b.mayPhoto(ctx, by, identity.ReportResults, photoID)
	}
	if err != nil {
		return "", err
	}
	return photo.OwnerID, b.db.Change(ctx, func(tx pg.Tx) error {
		return evidence.Hide(ctx, tx, w, photo.ID, reason, b.clock.Now())
	})
}

// apart refuses a judgement by somebody who belongs to the project: its team, or who helped to write its proposal.
func (b *Book) apart(ctx context.Context, by identity.Actor, p Project) error {
	people, err := proposal.TeamPeople(ctx, b.db, p.TeamID)
	if err != nil {
		return err
	}
	pr, err := proposal.Get(ctx, b.db, p.ProposalID)
	if err != nil {
		return err
	}
	if pr.ActingHelper != nil {
		people = append(people, *pr.ActingHelper)
	}
	for _, person := range append(people, p.LeadID) {
		if person == by.ID {
			return tied()
		}
	}
	helped, err := audit.Helped(ctx, b.db, by, p.ID, p.ProposalID)
	if err == nil && helped {
		err = tied()
	}
	return err
}

func tied() error {
	return fault.New(fault.Forbidden, "您是这个项目的人，或者帮它填过申报书，要请别的同事来办")
}
