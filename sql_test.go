package seedbed

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// TestStatementsPrepare has PostgreSQL prepare every constant whose name ends in SQL: a wrong column or type in a
// statement no test runs is found all the same.
func TestStatementsPrepare(t *testing.T) {
	_, url := pgtest.Lend(t)
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	n := 0
	for name, sql := range statements(t) {
		n++
		rewritten, _, err := pgx.NamedArgs{}.RewriteQuery(ctx, conn, sql, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := conn.Prepare(ctx, "s"+strconv.Itoa(n), rewritten); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n < 50 {
		t.Errorf("only %d statements found", n)
	}
}

// statements finds the …SQL constants, with the constants they are put together from.
func statements(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	dirs := map[string]bool{}
	for _, root := range []string{"domain", "storage", "jobs", "server", "cmd"} {
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") {
				dirs[filepath.Dir(path)] = true
			}
			return nil
		})
	}
	for dir := range dirs {
		texts := map[string]ast.Expr{}
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "pgtest") {
				continue
			}
			collect(t, file, texts)
		}
		for name := range texts {
			if !strings.HasSuffix(name, "SQL") {
				continue
			}
			if sql, ok := fold(texts, texts[name]); ok {
				found[dir+"."+name] = sql
			} else {
				t.Errorf("%s.%s is not made of constants", dir, name)
			}
		}
	}
	return found
}

func collect(t *testing.T, file string, texts map[string]ast.Expr) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range parsed.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.CONST {
			continue
		}
		for _, spec := range gen.Specs {
			if v := spec.(*ast.ValueSpec); len(v.Values) == len(v.Names) {
				for i, name := range v.Names {
					texts[name.Name] = v.Values[i]
				}
			}
		}
	}
}

func fold(texts map[string]ast.Expr, e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.Ident:
		next, ok := texts[e.Name]
		if !ok {
			return "", false
		}
		return fold(texts, next)
	case *ast.BinaryExpr:
		a, okA := fold(texts, e.X)
		b, okB := fold(texts, e.Y)
		return a + b, okA && okB && e.Op == token.ADD
	case *ast.ParenExpr:
		return fold(texts, e.X)
	}
	return "", false
}

// No statement is built by formatting values into it.
func TestNoFormattedStatements(t *testing.T) {
	bad := regexp.MustCompile(`(?i)Sprintf\([^)]*"\s*(select|insert|update|delete)\b`)
	err := filepath.WalkDir("domain", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err == nil && bad.Match(raw) {
			t.Errorf("%s formats values into a statement", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
