package seedbed

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"seedbed/templates/words"
)

// chinese tells whether a text has Han characters, which is what makes it a sentence for people here.
func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// sentences finds every Chinese text in the product's own code, generated pages included, with one place it stands.
// Samples and what is written for machines are not sentences of the product.
func sentences(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, root := range []string{"domain", "server", "templates", "storage", "jobs", "cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/sample/") || strings.HasPrefix(path, "storage/photo/sketch/") {
				return err
			}
			return literals(path, found)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	migrations, err := filepath.Glob("migrations/0*.sql")
	if err != nil {
		t.Fatal(err)
	}
	raised := regexp.MustCompile(`raise exception '([^']+)'`)
	for _, path := range migrations {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range raised.FindAllStringSubmatch(string(raw), -1) {
			if chinese(m[1]) {
				found[m[1]] = path
			}
		}
	}
	return found
}

func literals(path string, found map[string]string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	untold := map[ast.Node]bool{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		// A literal marked //words:none on its own line, or below a declaration so marked, is not for translation.
		if g, ok := n.(*ast.GenDecl); ok && g.Doc != nil && strings.Contains(g.Doc.Text(), "words:none") {
			untold[n] = true
		}
		return true
	})
	ast.Inspect(parsed, func(n ast.Node) bool {
		if untold[n] {
			return false
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		s, err := strconv.Unquote(lit.Value)
		if err == nil && chinese(s) && !strings.Contains(s, "<") && !strings.Contains(s, "\n") {
			found[s] = path
		}
		return true
	})
	return nil
}

// notWords are Chinese texts that stay Chinese in every language: layouts of dates, capital figures, names.
var notWords = regexp.MustCompile(`^[红橙黄绿青蓝紫]$|^\d+ 月 \d+ 日$|^[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整负　]+$|2006|^(中文|苗圃|京州)$|^苗圃 Seedbed`)

func TestEverySentenceHasItsEnglish(t *testing.T) {
	all := sentences(t)
	if len(all) < 100 {
		t.Fatalf("only %d sentences found", len(all))
	}
	missing := map[string][]string{}
	for s, path := range all {
		if _, ok := words.English[s]; !ok && !notWords.MatchString(s) {
			missing[path] = append(missing[path], s)
		}
	}
	for path, list := range missing {
		slices.Sort(list)
		t.Errorf("%s: no English for\n\t%s", path, strings.Join(list, "\n\t"))
	}
}

var verb = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*\d*(\.\d+)?[a-z%]`)

func TestTranslationsTakeTheSameArguments(t *testing.T) {
	for zh, en := range words.English {
		if strings.TrimSpace(en) == "" && len([]rune(zh)) > 1 { // a Chinese measure word may have no English
			t.Errorf("%q has an empty translation", zh)
		}
		if chinese(en) && !strings.Contains(en, "中文") {
			t.Errorf("%q is translated by Chinese: %q", zh, en)
		}
		a, b := verb.FindAllString(zh, -1), verb.FindAllString(en, -1)
		if strings.Contains(en, "%[") {
			continue // reordered on purpose
		}
		if !slices.Equal(a, b) {
			t.Errorf("%q takes %v, its translation %q takes %v", zh, a, en, b)
		}
	}
}
