package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"seedbed/cmd/seedbed/sample"
	"seedbed/domain/identity"
)

// publicPages are what a visitor can open; the links they show are followed one step.
var publicPages = []string{"/", "/editions", "/gallery", "/gallery/map", "/projects", "/notices", "/orgs", "/help", "/privacy", "/accessibility", "/login", "/demo"}

// firstPages are where each role starts.
var firstPages = map[identity.Role][]string{
	identity.Resident: {"/me", "/me/notices", "/me/profile", "/invitations"}, identity.Judge: {"/review"}, identity.Supervisor: {"/supervision", "/desk", "/finance"},
	identity.Sysadmin: {"/admin"}, identity.Finance: {"/finance", "/finance/tranches", "/desk/claims"}, identity.Cashier: {"/finance", "/desk/claims"},
	identity.CommunityStaff: {"/desk", "/desk/residents", "/desk/activities", "/desk/claims", "/desk/orgs"}, identity.CommunityHead: {"/desk", "/desk/proposals", "/desk/orgs"},
	identity.SubdistrictStaff: {"/desk", "/desk/proposals"}, identity.SubdistrictHead: {"/desk", "/desk/claims"},
	identity.DistrictStaff: {"/desk", "/desk/editions", "/desk/proposals"}, identity.DistrictHead: {"/desk", "/desk/editions"}, identity.Mentor: {"/desk", "/desk/evaluations"},
}

// smoke serves the demo, walks every public page and each role's first page, and prints a line a step.
func (h *House) smoke(ctx context.Context, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- h.live(ctx, h.Site.Log, true, true, func(a string) { address <- a })
	}()
	var base string
	select {
	case base = <-address:
	case err := <-ended:
		return err
	}
	w := walk{base: base, out: out}
	w.public(ctx)
	people, err := sample.People(ctx, h.Engines.DB)
	if err != nil {
		return err
	}
	for _, p := range people {
		w.role(ctx, p)
	}
	stop()
	if err := <-ended; err != nil {
		return err
	}
	if err := h.check(context.WithoutCancel(ctx), out); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d steps, %d failed\n", w.steps, w.failed)
	if w.failed > 0 {
		return fmt.Errorf("seedbed: %d of %d steps failed", w.failed, w.steps)
	}
	return nil
}

// walk goes from page to page and counts its steps.
type walk struct {
	base          string
	out           io.Writer
	steps, failed int
}

func (w *walk) step(who, page string, err error) {
	w.steps++
	if err != nil {
		w.failed++
		fmt.Fprintf(w.out, "FAIL %-18s %-40s %v\n", who, page, err)
		return
	}
	fmt.Fprintf(w.out, "ok   %-18s %s\n", who, page)
}

// public opens what anybody may, and a handful of the pages found there.
func (w *walk) public(ctx context.Context) {
	visitor := newVisitor(w.base)
	seen := map[string]bool{}
	for _, page := range publicPages {
		links, err := visitor.open(ctx, page)
		w.step("visitor", page, err)
		for _, link := range links {
			if detail := strings.Count(link, "/") == 2 && !seen[link] && len(seen) < 30; detail {
				seen[link] = true
				_, err := visitor.open(ctx, link)
				w.step("visitor", link, err)
			}
		}
	}
}

// role signs in as somebody and opens their first pages.
func (w *walk) role(ctx context.Context, p sample.Person) {
	v := newVisitor(w.base)
	w.step(p.Role, "enter", v.enter(ctx, p.ID))
	for _, page := range firstPages[p.Kind] {
		_, err := v.open(ctx, page)
		w.step(p.Role, page, err)
	}
}

type visitor struct {
	base   string
	client *http.Client
}

func newVisitor(base string) visitor {
	jar, _ := cookiejar.New(nil)
	return visitor{base, &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

var (
	ownLinks  = regexp.MustCompile(`href="(/(?:editions|projects|notices|orgs)/[0-9a-f-]{36})"`)
	formToken = regexp.MustCompile(`name="_token" value="([0-9a-f]+)"`)
)

// open reads a page and gives the links it has to editions, projects, notices and organisations.
func (v visitor) open(ctx context.Context, page string) ([]string, error) {
	body, err := v.read(ctx, http.MethodGet, page, nil)
	if err != nil {
		return nil, err
	}
	if strings.Count(body, "<h1") != 1 {
		return nil, fmt.Errorf("%d headings", strings.Count(body, "<h1"))
	}
	var links []string
	for _, m := range ownLinks.FindAllStringSubmatch(body, -1) {
		links = append(links, m[1])
	}
	return links, nil
}

// enter signs in as somebody of the sample.
func (v visitor) enter(ctx context.Context, person string) error {
	body, err := v.read(ctx, http.MethodGet, "/demo", nil)
	if err != nil {
		return err
	}
	token := formToken.FindStringSubmatch(body)
	if token == nil {
		return fmt.Errorf("no form")
	}
	_, err = v.read(ctx, http.MethodPost, "/demo/enter", url.Values{"_token": {token[1]}, "person": {person}})
	return err
}

func (v visitor) read(ctx context.Context, method, page string, form url.Values) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, v.base+page, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := v.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", res.StatusCode)
	}
	return string(body), err
}
