package papers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"seedbed/domain/assist"
	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// The states of an import: read without a fault, read with faults, entered, too old to be entered.
const (
	Checked = "checked"
	Faulty  = "faulty"
	Done    = "done"
	Lapsed  = "lapsed"
)

// MaxWorkbook is the largest workbook taken, in bytes.
const MaxWorkbook = 8 << 20

// keepFor is how long a workbook, and what was made for somebody to fetch, is kept: the sweep takes what nobody owns
// after a day.
const keepFor = 23 * time.Hour

// NewImport is what comes with a workbook.
type NewImport struct {
	ID     string `form:"id"`
	Reason string `form:"reason"` // why it is entered for the leads
}

// File is a file as it was sent.
type File struct {
	Name string
	Body io.Reader
}

// Import is a workbook with what became of it.
type Import struct {
	ID        string
	EditionID string
	Place     string
	PersonID  string
	Workbook  string // digest
	Scans     string // digest, "" for none
	Name      string
	Kind      string
	Reason    string
	Sight     []string
	State     string
	RowsN     int
	Faults    []Fault
	At        time.Time
	DoneAt    *time.Time
	Version   int
}

// EnteredRow is a proposal that an import made.
type EnteredRow struct {
	Seq        string
	ProposalID string
	Title      string
	Lead       string
	PlaceName  string
	State      string
	HasPaper   bool
	Until      *time.Time // a paper of the grace list: when it has to be handed in
}

// Preview is what a checked workbook would make.
type Preview struct {
	Seq   string
	Title string
	Lead  string
	Place string
	Asks  string // the sum applied for
	Gaps  int    // what the paper still lacks for being handed in
	Scans int
	Late  bool // typed after the call has closed, through the grace list
}

const (
	importColumns = `id::text, edition_id::text, place::text, person_id::text, workbook, scans, name, kind, reason, sight, state, rows_n, faults, at, done_at, version`
	importSQL     = `select ` + importColumns + ` from proposal_import where id = @id::uuid`
	lockImportSQL = `select ` + importColumns + ` from proposal_import where id = @id::uuid for no key update`
	importsSQL    = `select ` + importColumns + ` from proposal_import where edition_id = @edition::uuid and person_id = @me::uuid order by at desc, id desc limit 20`
	doneSQL       = `select id::text from proposal_import where edition_id = @edition::uuid and workbook = @workbook and state = 'done'`
	addImportSQL  = `insert into proposal_import (id, edition_id, place, person_id, workbook, scans, name, kind, reason, sight, state, rows_n, faults, at)
  values (@id, @edition, @place::text::ltree, @me, @workbook, @scans, @name, @kind, @reason, @sight, @state, @rows, @faults, @at) on conflict (id) do nothing`
	recentSQL     = `select count(*) from proposal_import where person_id = @me::uuid and at > @since`
	importDoneSQL = `update proposal_import set state = 'done', done_at = @at, version = version + 1 where id = @id::uuid`
	addRowSQL     = `insert into proposal_import_row (import_id, seq, proposal_id, received_at) values (@import, @seq, @proposal, @received)`
	rowsSQL       = `select r.seq, p.id::text as proposal_id, p.title, l.name as lead, pl.name as place_name, p.state, p.acting_paper is not null as has_paper,
  case when exists (select from grace g where g.entry_id = p.id and g.state = 'listed') then @until::timestamptz end as until
  from proposal_import_row r join proposal p on p.id = r.proposal_id join person l on l.id = p.lead_id join place pl on pl.path = p.place
  where r.import_id = @id::uuid order by length(r.seq), r.seq`
)

// Upload reads a workbook and tells what is wrong with it, without entering anything (a dry run). scans may have no
// Body. The same form twice is one upload.
func (b *Book) Upload(ctx context.Context, by identity.Actor, editionID string, n NewImport, file, scans File) (Import, error) {
	e, sight, err := reach(ctx, b.db, by, identity.ImportProposals, editionID)
	if err != nil {
		return Import{}, err
	}
	w, err := by.Must(identity.ImportProposals, sight[0])
	if err != nil {
		return Import{}, err
	}
	if err := n.check(file); err != nil {
		return Import{}, err
	}
	body, err := io.ReadAll(io.LimitReader(file.Body, MaxWorkbook+1))
	if err != nil {
		return Import{}, err
	}
	if len(body) > MaxWorkbook {
		return Import{}, fault.Field("workbook", "这个文件太大了，最多 %d MB。请分成几个文件", MaxWorkbook>>20)
	}
	i := Import{ID: formID(n.ID), EditionID: e.ID, Place: sight[0], PersonID: by.ID, Name: file.Name, Reason: n.Reason, Sight: sight, State: Checked, At: b.clock.Now(), Version: 1, Kind: "csv"}
	if sheet.Packed(body) {
		i.Kind = "xlsx"
	}
	if err := b.often(ctx, by); err != nil {
		return i, err
	}
	select {
	case b.gate <- struct{}{}:
		defer func() { <-b.gate }()
	case <-ctx.Done():
		return i, fault.Wrap(ctx.Err(), fault.Busy, "系统现在有点忙，请过一会儿再试一次")
	}
	pages, err := opened(i.Kind, body)
	if err != nil {
		return i, inField("workbook", err)
	}
	folder, err := io.ReadAll(io.LimitReader(orNothing(scans.Body), 64<<20))
	if err != nil {
		return i, err
	}
	r, err := b.dryRun(ctx, by, e, sight, pages)
	if err != nil {
		return i, err
	}
	if len(folder) > 0 {
		if err := b.tried(ctx, r, folder); err != nil {
			return i, err
		}
	} else {
		r.stamps(nil)
		r.sort()
	}
	if i.RowsN, i.Faults = len(r.entries), r.faults; len(r.faults) > 0 {
		i.State = Faulty
	}
	return i, b.keep(ctx, w, &i, body, folder)
}

// mostUploads is how many workbooks one person may have checked in an hour: it reads who has which number.
const mostUploads = 40

func (b *Book) often(ctx context.Context, by identity.Actor) error {
	n, err := pg.Value[int](ctx, b.db, recentSQL, pg.Args{"me": by.ID, "since": b.clock.Now().Add(-time.Hour)})
	if err == nil && n >= mostUploads {
		err = fault.Field("workbook", "一小时里传得太多了，请过一会儿再传")
	}
	return err
}

func (n NewImport) check(file File) error {
	var wrong fault.Fields
	if file.Body == nil {
		wrong.Add("workbook", "请选择填好的表格文件")
	}
	switch length := len([]rune(n.Reason)); {
	case length == 0:
		wrong.Add("reason", "请写明为什么由您代录，例如：老人没有手机，交的是纸")
	case length > 100:
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 100, length)
	}
	return wrong.Err()
}

func orNothing(r io.Reader) io.Reader {
	if r == nil {
		return bytes.NewReader(nil)
	}
	return r
}

func opened(kind string, body []byte) ([]sheet.Page, error) {
	if kind == "xlsx" {
		return sheet.Read(body)
	}
	p, err := sheet.ReadCSV(body)
	return []sheet.Page{p}, err
}

// inField puts an Invalid fault beside the field it is about.
func inField(name string, err error) error {
	if fault.Is(err, fault.Invalid) && fault.InFields(err) == nil {
		m := fault.MessageOf(err)
		return fault.Field(name, m.Text, m.Args...)
	}
	return err
}

// keep stores the files and the row about them.
func (b *Book) keep(ctx context.Context, w identity.Warrant, i *Import, body, folder []byte) error {
	stored, err := b.store.Put(ctx, bytes.NewReader(body), MaxWorkbook)
	if err != nil {
		return err
	}
	i.Workbook = stored.Digest
	if len(folder) > 0 {
		if stored, err = b.store.Put(ctx, bytes.NewReader(folder), 64<<20); err != nil {
			return err
		}
		i.Scans = stored.Digest
	}
	if have, err := pg.Values[string](ctx, b.db, doneSQL, pg.Args{"edition": i.EditionID, "workbook": i.Workbook}); err != nil || len(have) > 0 {
		if err == nil {
			err = fault.Field("workbook", "这个文件已经导入过了，不会再导入一遍")
		}
		return err
	}
	faults := i.Faults
	if faults == nil {
		faults = []Fault{}
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		rows, err := pg.Do(ctx, tx, addImportSQL, pg.Args{"id": i.ID, "edition": i.EditionID, "place": i.Place, "me": w.By.ID, "workbook": i.Workbook, "scans": i.Scans,
			"name": i.Name, "kind": i.Kind, "reason": i.Reason, "sight": i.Sight, "state": i.State, "rows": i.RowsN, "faults": faults, "at": i.At})
		if err != nil || rows == 0 {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_import", ID: i.ID, Version: 1, Action: "upload", To: i.State, Place: i.Place, Reason: i.Reason,
			Data: map[string]any{"workbook": i.Workbook, "scans": i.Scans, "rows": i.RowsN, "faults": len(i.Faults)}, At: i.At})
	})
}

// Import of one's own: for anybody else it is not there.
func (b *Book) own(ctx context.Context, q pg.Reader, sql string, by identity.Actor, id string) (Import, error) {
	i, err := pg.One[Import](ctx, q, sql, pg.Args{"id": id})
	if err == nil && (i.PersonID != by.ID || !by.Sees(identity.ImportProposals, i.Place)) {
		err = fault.Missing()
	}
	return i, err
}

// See is an upload of the actor's own, with the proposals it made or would make.
func (b *Book) See(ctx context.Context, by identity.Actor, id string) (Import, []EnteredRow, []Preview, error) {
	i, err := b.own(ctx, b.db, importSQL, by, id)
	if err != nil {
		return i, nil, nil, err
	}
	if i.State == Checked {
		r, found, err := b.again(ctx, by, i)
		if fault.Is(err, fault.NotFound) { // swept: it was too old
			i.State = Lapsed
			return i, nil, nil, nil
		}
		if err != nil {
			return i, nil, nil, err
		}
		return i, nil, r.preview(found), nil
	}
	until, err := assist.GraceUntil(ctx, b.db, i.EditionID)
	if err != nil {
		return i, nil, nil, err
	}
	rows, err := pg.All[EnteredRow](ctx, b.db, rowsSQL, pg.Args{"id": id, "until": until})
	return i, rows, nil, err
}

// preview lists what would be entered.
func (r *reading) preview(found map[string][]scan) []Preview {
	list := make([]Preview, len(r.entries))
	for k, n := range r.entries {
		asks := max(proposal.Total(n.Draft.Lines)-n.Draft.OwnFen, 0)
		list[k] = Preview{Seq: n.Seq, Title: n.Draft.Title, Lead: n.Lead, Place: n.Place, Asks: asks.Show(), Gaps: len(proposal.EntryGaps(r.edition, n.Entry)), Scans: len(found[n.Seq]), Late: n.late}
	}
	return list
}

// Imports lists the actor's own uploads for an edition, newest first.
func (b *Book) Imports(ctx context.Context, by identity.Actor, editionID string) ([]Import, error) {
	return pg.All[Import](ctx, b.db, importsSQL, pg.Args{"edition": editionID, "me": by.ID})
}

// again reads an upload anew from the store.
func (b *Book) again(ctx context.Context, by identity.Actor, i Import) (*reading, map[string][]scan, error) {
	pages, err := b.pages(ctx, i)
	if err != nil {
		return nil, nil, err
	}
	e, err := edition.Get(ctx, b.db, i.EditionID)
	if err != nil {
		return nil, nil, err
	}
	r, err := b.dryRun(ctx, by, e, i.Sight, pages)
	if err != nil || i.Scans == "" {
		if err == nil {
			r.stamps(nil)
		}
		return r, nil, err
	}
	folder, err := b.fetch(ctx, i.Scans)
	if err != nil {
		return nil, nil, err
	}
	found, err := r.scans(folder)
	return r, found, err
}

func (b *Book) pages(ctx context.Context, i Import) ([]sheet.Page, error) {
	body, err := b.fetch(ctx, i.Workbook)
	if err != nil {
		return nil, err
	}
	return opened(i.Kind, body)
}

func (b *Book) fetch(ctx context.Context, digest string) (body []byte, err error) {
	r, err := b.store.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return io.ReadAll(r)
}

// Marked is the workbook as it was sent, with the reasons beside the rows, in the reader's language.
func (b *Book) Marked(ctx context.Context, by identity.Actor, id string, say func(fault.Message) string) (Printed, error) {
	i, err := b.own(ctx, b.db, importSQL, by, id)
	if err != nil {
		return Printed{}, err
	}
	if i.State != Faulty {
		return Printed{}, fault.Missing()
	}
	pages, err := b.pages(ctx, i)
	if err != nil {
		return Printed{}, err
	}
	body, err := marked(pages, i.Faults, say)
	name := strings.TrimSuffix(strings.TrimSuffix(i.Name, ".xlsx"), ".csv")
	return Printed{Name: safeName(name) + "-" + reasons + ".xlsx", Body: body}, err
}
