package papers

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// What can be taken out of an edition: a list as a workbook, the contents in the import's own workbook, every 申报书 in one PDF, the files in one zip.
const (
	List  = "list"
	Again = "template"
	Pages = "book"
	Files = "files"
)

// Kinds names what can be taken out.
var Kinds = []edition.Choice{{Code: List, Name: "名单（Excel 表格）"}, {Code: Again, Name: "导入模板格式（Excel，可以再导入别的届次）"}, {Code: Pages, Name: "全部申报书（一个 PDF）"}, {Code: Files, Name: "照片和附件（一个 zip）"}}

// NewExport is what somebody asks for.
type NewExport struct {
	ID     string `form:"id"`
	Kind   string `form:"kind"`
	State  string `form:"state"` // as in the desk's filter, "" for all
	Place  string `form:"place"` // as in the desk's filter, "" for all of one's places
	Phones bool   `form:"phones"`
	Reason string `form:"reason"`
}

// Export is something asked for, and what became of it.
type Export struct {
	ID         string
	EditionID  string
	Place      string
	PersonID   string
	Kind       string
	StateIs    string
	PlaceIs    string
	Sight      []string
	PhoneSight []string // where the full numbers are shown
	Reason     string
	State      string // asked, done, failed, lapsed
	Digest     string
	Size       int64
	Name       string
	RowsN      int
	Trouble    string // why it failed: a sentence
	At         time.Time
	DoneAt     *time.Time
	Version    int
}

// Asked is the fact that somebody wants an export made; the code on its papers leads to Base.
type Asked struct {
	ExportID string `json:"export_id"`
	Base     string `json:"base"`
}

// Kind names the fact.
func (Asked) Kind() string { return "papers.asked" }

// giveUp is how long an export may take before its person may ask for another.
const giveUp = time.Hour

const (
	exportColumns = `id::text, edition_id::text, place::text, person_id::text, kind, state_is, place_is, sight, phone_sight, reason, state, digest, size, name, rows_n, trouble, at, done_at, version`
	exportSQL     = `select ` + exportColumns + ` from paper_export where id = @id::uuid`
	lockExportSQL = `select ` + exportColumns + ` from paper_export where id = @id::uuid for no key update`
	exportsSQL    = `select ` + exportColumns + ` from paper_export where edition_id = @edition::uuid and person_id = @me::uuid order by at desc, id desc limit 20`
	oneAtATimeSQL = `select pg_advisory_xact_lock(hashtextextended('exports of ' || @me, 0)) is not null`
	busySQL       = `select count(*) from paper_export where person_id = @me::uuid and state = 'asked' and id <> @id::uuid`
	askSQL        = `insert into paper_export (id, edition_id, place, person_id, kind, state_is, place_is, sight, phone_sight, reason, at)
  values (@id, @edition, @place::text::ltree, @me, @kind, @state, @at_place, @sight, @phones, @reason, @at) on conflict (id) do nothing`
	madeSQL   = `update paper_export set state = 'done', digest = @digest, size = @size, name = @name, rows_n = @rows, done_at = @at, version = version + 1 where id = @id::uuid`
	failedSQL = `update paper_export set state = 'failed', trouble = @trouble, done_at = @at, version = version + 1 where id = @id::uuid`
	lapsedSQL = `update paper_export set state = 'lapsed', digest = '', version = version + 1 where id = @id::uuid`
)

// MayExport tells whether the actor may take anything out of an edition, and where.
func (b *Book) MayExport(ctx context.Context, by identity.Actor, editionID string) (edition.Edition, []string, error) {
	return reach(ctx, b.db, by, identity.ExportProposals, editionID)
}

// MayImport tells whether the actor may enter papers for an edition, and where.
func (b *Book) MayImport(ctx context.Context, by identity.Actor, editionID string) (edition.Edition, []string, error) {
	return reach(ctx, b.db, by, identity.ImportProposals, editionID)
}

func (n NewExport) check(sight []string) error {
	var wrong fault.Fields
	if !edition.Known(Kinds, n.Kind) {
		wrong.Add("kind", "请从列出的选项里选")
	}
	if n.State != "" && !edition.Known(proposal.States, n.State) {
		wrong.Add("state", "请从列出的选项里选")
	}
	if n.Place != "" && (!place.Valid(n.Place) || !within(n.Place, sight)) {
		wrong.Add("place", "请从列出的选项里选")
	}
	if n.Phones && n.Kind != List && n.Kind != Again {
		wrong.Add("phones", "只有名单和导入模板格式里可以带完整的手机号")
	}
	switch length := len([]rune(n.Reason)); {
	case length == 0 && (n.Phones || n.Kind != List):
		wrong.Add("reason", "这里面有居民的个人信息，请写明拿去做什么。会记下来")
	case length > 100:
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 100, length)
	}
	return wrong.Err()
}

// Ask has an export made, of the actor's own places: one at a time for each person. It is told when it is ready. The
// same form twice is one export.
func (b *Book) Ask(ctx context.Context, by identity.Actor, editionID string, n NewExport, base string) error {
	e, sight, err := reach(ctx, b.db, by, identity.ExportProposals, editionID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.ExportProposals, sight[0])
	if err != nil {
		return err
	}
	if err := n.check(sight); err != nil {
		return err
	}
	phones := []string{}
	if n.Phones {
		if phones = by.Sight(identity.RevealPhone); len(phones) == 0 {
			return fault.Field("phones", "您的账号不能看完整的手机号")
		}
	}
	n.ID = formID(n.ID)
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Value[bool](ctx, tx, oneAtATimeSQL, pg.Args{"me": by.ID}); err != nil {
			return err
		}
		if busy, err := pg.Value[int](ctx, tx, busySQL, pg.Args{"me": by.ID, "id": n.ID}); err != nil || busy > 0 {
			if err == nil {
				err = fault.New(fault.Conflict, "您要的上一份还在准备，好了再要下一份")
			}
			return err
		}
		rows, err := pg.Do(ctx, tx, askSQL, pg.Args{"id": n.ID, "edition": e.ID, "place": sight[0], "me": by.ID, "kind": n.Kind, "state": n.State, "at_place": n.Place,
			"sight": sight, "phones": phones, "reason": n.Reason, "at": now})
		if err != nil || rows == 0 {
			return err
		}
		if err := outbox.Put(ctx, tx, now, Asked{n.ID, base}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "paper_export", ID: n.ID, Version: 1, Action: "ask", To: "asked", Place: sight[0], Reason: n.Reason,
			Data: map[string]any{"kind": n.Kind, "state": n.State, "place": n.Place, "phones": n.Phones, "edition": e.ID}, At: now})
	})
}

// Exports lists what the actor has asked for of an edition, newest first.
func (b *Book) Exports(ctx context.Context, by identity.Actor, editionID string) ([]Export, error) {
	return pg.All[Export](ctx, b.db, exportsSQL, pg.Args{"edition": editionID, "me": by.ID})
}

// Fetch opens a finished export for who asked for it, as long as they may still see everything in it. Every time is
// recorded.
func (b *Book) Fetch(ctx context.Context, by identity.Actor, id string) (evidence.Content, error) {
	x, err := pg.One[Export](ctx, b.db, exportSQL, pg.Args{"id": id})
	if err != nil {
		return evidence.Content{}, err
	}
	now := by.Sight(identity.ExportProposals)
	if x.PersonID != by.ID || len(now) == 0 {
		return evidence.Content{}, fault.Missing()
	}
	reveals := by.Sight(identity.RevealPhone)
	for _, at := range x.Sight {
		if !within(at, now) || len(x.PhoneSight) > 0 && !within(at, reveals) {
			return evidence.Content{}, fault.Missing()
		}
	}
	if x.State != "done" {
		return evidence.Content{}, fault.New(fault.Conflict, "这份文件还没有准备好，或者已经过期。过期的请再要一次")
	}
	w, err := by.Must(identity.ExportProposals, x.Place)
	if err != nil {
		return evidence.Content{}, err
	}
	r, err := b.store.Open(ctx, x.Digest)
	if err != nil {
		return evidence.Content{}, err
	}
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		return audit.Record(ctx, tx, w, audit.Event{Entity: "paper_export", ID: x.ID, Action: "fetch", Place: x.Place, Reason: x.Reason, At: b.clock.Now()})
	})
	if err != nil {
		_ = r.Close()
		return evidence.Content{}, err
	}
	return evidence.Content{Reader: r, Mime: mimes[x.Kind], Name: x.Name}, nil
}

const workbookMime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

var mimes = map[string]string{List: workbookMime, Again: workbookMime, Pages: "application/pdf", Files: "application/zip"}

// Make makes what was asked for: the slow part here, the mark that it is done in the function it gives. Making it twice
// changes nothing.
func (b *Book) Make(ctx context.Context, f Asked) (func(ctx context.Context, tx pg.Tx) error, error) {
	nothing := func(context.Context, pg.Tx) error { return nil }
	x, err := pg.One[Export](ctx, b.db, exportSQL, pg.Args{"id": f.ExportID})
	if fault.Is(err, fault.NotFound) || err == nil && x.State != "asked" {
		return nothing, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := edition.Get(ctx, b.db, x.EditionID)
	if err != nil {
		return nil, err
	}
	made, err := b.build(ctx, x, e, f.Base)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx pg.Tx) error {
		x, err := pg.One[Export](ctx, tx, lockExportSQL, pg.Args{"id": x.ID})
		if err != nil || x.State != "asked" {
			return err
		}
		return b.made(ctx, tx, x, made)
	}, nil
}

// product is a finished export.
type product struct {
	name   string
	digest string
	size   int64
	rows   int
	people []string // whose full numbers are in it
}

func (b *Book) made(ctx context.Context, tx pg.Tx, x Export, m product) error {
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, madeSQL, pg.Args{"id": x.ID, "digest": m.digest, "size": m.size, "name": m.name, "rows": m.rows, "at": now}); err != nil {
		return err
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N00", To: []string{x.PersonID}, Text: fault.Say("您要的文件准备好了，一天之内可以下载"),
		Link: "/desk/editions/" + x.EditionID + "/papers", Key: x.ID, At: now}); err != nil {
		return err
	}
	return b.moved(ctx, tx, x, "make", "done", map[string]any{"digest": m.digest, "size": m.size, "rows": m.rows, "phones": m.people})
}

// moved records a move that the house made by itself.
func (b *Book) moved(ctx context.Context, tx pg.Tx, x Export, action, to string, data any) error {
	w, err := identity.House().Must(identity.KeepCalendar, x.Place)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "paper_export", ID: x.ID, Version: x.Version + 1, Action: action, From: x.State, To: to, Place: x.Place, Reason: x.Reason,
		Data: data, At: b.clock.Now()})
}
