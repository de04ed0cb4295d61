package award

import (
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"seedbed/storage/paper/papertest"
)

// tabled are the rows of a workbook's first tab, each by the heads of its columns.
func (h *house) tabled(path string) []map[string]string {
	h.Helper()
	book, err := excelize.OpenReader(strings.NewReader(h.status(h.get(staff, path), 200).text))
	h.must(err)
	rows, err := book.GetRows(book.GetSheetList()[0])
	h.must(err)
	var list []map[string]string
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, cell := range row {
			line[rows[0][i]] = cell
		}
		list = append(list, line)
	}
	return list
}

// printed is the text of a paper, in one line.
func (h *house) printed(who, path string) string {
	h.Helper()
	return strings.ReplaceAll(papertest.Text(h, []byte(h.status(h.get(who, path), 200).text)), "\n", "")
}

// The files that are taken out say what was judged: ranks and scores in the ranking book, who gave what on the sheets, and all
// of it in Chinese that a reader of the file can copy.
func TestBooksAndPapersSayWhatWasJudged(t *testing.T) {
	h := newHouse(t)
	at := "/desk/editions/" + call + "/"
	h.status(h.press(dhead, results, at+"allocate", "rule", "rank"), 303)
	ranks := h.tabled(at + "ranking.xlsx")
	if len(ranks) != 2 {
		t.Fatalf("%d rows in the ranking book: %v", len(ranks), ranks)
	}
	for i, want := range []map[string]string{{"赛道": "居民团队", "名次": "1", "编号": "JZ-03-A0001", "项目": "旧衣改造坊1", "团队": "巧手姐妹队1", "社区": "电厂社区", "得分": "95.00", "有效评分表": "3", "结果": "入选", "等级": "A", "资金来源": "区财政专项"},
		{"赛道": "居民团队", "名次": "2", "编号": "JZ-03-A0002", "项目": "旧衣改造坊2", "得分": "94.00"}} {
		for head, text := range want {
			if ranks[i][head] != text {
				t.Errorf("row %d of the ranking book: %s is %q, not %q", i+1, head, ranks[i][head], text)
			}
		}
	}
	sheets := h.tabled(at + "sheets.xlsx")
	if len(sheets) != 6 {
		t.Fatalf("%d sheets in the book: %v", len(sheets), sheets)
	}
	for _, name := range []string{"评委一", "评委二", "评委三"} {
		for project, total := range map[string]string{"旧衣改造坊1": "95.00", "旧衣改造坊2": "94.00"} {
			if !slices.ContainsFunc(sheets, func(s map[string]string) bool {
				return s["评委"] == name && s["项目"] == project && s["总分"] == total && s["状态"] == "有效" && s["评语"] == "请先和邻居谈谈"
			}) {
				t.Errorf("the book has no sheet of %s for %s with %s: %v", name, project, total, sheets)
			}
		}
	}
	for path, texts := range map[string][]string{
		"minute.pdf": {"第三届社区公益微创投大赛", "旧衣改造坊1", "巧手姐妹队1", "95.00", "旧衣改造坊2", "94.00", "入选"},
		"sheets.pdf": {"第三届社区公益微创投大赛", "评委一", "评委二", "评委三", "旧衣改造坊1", "95.00", "94.00", "请先和邻居谈谈"}} {
		said := h.printed(staff, at+path)
		for _, text := range texts {
			if !strings.Contains(said, text) {
				t.Errorf("%s does not say %s: %s", path, text, said)
			}
		}
	}
	h.status(h.press(dhead, results, at+"publish-results"), 303)
	letter := h.printed(lead, "/proposals/"+first+"/feedback.pdf")
	for _, text := range []string{"旧衣改造坊1", "95.00", "请先和邻居谈谈"} {
		if !strings.Contains(letter, text) {
			t.Errorf("the letter does not say %s: %s", text, letter)
		}
	}
	if strings.Contains(letter, "评委一") {
		t.Error("the letter names a judge")
	}
}
