package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"seedbed/domain/fault"
)

func written(t *testing.T, tabs ...Tab) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, tabs); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("SEEDBED_TEST_PAPERS"); dir != "" {
		_ = os.WriteFile(dir+"/"+strings.ReplaceAll(t.Name(), "/", "-")+".xlsx", out.Bytes(), 0o600)
	}
	return out.Bytes()
}

func put(rows ...[]any) func(func(...any) error) error {
	return func(put func(...any) error) error {
		for _, r := range rows {
			if err := put(r...); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	data := written(t, Tab{Name: "说明", Rows: put([]any{"照着填"})},
		Tab{Name: "申报书", Columns: []Column{{Head: "序号", Note: "从 1 开始"}, {Head: "类别", Choices: []string{"环境卫生", strings.Repeat("长", 300)}}, {Head: "手机号", Words: true}, {Head: "金额"}, {Head: "时间"}},
			Rows: put([]any{1, "环境卫生", "013900001234", Money(123456), time.Date(2026, 7, 20, 8, 30, 0, 0, time.UTC)}, []any{2, "=1+1", "+86", nil, "@SUM(A1)"}, []any{3, "-2", "a\nb"})})
	pages, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	want := []Page{{"说明", [][]string{{"照着填"}}}, {"申报书", [][]string{{"序号", "类别", "手机号", "金额", "时间"},
		{"1", "环境卫生", "013900001234", "1234.56", "46223.354166666664"}, {"2", "=1+1", "+86", "", "@SUM(A1)"}, {"3", "-2", "a\nb"}}}}
	if !reflect.DeepEqual(pages, want) {
		t.Errorf("read back:\n%q\nwant\n%q", pages, want)
	}
}

// What looks like a formula is text in the file, and a sum is a number.
func TestTextIsNeverAFormula(t *testing.T) {
	data := written(t, Tab{Name: "a", Columns: []Column{{Head: "x"}}, Rows: put([]any{`=HYPERLINK("http://x","y")`, "+1", "-1", "@x", Money(-5)})})
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, at := range []string{"A2", "B2", "C2", "D2"} {
		formula, _ := f.GetCellFormula("a", at)
		if kind, _ := f.GetCellType("a", at); formula != "" || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("%s is of type %v with formula %q", at, kind, formula)
		}
	}
	if v, _ := f.GetCellValue("a", "E2"); v != "-0.05" {
		t.Errorf("a sum reads %q", v)
	}
	var out bytes.Buffer
	if err := WriteCSV(&out, [][]string{{"=1", "+1", "-1", "@a", "a,b", ""}}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "\ufeff'=1,'+1,'-1,'@a,\"a,b\",\n" {
		t.Errorf("CSV reads %q", got)
	}
}

func TestChoicesAreOffered(t *testing.T) {
	data := written(t, Tab{Name: "a", Columns: []Column{{Head: "x", Choices: []string{"甲", "乙"}}}, Rows: put()})
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v, err := f.GetDataValidations("a")
	if err != nil || len(v) != 1 || v[0].Type != "list" || !strings.Contains(v[0].Formula1, "$A$1:$A$2") {
		t.Errorf("%+v, %v", v, err)
	}
	if seen, _ := f.GetSheetVisible(lists); seen {
		t.Error("the sheet of choices is in the way")
	}
}

func TestCSVInEveryEncoding(t *testing.T) {
	text := "序号,项目名称\n1,\"旧衣,工坊\"\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	utf16 := "\xff\xfe"
	for _, c := range strings.ReplaceAll(text, ",项", "\t项") {
		utf16 += string([]byte{byte(c), byte(c >> 8)})
	}
	for name, data := range map[string]string{"utf8": text, "bom": "\ufeff" + text, "gb": gb, "utf16": utf16, "semicolon": strings.Replace(strings.Replace(text, "号,", "号;", 1), "1,", "1;", 1)} {
		p, err := ReadCSV([]byte(data))
		if err != nil || len(p.Rows) != 2 || p.Rows[0][1] != "项目名称" {
			t.Errorf("%s: %q, %v", name, p.Rows, err)
		}
	}
	if _, err := ReadCSV([]byte("\x81\x20\xff\xff")); !fault.Is(err, fault.Invalid) {
		t.Errorf("garbage: %v", err)
	}
}

// zipped makes a file of parts.
func zipped(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, body := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// book is a workbook with a sheet of one's own making.
func book(t *testing.T, sheet, shared string) []byte {
	t.Helper()
	return zipped(t, map[string]string{
		"[Content_Types].xml":        `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`,
		"_rels/.rels":                `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="申报书" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   sheet,
		"xl/sharedStrings.xml":       shared,
	})
}

const (
	sheetHead = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	sheetTail = `</sheetData></worksheet>`
	noStrings = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"></sst>`
)

// worked is the processor time this process has used.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TRUST §3 #13 and #33: whatever is in the file, it is answered within two seconds and 200 MB, nothing of it is fetched,
// and it is never a fault of ours.
func TestHostileWorkbooks(t *testing.T) {
	laughs := `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>`
	secret := t.TempDir() + "/secret"
	if err := os.WriteFile(secret, []byte("the secret of the house"), 0o600); err != nil {
		t.Fatal(err)
	}
	many := func(row string, n int) string { return sheetHead + strings.Repeat(row, n) + sheetTail }
	for name, data := range map[string][]byte{
		"not a zip":         []byte("PK\x03\x04 nothing"),
		"empty":             {},
		"an empty zip":      zipped(t, nil),
		"an old workbook":   append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 4000)...),
		"external entity":   book(t, `<!DOCTYPE x [<!ENTITY e SYSTEM "file://`+secret+`">]>`+sheetHead+`<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>`+sheetTail, noStrings),
		"laughs":            book(t, laughs+sheetHead+`<row r="1"><c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row>`+sheetTail, noStrings),
		"laughing strings":  book(t, sheetHead+`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`+sheetTail, laughs+`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&c;</t></si></sst>`),
		"a bomb":            book(t, sheetHead+strings.Repeat(" ", 60<<20)+sheetTail, noStrings),
		"a bomb of strings": book(t, sheetHead+sheetTail, `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`+strings.Repeat(`<si><t/></si>`, 3<<20)+`</sst>`),
		"many strings":      book(t, sheetHead+`<row r="1"><c r="A1" t="s"><v>5</v></c></row>`+sheetTail, `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`+strings.Repeat(`<si><t/></si>`, 220_000)+`</sst>`),
		"a million rows":    book(t, many(`<row><c><v>1</v></c></row>`, 200_000), noStrings),
		"the last row":      book(t, sheetHead+`<row r="1048576"><c r="A1048576"><v>1</v></c></row>`+sheetTail, noStrings),
		"the last column":   book(t, many(`<row><c r="XFD1"><v>1</v></c></row>`, 60_000), noStrings),
		"blank and wide":    book(t, many(`<row><c r="XFD1"/></row>`, 100_000), noStrings),
		"negative strings":  book(t, sheetHead+`<row r="1"><c r="A1" t="s"><v>-7</v></c><c r="B1" t="s"><v>999999999999</v></c></row>`+sheetTail, noStrings),
		"wrong types":       book(t, sheetHead+`<row r="x"><c r="??" t="q"><v>NaN</v></c></row>`+sheetTail, noStrings),
		"unclosed":          book(t, sheetHead+`<row r="1"><c r="A1"><v>1`, noStrings),
		"a long text":       book(t, sheetHead+`<row r="1"><c r="A1" t="inlineStr"><is><t>`+strings.Repeat("长", 200_000)+`</t></is></c></row>`+sheetTail, noStrings),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := worked(t)
			pages, err := Read(data)
			took := worked(t) - began
			runtime.ReadMemStats(&after)
			if err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("a fault of ours: %v", err)
			}
			if took > 2*time.Second {
				t.Errorf("took %v", took)
			}
			if grown := after.Sys - before.Sys; grown > 200<<20 {
				t.Errorf("took %d MB", grown>>20)
			}
			if text := fmt.Sprint(pages); strings.Contains(text, "secret") || strings.Contains(text, "haha") {
				t.Errorf("an entity was followed: %.200s", text)
			}
			if strings.HasPrefix(name, "many") || strings.HasPrefix(name, "a million") || strings.HasPrefix(name, "a bomb") {
				if err == nil {
					t.Error("let in")
				}
			}
			if strings.Contains(name, "entity") || strings.Contains(name, "laugh") || name == "unclosed" {
				if err == nil {
					t.Error("taken for whole")
				}
			}
			t.Logf("%v, %d pages, %v", took, len(pages), err)
		})
	}
}

func TestAFormulaIsItsStoredValue(t *testing.T) {
	pages, err := Read(book(t, sheetHead+`<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>WEBSERVICE("http://127.0.0.1:1/")</f></c><c r="C1" t="str"><f>CMD</f><v>calc</v></c></row>`+sheetTail, noStrings))
	if err != nil || len(pages) != 1 || !reflect.DeepEqual(pages[0].Rows, [][]string{{"2", "", "calc"}}) {
		t.Errorf("%q, %v", pages, err)
	}
}
