package money

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// File is a file that came with a claim's form and lies in the store already.
type File struct {
	evidence.Taken
	Kind string // of FileKinds
	Name string // as the sender's device called it
}

// FileKinds names what the files of a claim show (DOMAIN §10.5).
var FileKinds = []edition.Choice{{Code: "receipt", Name: "发票、票据"}, {Code: "goods", Name: "物品或现场照片"}, {Code: "sheet", Name: "签收表、付款截图"}, {Code: "quote", Name: "三家报价、合同"}}

// mostFiles is how many files one claim takes.
const mostFiles = 40

// Kept is a file of a form that could not be taken yet, carried along so that nobody has to choose it again. Mark proves
// that the very person who carries it had sent it: nobody can claim a file by its digest alone.
type Kept struct {
	Digest string `form:"digest"`
	Size   int    `form:"size"`
	Mime   string `form:"mime"`
	Kind   string `form:"kind"`
	Name   string `form:"name"`
	Mark   string `form:"mark"`
}

func (b *Book) mark(by identity.Actor, k Kept) string {
	return hex.EncodeToString(b.vault.Index("kept claim file", by.ID+"\x00"+k.Digest+"\x00"+strconv.Itoa(k.Size)+"\x00"+k.Mime+"\x00"+k.Kind))
}

// Keep turns the files of a form into what the form carries along when it is shown again.
func (b *Book) Keep(by identity.Actor, n NewClaim) []Kept {
	kept := []Kept{}
	for _, f := range append(b.recovered(by, n.Kept), n.Files...) {
		k := Kept{Digest: f.Digest, Size: int(f.Size), Mime: f.Mime, Kind: f.Kind, Name: f.Name}
		k.Mark = b.mark(by, k)
		kept = append(kept, k)
	}
	return kept
}

func (b *Book) recovered(by identity.Actor, kept []Kept) []File {
	files := []File{}
	for _, k := range kept {
		if k.Digest != "" && k.Mark == b.mark(by, k) {
			files = append(files, File{Taken: evidence.Taken{Digest: k.Digest, Size: int64(k.Size), Mime: k.Mime}, Kind: k.Kind, Name: k.Name})
		}
	}
	return files
}

const (
	lockFilesSQL = `select pg_advisory_xact_lock(hashtextextended(d, 20)) is not null from unnest(@digests::text[]) d`
	// I-M5: the same receipt in another live claim, unless the two say why they share an invoice.
	reusedSQL = `select distinct c.number from attachment t join attachment o on o.digest = t.digest and o.owner = 'claim' and o.owner_id <> t.owner_id and o.kind = 'receipt'
  join claim c on c.id = o.owner_id and c.state not in ('draft','rejected','voided') where t.owner_id = @claim::uuid and t.kind = 'receipt' and not exists (
    select from claim_item m join claim_item x on x.invoice_id = m.invoice_id where m.claim_id = t.owner_id and x.claim_id = c.id and (m.split_reason <> '' or x.split_reason <> '')) order by 1`
)

// keepFiles gives the claim its files and takes off those no longer wanted. A claim that is sent has a receipt, and no
// other live claim has the same.
func (b *Book) keepFiles(ctx context.Context, tx pg.Tx, e entry) error {
	old, err := evidence.Of(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	if err := e.lockFiles(ctx, tx, old); err != nil {
		return err
	}
	receipts, all := 0, 0
	for _, a := range old {
		if slices.Contains(e.Drop, a.ID) {
			if err := evidence.Drop(ctx, tx, e.w, a, e.now); err != nil {
				return err
			}
			continue
		}
		if a.Counts() {
			all++
			receipts += count(a.Kind == "receipt")
		}
	}
	for _, f := range e.Files {
		if !edition.Known(FileKinds, f.Kind) {
			continue
		}
		n := evidence.New{ID: newID(), Digest: f.Digest, Size: f.Size, Mime: f.Mime, Kind: f.Kind, Owner: "claim", OwnerID: e.ID, Place: e.project.Place, Name: f.Name, At: e.now}
		if _, err := evidence.Keep(ctx, tx, e.w, n); err != nil {
			return err
		}
		all++
		receipts += count(f.Kind == "receipt")
	}
	if all > mostFiles {
		return fault.Field("receipt", "一张报销单最多 %d 个文件", mostFiles)
	}
	if !e.send {
		return nil
	}
	if receipts == 0 {
		return fault.Field("receipt", "请拍下发票、票据或签收表，至少传一张")
	}
	reused, err := pg.Values[string](ctx, tx, reusedSQL, pg.Args{"claim": e.ID})
	if err == nil && len(reused) > 0 {
		return fault.Field("receipt", "同一张票据已经在 %s 里交过。如果是误传，请换一张", reused[0])
	}
	return err
}

// lockFiles makes two claims with the same receipt wait for each other, so that the second sees the first.
func (e entry) lockFiles(ctx context.Context, tx pg.Tx, old []evidence.Attachment) error {
	digests := []string{}
	for _, a := range old {
		digests = append(digests, a.Digest)
	}
	for _, f := range e.Files {
		digests = append(digests, f.Digest)
	}
	slices.Sort(digests)
	_, err := pg.Values[bool](ctx, tx, lockFilesSQL, pg.Args{"digests": slices.Compact(digests)})
	return err
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
