package edition

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// mostFiles is more papers than a call needs: the notice, its form, a poster.
const mostFiles = 5

// NewFile is a paper of the call that lies in the store and belongs to nobody yet.
type NewFile struct {
	Taken evidence.Taken
	Name  string
}

// AttachFile adds a paper to the call: the notice as it was signed, or its poster. Of a draft by who plans it, of a
// published call by the head, for it is public at once.
func (b *Book) AttachFile(ctx context.Context, by identity.Actor, id string, n NewFile) error {
	if n.Taken.Mime != "application/pdf" && !strings.HasPrefix(n.Taken.Mime, "image/") {
		return fault.Field("file", "公告文件请传 PDF 或照片")
	}
	return b.papers(ctx, by, id, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		have, err := evidence.Of(ctx, tx, id)
		if err != nil {
			return err
		}
		fileID := uuid.NewSHA1(uuid.MustParse(id), []byte(n.Taken.Digest)).String() // the same file is there once
		for _, a := range have {
			if a.ID == fileID {
				return nil
			}
		}
		if len(have) >= mostFiles {
			return fault.Field("file", "公告文件最多 %d 个，请先删掉一个", mostFiles)
		}
		_, err = evidence.Keep(ctx, tx, w, evidence.New{ID: fileID, Digest: n.Taken.Digest, Size: n.Taken.Size, Mime: n.Taken.Mime, Kind: "call", Owner: "edition",
			OwnerID: id, Place: e.Place, Name: n.Name, At: b.clock.Now()})
		return err
	})
}

// DropFile takes a paper off a draft. What was public stays: a wrong one is answered by adding the right one.
func (b *Book) DropFile(ctx context.Context, by identity.Actor, id, fileID string) error {
	return b.papers(ctx, by, id, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		if e.State != Draft {
			return fault.New(fault.Conflict, "公告已经发布，文件不能再删。有更正，请再传一个")
		}
		a, err := evidence.Get(ctx, tx, fileID)
		if fault.Is(err, fault.NotFound) { // pressed twice
			return nil
		}
		if err == nil && (a.Owner != "edition" || a.OwnerID != id) {
			err = fault.Missing()
		}
		if err != nil {
			return err
		}
		return evidence.Drop(ctx, tx, w, a, b.clock.Now())
	})
}

func (b *Book) papers(ctx context.Context, by identity.Actor, id string, f func(tx pg.Tx, w identity.Warrant, e Edition) error) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		e, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if e.State == Draft && !by.Sees(identity.ReadEditions, e.Place) {
			return fault.Missing()
		}
		may := identity.PlanEditions
		if e.State != Draft {
			may = identity.PublishEditions
		}
		w, err := by.Must(may, e.Place)
		if err != nil {
			return err
		}
		return f(tx, w, e)
	})
}

// MayAttach tells whether the actor may add a paper to the call now.
func MayAttach(by identity.Actor, e Edition) bool {
	switch e.State {
	case Draft:
		return by.Can(identity.PlanEditions, e.Place)
	case Archived, Cancelled:
		return false
	}
	return by.Can(identity.PublishEditions, e.Place)
}

// Files lists the papers of a call. It asks nobody for permission: See has.
func (b *Book) Files(ctx context.Context, id string) ([]evidence.Attachment, error) {
	return evidence.Of(ctx, b.db, id)
}

const openFilesSQL = `select exists (select from edition where id = @id::uuid and state <> 'draft' and exists (select from edition_rules_past where edition_id = id))`

// FilesOpen tells whether anybody may have an edition's papers: from the day the call was published on.
func FilesOpen(ctx context.Context, q pg.Reader, id string) (bool, error) {
	return pg.Value[bool](ctx, q, openFilesSQL, pg.Args{"id": id})
}
