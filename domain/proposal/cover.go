package proposal

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// What staff have said of a cover photo; "" while nobody has.
const (
	CoverCleared = "cleared"
	CoverRefused = "refused"
	CoverHidden  = "hidden"
)

// Cover is a proposal's cover photo on its way to everybody (DOMAIN §8.2, §11.3). It takes three: the lead's own consent,
// staff of the community who have looked through this very picture, and a proposal that is itself public.
type Cover struct {
	ID        string // of the picture
	Examined  bool   // it has copies without the camera's notes
	Agreed    bool   // the lead's consent stands
	State     string // what staff said
	Reason    string // why not
	DecidedAt *time.Time
	Waits     bool // for staff to look at it
	Shown     bool // everybody sees it right now
	Version   int  // of what staff said, 0 while nobody has
}

// There tells whether the proposal has a cover photo at all.
func (c Cover) There() bool { return c.ID != "" }

const coverSQL = `select t.id::text, t.large is not null and t.thumb is not null as examined,
    exists (select from consent k where k.subject_id = p.id and k.purpose = 'cover_public' and k.person_id = p.lead_id and k.withdrawn_at is null) as agreed,
    coalesce(c.state, '') as state, coalesce(c.reason, '') as reason, c.decided_at, coalesce(c.version, 0) as version,
    exists (select from cover_waits w where w.id = t.id) as waits, exists (select from open_cover o where o.id = t.id) as shown
  from proposal p join attachment t on t.owner_id = p.id and t.owner = 'proposal' and t.kind = 'cover' and t.state not in ('hidden','purged','unreadable') left join cover c on c.id = t.id
  where p.id = @id::uuid order by t.uploaded_at desc, t.id desc limit 1`

// CoverOf is a proposal's cover photo, one that is not there when it has none. It asks nobody for permission: the caller has.
func CoverOf(ctx context.Context, q pg.Reader, proposalID string) (Cover, error) {
	c, _, err := pg.Maybe[Cover](ctx, q, coverSQL, pg.Args{"id": proposalID})
	return c, err
}

// CoverPage is the cover photo of a proposal as who may clear it sees it.
type CoverPage struct {
	ID, Title  string // of the proposal
	Cover      Cover
	Conflicted bool // the actor belongs to the team or helped to write it
}

// SeeCover shows the cover photo of a handed-in proposal to staff of its community.
func (b *Book) SeeCover(ctx context.Context, by identity.Actor, id string) (CoverPage, error) {
	f, err := b.sighted(ctx, by, id)
	if err != nil {
		return CoverPage{}, err
	}
	if _, err := by.Must(identity.ClearPhotos, f.Place); err != nil {
		return CoverPage{}, err
	}
	p := CoverPage{ID: f.ID, Title: f.Title}
	if p.Cover, err = CoverOf(ctx, b.db, id); err == nil && !p.Cover.There() {
		err = fault.New(fault.NotFound, "这份申报书现在没有封面照片")
	}
	if err != nil {
		return p, err
	}
	err = apart(ctx, b.db, by, f.Proposal)
	p.Conflicted = fault.Is(err, fault.Forbidden)
	if p.Conflicted {
		err = nil
	}
	return p, err
}

// apart refuses who belongs to the team or helped to fill the proposal in.
func apart(ctx context.Context, q pg.Reader, by identity.Actor, p Proposal) error {
	team, err := TeamPeople(ctx, q, p.TeamID)
	if err != nil {
		return err
	}
	if err := conflict(p, append(team, p.LeadID), by); err != nil {
		return err
	}
	helped, err := audit.Helped(ctx, q, by, p.ID)
	if err == nil && helped {
		err = helper()
	}
	return err
}

// CoverYes is staff's word that everybody may see a cover photo.
type CoverYes struct {
	Photo    string `form:"photo"` // the picture they looked at
	Version  int    `form:"version"`
	NoMinors bool   `form:"no_minors"`
	Agreed   bool   `form:"agreed"`
	Private  bool   `form:"private"`
}

// CoverNo is staff's word that nobody may see it, or no longer, with a reason that the lead reads.
type CoverNo struct {
	Photo   string `form:"photo"`
	Version int    `form:"version"`
	Reason  string `form:"reason"`
}

func (n *CoverNo) check() error {
	n.Reason = strings.TrimSpace(n.Reason)
	if k := utf8.RuneCountInString(n.Reason); k < 2 || k > 100 {
		return fault.Field("reason", "请写明原因，2 到 100 个字，领办人会看到")
	}
	return nil
}

// ClearCover lets a cover photo be seen by everybody while its lead agrees and its proposal is public: what the public gets
// is the copy without the camera's notes, never the original.
func (b *Book) ClearCover(ctx context.Context, by identity.Actor, id string, y CoverYes) error {
	if err := (evidence.Clearance{NoMinors: y.NoMinors, Agreed: y.Agreed, Private: y.Private}).Check(); err != nil {
		return err
	}
	return b.judgeCover(ctx, by, id, word{photo: y.Photo, version: y.Version, action: "clear", to: CoverCleared, from: []string{"", CoverRefused, CoverHidden},
		text: "社区看过「%s」的封面照片，可以公开。提案公开的时候街坊就看得到"})
}

// RefuseCover keeps a cover photo from the public that nobody has let out, with a reason for the lead.
func (b *Book) RefuseCover(ctx context.Context, by identity.Actor, id string, n CoverNo) error {
	if err := n.check(); err != nil {
		return err
	}
	return b.judgeCover(ctx, by, id, word{photo: n.Photo, version: n.Version, action: "refuse", to: CoverRefused, reason: n.Reason, from: []string{""},
		text: "「%s」的封面照片社区没有公开：%s。不影响评审，您可以换一张"})
}

// HideCover takes a cover photo out of every public page at once, with a reason for the lead.
func (b *Book) HideCover(ctx context.Context, by identity.Actor, id string, n CoverNo) error {
	if err := n.check(); err != nil {
		return err
	}
	return b.judgeCover(ctx, by, id, word{photo: n.Photo, version: n.Version, action: "hide", to: CoverHidden, reason: n.Reason, from: []string{CoverCleared},
		text: "「%s」的封面照片社区收起来了：%s。街坊已经看不到"})
}
