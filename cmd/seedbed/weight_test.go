package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"regexp"
	"testing"
)

var weighed = regexp.MustCompile(`(?:src|href)="(/static/[^"#]+)`)

// The first visit to the editor weighs at most 60 KB gzipped, photos left out.
func TestTheEditorIsLight(t *testing.T) {
	l := newLiving(t, 1)
	base := l.h.serve(t)
	c := l.client(l.tokens[0], base)
	at, ok := post(t.Context(), c, base, "/editions/"+l.call+"/proposals", map[string][]string{"id": {fmt.Sprintf("01990000-0000-7000-8000-%012d", 7)}})
	if !ok {
		t.Fatal("no draft")
	}
	page, err := fetch(context.Background(), c, base+at)
	if err != nil {
		t.Fatal(err)
	}
	sum := packed([]byte(page))
	for _, path := range append([]string{"/sw.js"}, unique(weighed.FindAllStringSubmatch(page, -1))...) {
		body, err := fetch(context.Background(), c, base+path)
		if err != nil {
			t.Fatal(err)
		}
		n := packed([]byte(body))
		t.Logf("%6d %s", n, path)
		sum += n
	}
	t.Logf("%6d in all, the page %d", sum, packed([]byte(page)))
	if sum > 60<<10 {
		t.Errorf("the first visit weighs %d bytes", sum)
	}
}

func packed(body []byte) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body)
	_ = z.Close()
	return b.Len()
}

func unique(found [][]string) []string {
	seen, list := map[string]bool{}, []string{}
	for _, m := range found {
		if !seen[m[1]] {
			seen[m[1]] = true
			list = append(list, m[1])
		}
	}
	return list
}
