package papers

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// filled is a workbook like the template, with rows of one's own: by sheet, each row by its columns.
func filled(t *testing.T, rows map[string][]map[string]any) []byte {
	t.Helper()
	var out bytes.Buffer
	err := sheet.Write(&out, workbook([]string{"电厂社区"}, func(tb tab, put func(...any) error) error {
		for _, r := range rows[tb.name] {
			var fields []any
			for _, c := range tb.columns {
				fields = append(fields, r[c.head])
			}
			if err := put(fields...); err != nil {
				return err
			}
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// paperOf is a row of the main sheet with everything a proposal needs.
func paperOf(seq, title, lead, phone string) map[string]any {
	r := map[string]any{}
	for k, v := range sampleMain {
		r[k] = v
	}
	for k, v := range map[string]any{"序号": seq, "项目名称": title, "领办人": lead, "手机号": phone, "社区": "电厂社区"} {
		r[k] = v
	}
	return r
}

func twoPapers() map[string][]map[string]any {
	return map[string][]map[string]any{
		"申报书": {paperOf("例", "例子", "某人", "1"), paperOf("1", "𠮷祥布袋", "周桂兰", "13911110001"), paperOf("2", "楼道灯", "吴大爷", "13911110002")},
		"活动":  {{"序号": "1", "做什么": "缝纫课", "几次": 8, "什么时候": "每周六", "在哪里": "活动室", "每次多少人": 20}, {"序号": 2, "做什么": "换灯泡", "几次": "８", "每次多少人": 3}},
		"预算":  {{"序号": "1", "科目": "活动物资", "买什么、做什么用": "布料", "单价": sheet.Money(40_00), "数量": 40}, {"序号": "2", "科目": "M", "买什么、做什么用": "灯泡", "单价": "¥9.50", "数量": "30"}},
		"成员":  {{"序号": "1", "姓名": "陈秀珍", "手机号": "13911110003", "做什么": "记账员", "会什么": "会记账"}, {"序号": "1", "姓名": "刘师傅", "手机号": 13911110004}},
	}
}

func (w *world) uploaded(by identity.Actor, body []byte, scans []byte) Import {
	w.Helper()
	i, err := w.upload(by, body, scans)
	w.do(err)
	return i
}

func (w *world) upload(by identity.Actor, body, scans []byte) (Import, error) {
	var folder io.Reader
	if scans != nil {
		folder = bytes.NewReader(scans)
	}
	return w.book.Upload(context.Background(), by, w.edition.ID, NewImport{Reason: "老人没有手机，交的是纸"}, File{"申报.xlsx", bytes.NewReader(body)}, File{"扫描.zip", folder})
}

// pixel is the smallest photo there is.
var pixel, _ = base64.StdEncoding.DecodeString("/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=")

func folderOf(t *testing.T, names ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range names {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		body := pixel
		if strings.HasSuffix(name, ".pdf") {
			body = []byte("%PDF-1.4 " + name)
		}
		if _, err := f.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPapersAreEnteredAsDraftsForTheirLeads(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	body := filled(t, twoPapers())
	i := w.uploaded(w.staff, body, folderOf(t, "扫描/1.pdf", "01-2.pdf", "2 吴大爷.pdf"))
	if i.State != Checked || i.RowsN != 2 || len(i.Faults) != 0 {
		t.Fatalf("%+v", i)
	}
	if n := w.count(`select count(*) from proposal`, nil); n != 0 {
		t.Fatalf("a dry run entered %d", n)
	}
	_, _, preview, err := w.book.See(ctx, w.staff, i.ID)
	w.do(err)
	if len(preview) != 2 || preview[0] != (Preview{"1", "𠮷祥布袋", "周桂兰", "电厂社区", "¥1,600", 0, 2, false}) || preview[1].Scans != 1 {
		t.Errorf("the preview says %+v", preview)
	}
	w.do(w.book.Confirm(ctx, w.staff, i.ID, i.Version))
	w.do(w.book.Confirm(ctx, w.staff, i.ID, i.Version)) // pressed twice
	i, rows, _, err := w.book.See(ctx, w.staff, i.ID)
	w.do(err)
	if i.State != Done || len(rows) != 2 || !rows[0].HasPaper || !rows[1].HasPaper {
		t.Fatalf("%+v %+v", i, rows)
	}
	f, err := proposal.Whole(ctx, w.db, rows[0].ProposalID)
	w.do(err)
	if f.State != proposal.Drafted || f.ActingHelper == nil || *f.ActingHelper != w.staff.ID || f.ActingPaper == nil || f.LeadName != "周桂兰" || f.Place != hood || f.HomeState != "confirmed" ||
		f.Requested != 1600_00 || len(f.Declared) != 6 || f.Activities[0].Month != "每周六" || f.StartsOn.Format("2006-01-02") != "2026-07-20" || !slices.Equal(f.Affected, []string{"elders", "all"}) {
		t.Errorf("entered as %+v", f)
	}
	if len(f.Members) != 3 || f.Members[1].State != "invited" || f.Members[1].Role != "treasurer" || f.Members[2].PhoneTail != "0004" {
		t.Errorf("its team is %+v", f.Members)
	}
	if n := w.count(`select count(*) from notice where person_id = @lead::uuid and code = 'N33'`, pg.Args{"lead": f.LeadID}); n != 1 {
		t.Errorf("the lead was told %d times", n)
	}
	if n := w.count(`select count(*) from attachment where owner_id = @id::uuid and kind = 'paper'`, pg.Args{"id": f.ID}); n != 2 {
		t.Errorf("%d pages are kept", n)
	}
	if i, err := w.upload(w.staff, body, nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same file a second time: %+v %v", i, err)
	}
	if _, broken, err := audit.Verify(ctx, w.db); err != nil || len(broken) > 0 {
		t.Errorf("the trail: %v %v", broken, err)
	}
}

// Nobody submits what has no signed paper; who entered it adds it, and nobody else.
func TestAnEntryWaitsForItsSignedPaper(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	i := w.uploaded(w.staff, filled(t, twoPapers()), nil)
	w.do(w.book.Confirm(ctx, w.staff, i.ID, 1))
	_, rows, _, err := w.book.See(ctx, w.staff, i.ID)
	w.do(err)
	f, err := proposal.Whole(ctx, w.db, rows[0].ProposalID)
	w.do(err)
	if gaps := f.Gaps(); !slices.ContainsFunc(gaps, func(g proposal.Gap) bool { return g.Field == "paper" }) {
		t.Errorf("no gap for the paper: %+v", gaps)
	}
	if err := w.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, `update proposal set state = 'submitted', version = version + 1 where id = @id::uuid`, pg.Args{"id": f.ID})
		return err
	}); pg.Constraint(err) != "proposal_helped_on_paper" {
		t.Errorf("the database lets it through: %v", err)
	}
	taken, err := w.book.take(ctx, scanOf(t, "1.pdf"))
	w.do(err)
	if err := w.book.AddPaper(ctx, w.street, f.ID, Scanned{}, taken, "x.pdf"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a colleague adds it: %v", err)
	}
	once := Scanned{ID: newID()}
	w.do(w.book.AddPaper(ctx, w.staff, f.ID, once, taken, "../签字\u202e.pdf"))
	w.do(w.book.AddPaper(ctx, w.staff, f.ID, once, taken, "x.pdf"))
	f, err = proposal.Whole(ctx, w.db, f.ID)
	w.do(err)
	if f.ActingPaper == nil || *f.ActingPaper != once.ID || slices.ContainsFunc(f.Gaps(), func(g proposal.Gap) bool { return g.Field == "paper" }) {
		t.Errorf("the paper is not named: %+v", f.Gaps())
	}
	if n := w.count(`select count(*) from attachment where owner_id = @id::uuid`, pg.Args{"id": f.ID}); n != 1 {
		t.Errorf("%d pages", n)
	}
}

func scanOf(t *testing.T, name string) scan {
	t.Helper()
	data := folderOf(t, name)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return scan{name, z.File[0]}
}

func TestEveryKindOfWrongRowIsNamed(t *testing.T) {
	w := newWorld(t)
	w.enlist("真名字", hood)
	named := phoneOf(w.people)
	w.enlist("住别处", "jz.wuhan.xiyuan")
	elsewhere := phoneOf(w.people)
	lead := w.enlist("有草稿", hood)
	drafting := phoneOf(w.people)
	_, err := w.proposals.Start(context.Background(), lead, w.edition.ID, proposal.Beginning{})
	w.do(err)
	with := func(seq string, change map[string]any) map[string]any {
		r := paperOf(seq, "项目"+seq, "某人"+seq, "1392222"+fmt.Sprintf("%04s", seq))
		for k, v := range change {
			r[k] = v
		}
		return r
	}
	rows := map[string][]map[string]any{
		"申报书": {
			with("1", map[string]any{"项目名称": nil}), with("2", map[string]any{"手机号": "12345"}), with("3", map[string]any{"社区": "火星社区"}),
			with("4", map[string]any{"类别": nil, "项目类别": "乱写"}), with("5", map[string]any{"开始日期": "下个月"}), with("6", map[string]any{"活动场次": "很多"}),
			with("7", map[string]any{"自己出的钱": "一百"}), with("8", map[string]any{"一句话介绍": strings.Repeat("长", 61)}), with("9", map[string]any{"领办人": "假名字", "手机号": named}),
			with("10", map[string]any{"领办人": "住别处", "手机号": elsewhere}), with("11", map[string]any{"领办人": "有草稿", "手机号": drafting}), with("1", nil),
			with("12", map[string]any{"手机号": "13922220013"}), with("13", nil), with("14", map[string]any{"收件时间": "2030-01-01 10:00"}), with("15", map[string]any{"满意度": 900}),
			with("16", map[string]any{"谁会受益": "老年人、外星人"}), with("17", map[string]any{"收件时间": "2026-07-01 09:00"}), with("18", map[string]any{"收件时间": "2026-05-01 09:00"}),
		},
		"活动": {{"序号": "99", "做什么": "x"}, {"序号": "2", "做什么": nil, "几次": 1}, {"序号": "2", "做什么": "x", "几次": -5}},
		"预算": {{"序号": "2", "科目": "礼品", "买什么、做什么用": "x"}, {"序号": "2", "科目": "活动物资", "买什么、做什么用": "x", "单价": "3.333"}},
		"成员": {{"序号": "2", "姓名": "甲", "手机号": "13911119999"}, {"序号": "2", "姓名": "乙", "手机号": "139-1111-9999"}, {"序号": "2", "姓名": "丙", "手机号": "1391111"}},
	}
	i := w.uploaded(w.staff, filled(t, rows), folderOf(t, "封面.pdf", "77.pdf", "2.pdf"))
	if i.State != Faulty {
		t.Fatal("all of it passed")
	}
	var got []string
	for _, f := range i.Faults {
		got = append(got, fmt.Sprintf("%s/%d/%s: %s", f.Sheet, f.Row, f.Column, f.Message()))
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"申报书/2/项目名称: 这一格要填", "申报书/3/手机号: 手机号应该是 11 位，现在是 5 位", "申报书/4/社区: 您负责的地方没有这个社区", "申报书/5/项目类别: 没有「乱写」这个选项",
		"申报书/6/开始日期: 日期看不懂", "申报书/7/活动场次: 请填写整数", "申报书/8/自己出的钱: 请填写金额", "申报书/9/一句话介绍: 最多 60 个字，现在是 61 个字", "申报书/10/领办人: 这个手机号登记的是别的姓名",
		"申报书/11/社区: 这位居民登记的是别的社区", "申报书/12/领办人: 他在这一届已经有一份没有提交的草稿", "申报书/13/序号: 序号和第 2 行重复了", "申报书/15/手机号: 手机号和第 14 行一样",
		"申报书/16/收件时间: 过了截止时间", "申报书/17/满意度: 请填写 0 到 100 之间的数", "申报书/18/谁会受益: 没有「外星人」这个选项", "申报书/19/收件时间: 过了截止时间", "申报书/20/收件时间: 收件时间比这一届开始申报还早",
		"活动/2/序号: 「申报书」表里没有这个序号", "活动/3/做什么: 这一格要填", "活动/4/几次: 请填写 0 到 1000 之间的数", "预算/2/科目: 没有「礼品」这个选项", "预算/3/单价: 请填写金额",
		"成员/3/手机号: 这个号码已经在团队名单里了", "成员/4/手机号: 手机号应该是 11 位", "扫描件/0/: 文件名要以序号开头", "扫描件/0/: 「申报书」表里没有这个序号"} {
		if !strings.Contains(all, want) {
			t.Errorf("not told: %s", want)
		}
	}
	if t.Failed() {
		t.Log("\n" + all)
	}
	if strings.Contains(all, "真名字") {
		t.Error("whose number it is was told")
	}
	if err := w.book.Confirm(context.Background(), w.staff, i.ID, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("it is entered all the same: %v", err)
	}
	back, err := w.book.Marked(context.Background(), w.staff, i.ID, func(m fault.Message) string { return m.String() })
	w.do(err)
	pages, err := sheet.Read(back.Body)
	w.do(err)
	main := pages[0].Rows
	last := len(main[0]) - 1
	if main[0][last] != "原因" || !strings.Contains(main[1][last], "「项目名称」这一格要填") || main[2][2] != "某人2" {
		t.Errorf("the workbook comes back as %q", main[:3])
	}
	if again := w.uploaded(w.staff, back.Body, nil); len(again.Faults) < 20 || slices.ContainsFunc(again.Faults, func(f Fault) bool { return f.Row == 1 }) {
		t.Errorf("sent back unmended it reads differently: %d faults", len(again.Faults))
	}
}

func TestWrongSheetsAndColumnsAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		pages []sheet.Page
		want  string
	}{
		"no main sheet":  {[]sheet.Page{{Name: "活动", Rows: [][]string{{"序号"}}}, {Name: "说明"}}, "没有找到「申报书」这张表"},
		"unknown sheet":  {[]sheet.Page{{Name: "申报书", Rows: [][]string{{"序号"}}}, {Name: "我的表", Rows: [][]string{{"x"}}}}, "不认识这张表"},
		"unknown column": {[]sheet.Page{{Name: "申报书", Rows: [][]string{{"序号", "星座"}}}}, "不认识这一列"},
		"column missing": {[]sheet.Page{{Name: "申报书", Rows: [][]string{{"序号", "项目名称"}}}}, "缺少这一列"},
		"column twice":   {[]sheet.Page{{Name: "申报书", Rows: [][]string{{"序号", "姓名", "负责人"}}}}, "这一列有两份"},
		"nothing in it":  {[]sheet.Page{{Name: "申报书", Rows: [][]string{{"序号", "名称", "姓名", "电话", "社区"}, {"例"}}}}, "没有要录的内容"},
	} {
		r := read(c.pages)
		if !slices.ContainsFunc(r.faults, func(f Fault) bool { return strings.Contains(f.Message().String(), c.want) }) {
			t.Errorf("%s: %+v", name, r.faults)
		}
	}
	long := sheet.Page{Name: "申报书", Rows: [][]string{{"序号", "名称", "姓名", "电话", "社区"}}}
	for n := range MostEntries + 1 {
		long.Rows = append(long.Rows, []string{fmt.Sprint(n), "a", "b", fmt.Sprint(n), "c"})
	}
	if r := read([]sheet.Page{long}); len(r.entries) != MostEntries || len(r.faults) == 0 {
		t.Errorf("%d entries, %d faults", len(r.entries), len(r.faults))
	}
}

func TestCSVFromChineseExcel(t *testing.T) {
	w := newWorld(t)
	text := "序号,名称,负责人,电话,社区,单位\n1,旧衣工坊,周桂兰,13911110001,电厂社区\n"
	text = strings.ReplaceAll(text, ",单位", "")
	body, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	w.do(err)
	i := w.uploaded(w.staff, []byte(body), nil)
	if i.Kind != "csv" || i.State != Checked || i.RowsN != 1 {
		t.Fatalf("%+v", i)
	}
	w.do(w.book.Confirm(context.Background(), w.staff, i.ID, 1))
	if n := w.count(`select count(*) from proposal where title = '旧衣工坊'`, nil); n != 1 {
		t.Errorf("%d entered", n)
	}
}

// Nobody enters papers for places that are not theirs, and nobody sees another's upload.
func TestImportKeepsToItsPlaces(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	body := filled(t, twoPapers())
	i := w.uploaded(w.street2, body, nil)
	if i.State != Faulty || !strings.Contains(i.Faults[0].Message().String(), "您负责的地方没有这个社区") {
		t.Errorf("another street's: %+v", i.Faults)
	}
	for name, by := range map[string]identity.Actor{"a resident": w.enlist("居民", hood), "a supervisor": w.watcher, "a visitor": {}} {
		if _, err := w.upload(by, body, nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := w.book.Template(ctx, by, w.edition.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s gets the template: %v", name, err)
		}
	}
	mine := w.uploaded(w.staff, body, nil)
	for _, by := range []identity.Actor{w.district, w.street, w.street2} {
		if _, _, _, err := w.book.See(ctx, by, mine.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s sees it: %v", by.Name, err)
		}
		if err := w.book.Confirm(ctx, by, mine.ID, 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s confirms it: %v", by.Name, err)
		}
	}
	p, err := w.book.Template(ctx, w.street, w.edition.ID)
	w.do(err)
	if pages, err := sheet.Read(p.Body); err != nil || pages[0].Rows[1][4] != "电厂社区" {
		t.Errorf("the template: %v", err)
	}
}

// The template as it comes, with its example made a real row, passes: what we hand out, we take back.
func TestTheTemplateIsTakenBack(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	p, err := w.book.Template(ctx, w.staff, w.edition.ID)
	w.do(err)
	pages, err := sheet.Read(p.Body)
	w.do(err)
	if r := read(pages); len(r.entries) != 0 || len(r.faults) != 1 {
		t.Errorf("the example is taken for a paper: %+v", r.faults)
	}
	for i := range pages {
		if len(pages[i].Rows) > 1 && pages[i].Rows[1][0] == "例" {
			pages[i].Rows[1][0] = "1"
		}
	}
	var body bytes.Buffer
	var tabs []sheet.Tab
	for _, p := range pages {
		tabs = append(tabs, markedTab(p.Name, p, map[int]string{}))
	}
	w.do(sheet.Write(&body, tabs))
	i := w.uploaded(w.staff, body.Bytes(), nil)
	if i.State != Checked {
		t.Errorf("%+v", i.Faults)
	}
}

// One wrong thing at the very end, and nothing is entered.
func TestNothingIsHalfImported(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	i := w.uploaded(w.staff, filled(t, twoPapers()), nil)
	r, _, err := w.book.again(ctx, w.staff, i)
	w.do(err)
	r.entries[1].Draft.Title = strings.Repeat("长", 31)
	if err := w.db.Change(ctx, func(tx pg.Tx) error { return w.book.enter(ctx, tx, w.staff, i, r, nil) }); !fault.Is(err, fault.Invalid) {
		t.Fatalf("it went through: %v", err)
	}
	for _, table := range []string{"proposal", "proposal_import_row", "team", "notice where code = 'N33'", "person where name = '周桂兰'"} {
		if n := w.count(`select count(*) from `+table, nil); n != 0 {
			t.Errorf("%d left in %s", n, table)
		}
	}
}
