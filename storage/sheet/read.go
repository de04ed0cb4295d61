// Package sheet reads and writes workbooks (.xlsx) and CSV files. It knows no rule of the domain. What is read comes from
// anywhere: it is bounded before it is unpacked, nothing in it is run or fetched, and a formula is only the value that
// was stored beside it.
package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"seedbed/domain/fault"
)

// Page is one sheet of a workbook, every field as text: numbers as they are stored, days as Excel's own count of days.
// Blank rows at the end are left out, so Rows[i] is the row numbered i+1.
type Page struct {
	Name string
	Rows [][]string
}

// What a workbook may hold.
const (
	mostParts   = 400      // files inside
	mostUnpack  = 16 << 20 // bytes, all of them unpacked
	mostPart    = 8 << 20  // bytes of one sheet
	mostOther   = 4 << 20  // bytes of any other part: shared texts are kept in memory, many times their size
	mostTokens  = 500_000  // pieces of XML: tags, ends, texts
	mostRows    = 20_000   // rows of a sheet, blank ones too
	mostColumns = 100
	mostPages   = 20
	mostText    = 5_000 // characters of a field
)

// errTooMuch is the cause of every refusal for size.
var errTooMuch = errors.New("beyond the bounds of a workbook")

func unreadable(cause error) error {
	return fault.Wrap(cause, fault.Invalid, "这个文件打不开。请用下载的模板，在 Excel 或 WPS 里另存为 .xlsx 再传")
}

func tooMuch(what string) error {
	return fault.Wrap(fmt.Errorf("%w: %s", errTooMuch, what), fault.Invalid, "这个文件里的内容太多了，不像是申报书的表格。请用下载的模板，删掉多余的行和图片再传")
}

// Read reads a workbook. What is no workbook, or holds more than a person types, is Invalid.
func Read(data []byte) (pages []Page, err error) {
	if err := bounded(data); err != nil {
		return nil, err
	}
	defer func() { // the reader trusts its files more than we do
		if r := recover(); r != nil {
			pages, err = nil, unreadable(fmt.Errorf("panic: %v", r))
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: mostUnpack, UnzipXMLSizeLimit: mostUnpack})
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	names := f.GetSheetList()
	if len(names) > mostPages {
		return nil, tooMuch("sheets")
	}
	for _, name := range names {
		if visible, err := f.GetSheetVisible(name); err != nil || !visible {
			continue
		}
		p, err := readPage(f, name)
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return pages, nil
}

// bounded looks at what a file says it unpacks to. Go's zip reader holds every part to the size it declares.
func bounded(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return unreadable(err)
	}
	if len(z.File) > mostParts {
		return tooMuch("parts")
	}
	var sum uint64
	for _, part := range z.File {
		most := uint64(mostOther)
		if strings.HasPrefix(strings.ToLower(part.Name), "xl/worksheets/") {
			most = mostPart
		}
		if sum += part.UncompressedSize64; part.UncompressedSize64 > most || sum > mostUnpack {
			return tooMuch(part.Name)
		}
	}
	tokens := 0
	for _, part := range z.File {
		if name := strings.ToLower(part.Name); strings.HasPrefix(name, "xl/worksheets/sheet") || name == "xl/sharedstrings.xml" {
			if err := whole(part, &tokens); errors.Is(err, errTooMuch) {
				return tooMuch(part.Name)
			} else if err != nil {
				return unreadable(err)
			}
		}
	}
	return nil
}

// whole tells whether a part is sound XML to its end: the workbook's reader would give what comes before the damage as
// if it were all. It counts what it sees, for a small file can hold very many small things. An entity of the file's own is damage too; none is ever followed.
func whole(part *zip.File, tokens *int) (err error) {
	r, err := part.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for d := xml.NewDecoder(r); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if *tokens++; *tokens > mostTokens {
			return errTooMuch
		}
	}
}

func readPage(f *excelize.File, name string) (p Page, err error) {
	p.Name = name
	rows, err := f.Rows(name)
	if err != nil {
		return p, unreadable(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for n := 1; rows.Next(); n++ {
		if n > mostRows {
			return p, tooMuch("rows of " + name)
		}
		fields, err := rows.Columns()
		if err != nil {
			return p, unreadable(err)
		}
		if fields, err = tidied(fields); err != nil {
			return p, err
		}
		p.Rows = append(p.Rows, fields)
	}
	if err := rows.Error(); err != nil {
		return p, unreadable(err)
	}
	for len(p.Rows) > 0 && len(p.Rows[len(p.Rows)-1]) == 0 {
		p.Rows = p.Rows[:len(p.Rows)-1]
	}
	return p, nil
}

// tidied trims the fields of a row and drops the blank ones at its end.
func tidied(fields []string) ([]string, error) {
	last := 0
	for i, v := range fields {
		v = strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n", "_x000D_", "", "\x00", "").Replace(v))
		if !utf8.ValidString(v) {
			return nil, unreadable(errors.New("not UTF-8"))
		}
		if utf8.RuneCountInString(v) > mostText {
			return nil, tooMuch("text")
		}
		if fields[i] = v; v != "" {
			last = i + 1
		}
	}
	if last > mostColumns {
		return nil, tooMuch("columns")
	}
	return fields[:last], nil
}

// ReadCSV reads a CSV file in UTF-8, with a mark in front or without, in GB18030, as Chinese Excel saves it, or in
// UTF-16. Fields are divided by commas, semicolons or tabs.
func ReadCSV(data []byte) (Page, error) {
	text, err := decoded(data)
	if err != nil {
		return Page{}, unreadable(err)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	first, _, _ := strings.Cut(text, "\n")
	for _, mark := range []rune{';', '\t'} {
		if strings.Count(first, string(mark)) > strings.Count(first, string(r.Comma)) {
			r.Comma = mark
		}
	}
	var p Page
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return p, unreadable(err)
		}
		if len(p.Rows) >= mostRows {
			return p, tooMuch("rows")
		}
		if fields, err = tidied(fields); err != nil {
			return p, err
		}
		p.Rows = append(p.Rows, fields)
	}
}

func decoded(data []byte) (string, error) {
	switch {
	case len(data) > mostOther:
		return "", errTooMuch
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		return string(out), err
	case utf8.Valid(data):
		return strings.TrimPrefix(string(data), "\ufeff"), nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err == nil && bytes.ContainsRune(out, utf8.RuneError) {
		err = errors.New("neither UTF-8 nor GB18030")
	}
	return string(out), err
}

// Packed tells whether a file begins as a workbook does: everything else is read as CSV.
func Packed(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }
