// Package papertest lets tests read what is on a paper.
package papertest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

var (
	objects = regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)\nendobj\n`)
	streams = regexp.MustCompile(`(?s)^(<<.*?>>)\nstream\n(.*)\nendstream$`)
	mapped  = regexp.MustCompile(`<([0-9A-F]{4})><([0-9A-F]+)>`)
	shown   = regexp.MustCompile(`/F(\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj|(ET)`)
	toText  = regexp.MustCompile(`/ToUnicode (\d+) 0 R`)
	named   = regexp.MustCompile(`/F(\d+) (\d+) 0 R`)
)

// Text reads the text of a PDF of ours back as a viewer does: by the table from glyphs to characters. It holds the file to its
// own cross-reference table on the way.
func Text(t testing.TB, pdf []byte) string {
	t.Helper()
	body := map[string]string{}
	for _, m := range objects.FindAllSubmatchIndex(pdf, -1) {
		n := string(pdf[m[2]:m[3]])
		body[n] = string(pdf[m[4]:m[5]])
		if number, _ := strconv.Atoi(n); !strings.Contains(string(pdf[bytes.LastIndex(pdf, []byte("xref\n0 ")):]), fmt.Sprintf("%010d 00000 n \n", m[0])) {
			t.Fatalf("object %d is not where the table says", number)
		}
	}
	unpack := func(n string) string {
		m := streams.FindStringSubmatch(body[n])
		if m == nil {
			t.Fatalf("object %s is no stream", n)
		}
		z, err := zlib.NewReader(strings.NewReader(m[2]))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	says := map[string]map[string]string{}
	for _, m := range named.FindAllStringSubmatch(string(pdf), -1) {
		if says[m[1]] != nil {
			continue
		}
		says[m[1]] = map[string]string{}
		for _, pair := range mapped.FindAllStringSubmatch(unpack(toText.FindStringSubmatch(body[m[2]])[1]), -1) {
			var units []uint16
			for i := 0; i < len(pair[2]); i += 4 {
				u, _ := strconv.ParseUint(pair[2][i:i+4], 16, 16)
				units = append(units, uint16(u))
			}
			says[m[1]][pair[1]] = string(utf16.Decode(units))
		}
	}
	var out strings.Builder
	for _, m := range regexp.MustCompile(`/Contents (\d+) 0 R`).FindAllStringSubmatch(string(pdf), -1) {
		face := ""
		for _, s := range shown.FindAllStringSubmatch(unpack(m[1]), -1) {
			switch {
			case s[1] != "":
				face = s[1]
			case s[3] != "":
				out.WriteString("\n")
			default:
				for i := 0; i < len(s[2]); i += 4 {
					out.WriteString(says[face][s[2][i:i+4]])
				}
			}
		}
	}
	return out.String()
}
