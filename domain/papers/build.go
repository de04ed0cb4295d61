package papers

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/proposal"
	"seedbed/storage/objects"
	"seedbed/storage/paper"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// mostExport bounds what an export may weigh, in bytes.
const mostExport = 8 << 30

// The words of the list, the book and the folder, in Chinese as the papers are: words:none.
var (
	listHeads = []sheet.Column{{Head: "编号", Wide: 16, Words: true}, {Head: "项目名称", Wide: 28}, {Head: "状态", Wide: 12}, {Head: "赛道", Wide: 10}, {Head: "项目类别", Wide: 10}, {Head: "七彩服务", Wide: 10},
		{Head: "街道", Wide: 14}, {Head: "社区", Wide: 14}, {Head: "团队", Wide: 16}, {Head: "领办人", Wide: 10}, {Head: "领办人手机号", Wide: 14, Words: true}, {Head: "团队人数", Wide: 8},
		{Head: "总预算（元）", Wide: 14}, {Head: "自己出（元）", Wide: 14}, {Head: "申请金额（元）", Wide: 14}, {Head: "别处来的支持（元）", Wide: 16}, {Head: "收到时间", Wide: 18}, {Head: "第几次提交", Wide: 8}, {Head: "社区意见", Wide: 30},
		{Head: "代录", Wide: 8}, {Head: "内容指纹", Wide: 20, Words: true}}
	listTab       = "申报书名单"
	bookTitle     = "申报书全册"
	contentsTitle = "目录"
	contentsHead  = [4]string{"编号", "项目", "社区", "页"}
	folderTitle   = "申报书附件"
	helped        = "是"
	manifestHead  = []string{"文件", "编号", "项目名称", "是什么", "大小（字节）", "SHA-256", "上传时间", "状态"}
	intact        = "完好"
	damaged       = "缺失或损坏，没有放进来"
	withPhones    = "（含手机号）"
	againTitle    = "导入模板格式"
)

// listed is a row of the list.
type listed struct {
	ID         string
	Number     string
	Title      string
	State      string
	Track      string
	Category   string
	Colour     string
	Place      string
	Street     string
	PlaceName  string
	TeamName   string
	LeadID     string
	LeadName   string
	PhoneTail  string
	MembersN   int
	Total      int64
	OwnFen     int64
	Requested  int64
	Elsewhere  int64
	ReceivedAt time.Time
	Revision   int
	Opinion    string
	Helped     bool
	Digest     string
}

// chosen is which proposals an export is about: those handed in, of the edition, within sight, as the filter says.
const chosen = ` where p.edition_id = @edition::uuid and p.submitted_at is not null and p.place <@ any(@sight::text[]::ltree[])
  and (@state = '' or p.state = @state) and (@place = '' or p.place <@ nullif(@place, '')::text::ltree)`

const (
	listSQL = `select p.id::text, coalesce(p.number, '') as number, p.title, p.state, p.track, p.category, p.colour, p.place::text, coalesce(st.name, '') as street, pl.name as place_name,
  t.name as team_name, l.id::text as lead_id, l.name as lead_name, l.phone_tail,
  (select count(*) from team_member m where m.team_id = t.id and m.state = 'accepted')::int as members_n,
  (select coalesce(sum(b.amount), 0) from proposal_line b where b.proposal_id = p.id)::bigint as total, p.own_fen, p.requested,
  (select coalesce(sum(o.amount), 0) from proposal_funding o where o.proposal_id = p.id)::bigint as elsewhere, p.submitted_at as received_at, p.revision,
  p.opinion, p.acting_helper is not null as helped, p.digest
  from proposal p join team t on t.id = p.team_id join person l on l.id = p.lead_id join place pl on pl.path = p.place left join place st on st.path = subpath(p.place, 0, least(2, nlevel(p.place)))` +
		chosen + ` order by p.number, p.id`
	idsSQL   = `select p.id::text from proposal p` + chosen + ` order by p.number, p.id`
	filesSQL = `select a.id::text, a.digest, a.size, a.mime, a.kind, a.name, a.uploaded_at, coalesce(p.number, '') as number, p.title
  from proposal p join attachment a on a.owner = 'proposal' and a.owner_id = p.id` + chosen + ` and a.state not in ('hidden','purged') order by p.number, p.id, a.uploaded_at, a.id`
)

func (x Export) args() pg.Args {
	return pg.Args{"edition": x.EditionID, "sight": x.Sight, "state": x.StateIs, "place": x.PlaceIs}
}

// build makes an export and puts it into the store as it grows: nothing of it is held whole.
func (b *Book) build(ctx context.Context, x Export, e edition.Edition, base string) (product, error) {
	var m product
	name := safeName(e.Title) + "-"
	write := map[string]func(io.Writer) error{
		List:  func(w io.Writer) error { return b.list(ctx, w, x, &m) },
		Again: func(w io.Writer) error { return b.template(ctx, w, x, &m) },
		Pages: func(w io.Writer) error { return b.all(ctx, w, x, e, base, &m) },
		Files: func(w io.Writer) error { return b.folder(ctx, w, x, &m) },
	}[x.Kind]
	m.name = name + map[string]string{List: listTab + ".xlsx", Again: againTitle + ".xlsx", Pages: bookTitle + ".pdf", Files: folderTitle + ".zip"}[x.Kind]
	if len(x.PhoneSight) > 0 { // a workbook
		m.name = strings.TrimSuffix(m.name, ".xlsx") + withPhones + ".xlsx"
	}
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.CloseWithError(write(w))
	}()
	stored, err := b.store.Put(ctx, r, mostExport)
	_ = r.CloseWithError(errors.New("nobody reads on")) // ends the writer, should the store have given up before it
	<-done
	m.digest, m.size = stored.Digest, stored.Size
	return m, err
}

// list writes the workbook of the list. Telephone numbers are masked, except where full ones were asked for.
func (b *Book) list(ctx context.Context, w io.Writer, x Export, m *product) error {
	var rows []listed
	err := b.db.Snapshot(ctx, func(q pg.Reader) (err error) {
		rows, err = pg.All[listed](ctx, q, listSQL, x.args())
		return err
	})
	if err != nil {
		return err
	}
	var open []string
	for _, r := range rows {
		if within(r.Place, x.PhoneSight) {
			open = append(open, r.LeadID)
		}
	}
	phones, err := b.accounts.Phones(ctx, b.db, open)
	if err != nil {
		return err
	}
	m.rows, m.people = len(rows), open
	return sheet.Write(w, []sheet.Tab{{Name: listTab, Columns: listHeads, Rows: func(put func(...any) error) error {
		for _, r := range rows {
			phone := "*******" + r.PhoneTail
			if full, ok := phones[r.LeadID]; ok && within(r.Place, x.PhoneSight) {
				phone = full
			}
			acted := ""
			if r.Helped {
				acted = helped
			}
			if err := put(r.Number, r.Title, edition.NameOf(proposal.States, r.State), edition.NameOf(edition.Tracks, r.Track), edition.NameOf(edition.Categories, r.Category),
				edition.NameOf(proposal.Colours, r.Colour), r.Street, r.PlaceName, r.TeamName, r.LeadName, phone, r.MembersN, sheet.Money(r.Total), sheet.Money(r.OwnFen),
				sheet.Money(r.Requested), sheet.Money(r.Elsewhere), r.ReceivedAt.In(clock.Shanghai), r.Revision, r.Opinion, acted, r.Digest); err != nil {
				return err
			}
		}
		return nil
	}}})
}

// all writes every 申报书 as one book with its contents in front. One that cannot be printed has a page that says why: a
// single rare character does not keep the others from the reader.
func (b *Book) all(ctx context.Context, w io.Writer, x Export, e edition.Edition, base string, m *product) error {
	fonts, err := b.fonts()
	if err != nil {
		return err
	}
	ids, err := pg.Values[string](ctx, b.db, idsSQL, x.args())
	if err != nil {
		return err
	}
	now := b.clock.Now()
	book := paper.Begin(w, fonts, paper.Info{Title: e.Title + " " + bookTitle, Lang: "zh-CN", At: now})
	entries := make([]paper.Entry, 0, len(ids))
	for _, id := range ids {
		f, err := proposal.Whole(ctx, b.db, id)
		if err != nil {
			return err
		}
		f, r, sealed, err := proposal.AsHandedIn(ctx, b.db, f)
		if err != nil {
			return err
		}
		s := form(fonts, f, r, sealed, base, now)
		first := book.First()
		s.Number = func(page, _ int) string { return fmt.Sprintf(pageIs, first+page-1) } // through the whole book
		entry := paper.Entry{Number: f.Number, Text: named(f), Note: f.PlaceName, Page: first}
		if missing, ok := errors.AsType[paper.Missing](s.Close()); ok {
			s, entry.Text = refused(fonts, f, missing), f.Number
			s.Name = f.Number
		}
		if err := book.Add(s); err != nil {
			return err
		}
		entries = append(entries, entry)
	}
	front := paper.NewSection(fonts)
	front.Left = e.Title
	front.Title(e.Title + " " + bookTitle)
	front.Heading(contentsTitle)
	m.rows = len(ids)
	if err := book.Contents(front, contentsHead, entries); err != nil {
		return err
	}
	return book.End()
}

// refused is the page that stands for a form that cannot be printed.
func refused(fonts *paper.Fonts, f proposal.Full, missing paper.Missing) *paper.Section {
	s := paper.NewSection(fonts)
	s.Right = f.Number
	s.Title(formTitle)
	s.Caption(fmt.Sprintf(numberIs, f.Number))
	s.Paragraph(fmt.Sprintf(unprintable, missing.Char))
	return s
}

type filed struct {
	ID         string
	Digest     string
	Size       int64
	Mime       string
	Kind       string
	Name       string
	UploadedAt time.Time
	Number     string
	Title      string
}

// folder writes the files of the proposals as a zip, one after the other, and a list of them with their digests. A file
// that is gone or damaged is in the list and not in the zip.
func (b *Book) folder(ctx context.Context, w io.Writer, x Export, m *product) error {
	z := zip.NewWriter(w)
	manifest := [][]string{manifestHead}
	files, err := pg.All[filed](ctx, b.db, filesSQL, x.args())
	if err != nil {
		return err
	}
	last, n := "", 0
	for _, f := range files {
		folder := safeName(f.Number + "-" + f.Title)
		if n++; folder != last {
			last, n = folder, 1
		}
		name := folder + "/" + fmt.Sprintf("%02d-", n) + fileLabel(f)
		state := intact
		switch err := b.packed(ctx, z, name, f); {
		case errors.Is(err, errGone):
			state = damaged
		case err != nil:
			return err
		default:
			m.rows++
		}
		manifest = append(manifest, []string{name, f.Number, f.Title, f.Kind, strconv.FormatInt(f.Size, 10), f.Digest, stamp(f.UploadedAt), state})
	}
	out, err := z.Create("manifest.csv")
	if err != nil {
		return err
	}
	if err := sheet.WriteCSV(out, manifest); err != nil {
		return err
	}
	return z.Close()
}

var extensions = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf", "application/zip": ".zip", "text/xml": ".xml", "application/xml": ".xml"}

// fileLabel is what a file is called in the zip: its sender's name where it has one, with the ending of what it is.
func fileLabel(f filed) string {
	end := extensions[f.Mime]
	name := strings.TrimSuffix(f.Name, path.Ext(f.Name))
	if name == "" {
		name = f.Kind
	}
	return safeName(name) + end
}

var errGone = errors.New("a file is gone or damaged")

// packed copies one file into the zip. It is read through once before it is let in, for what has been written to the zip
// cannot be taken back.
func (b *Book) packed(ctx context.Context, z *zip.Writer, name string, f filed) (err error) {
	if err := objects.Verify(ctx, b.store, f.Digest); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return errors.Join(errGone, err)
	}
	r, err := b.store.Open(ctx, f.Digest)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	out, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: f.UploadedAt.In(clock.Shanghai)})
	if err != nil {
		return err
	}
	_, err = io.Copy(out, r)
	return err
}
