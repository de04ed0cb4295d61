package main

import (
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"seedbed/storage/pg"
)

// rareSQL finds, for whoever may open them, pages to which no link of everybody's first pages leads: who and path.
var rareSQL = []string{
	// A draft, in the hands of its lead.
	`select lead_id::text as who, '/proposals/' || id || x as path from (select * from proposal where state = 'draft' order by id limit 1) p,
  unnest(array['/edit', '/check', '/poster', '/team', '/recruit', '/edit/card', '/edit/need', '/edit/plan', '/edit/budget', '/edit/team', '/edit/marks', '/edit/photos', '/edit/district', '/edit/promise']) x`,
	// One that was sent back and handed in again: what changed, for both sides.
	`select p.lead_id::text as who, '/proposals/' || p.id || x as path from (select p.* from proposal p where revision > 1 and state = 'submitted' order by id limit 1) p, unnest(array['/changes', '/gallery', '']) x`,
	`select g.person_id::text as who, '/desk/proposals/' || p.id || '/changes' as path from (select * from proposal where revision > 1 and state = 'submitted' order by id limit 1) p
  join role_grant g on g.role = 'community_head' and g.place = p.place`,
	// A minor's guardian is asked: the minor's page and the community's.
	`select m.person_id::text as who, '/guardians/' || g.id as path from (select * from guardian where state = 'asked' order by id limit 1) g join team_member m on m.id = g.member_id`,
	`select r.person_id::text as who, '/desk/guardians/' || g.id as path from (select * from guardian where state = 'asked' order by id limit 1) g join team_member m on m.id = g.member_id
  join proposal p on p.team_id = m.team_id join role_grant r on r.role = 'community_staff' and r.place = p.place`,
	// A call that is prepared.
	`select g.person_id::text as who, '/desk/editions/' || e.id || x as path from (select * from edition where state = 'open' order by no desc limit 1) e join role_grant g on g.role = 'district_staff', unnest(array['/preview', '/questions/new', '/papers']) x`,
	// What is asked of people seldom.
	`select person_id::text as who, '/second-factor' as path from role_grant where role = 'district_staff' limit 1`,
	`select null as who, unnest(array['/offline', '/objections', '/join', '/guardian']) as path`,
}

type rarePage struct {
	Who  *string
	Path string
}

// rare gives the pages of rareSQL and of what the sample's days have not brought: an invitation by link, a workbook of
// papers, help at the desk.
func (b *browser) rare() []stop {
	b.t.Helper()
	var stops []stop
	for _, sql := range append(slices.Clone(rareSQL), rareJudging...) {
		found, err := pg.All[rarePage](b.t.Context(), b.house.Engines.DB, sql, nil)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(found) == 0 {
			b.t.Errorf("the sample has nothing for %s", sql)
		}
		for _, p := range found {
			who, token := "visitor", ""
			if p.Who != nil {
				who, token = *p.Who, b.pass(*p.Who)
			}
			stops = append(stops, stop{who, token, p.Path})
		}
	}
	return slices.Concat(stops, b.byLink(stops[0]), b.atTheDesk(), b.broughtBack())
}

// pass is a session of somebody.
func (b *browser) pass(person string) string {
	b.t.Helper()
	token, err := b.house.Accounts.EnterSample(b.t.Context(), person)
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

var joinLink = regexp.MustCompile(`/join\?k=[^"'<\s]+`)

// byLink makes a link into a draft's team, and follows it.
func (b *browser) byLink(draft stop) []stop {
	b.t.Helper()
	w := b.as("lead", "")
	w.dress(draft.token, "zh", "light", 390)
	w.open(strings.TrimSuffix(draft.path, "/edit")+"/recruit").tick("link_role").fill("most", "3").fill("days", "7").press("做一个邀请码")
	secret := joinLink.FindString(js[string](w, `document.body.innerHTML`))
	if secret == "" {
		w.fail("no link to send")
	}
	return []stop{{"lead", draft.token, w.path()}, {"invited", "", strings.ReplaceAll(secret, "&amp;", "&")}}
}

// atTheDesk has a community worker read a workbook in and fill in for somebody.
func (b *browser) atTheDesk() []stop {
	b.t.Helper()
	id, err := pg.Value[string](b.t.Context(), b.house.Engines.DB, `select person_id::text from role_grant where role = 'community_staff' order by place limit 1`, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	call, err := pg.Value[string](b.t.Context(), b.house.Engines.DB, `select id::text from edition where state = 'open' order by no desc limit 1`, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	token := b.pass(id)
	w := b.as("worker", "")
	w.dress(token, "zh", "light", 390)
	w.open("/desk/editions/"+call+"/papers").files("workbook", b.workbook(call, token))
	js[string](w, `document.getElementById("f-in-reason").value = "收到的是纸质表"`)
	w.press("上传并检查").see("确认导入")
	stops := []stop{{"worker", token, w.path()}}

	help := b.pass(id) // the session of helping shows on every page
	w.dress(help, "zh", "light", 390)
	w.open("/desk/assist").fill("name", "牛桂枝").first("home").tick("why", "no_phone").tick("method", "face").press("开始帮填").see("您正在帮 牛桂枝 填写")
	help = w.session()
	stops = append(stops, stop{"helper", help, "/assisting"}, stop{"helper", help, "/me/profile"})
	made, err := pg.Value[string](b.t.Context(), b.house.Engines.DB, `select id::text from assistance order by id limit 1`, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return append(stops, stop{"helped", "", "/assisted/" + made + "/" + b.house.Assist.LinkKey(made)})
}

// session is the window's session.
func (w *tab) session() string {
	w.t.Helper()
	got, err := chromedp.Call(w.page, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		w.fail("%v", err)
	}
	for _, c := range got.Cookies {
		if c.Name == "seedbed" {
			return c.Value
		}
	}
	return ""
}

// workbook is the template with its example made a paper.
func (b *browser) workbook(call, token string) string {
	b.t.Helper()
	body, _, _ := send(b.t, b.house.App(), http.MethodGet, "/desk/editions/"+call+"/import/template.xlsx", "seedbed="+token, nil)
	book, err := excelize.OpenReader(strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, name := range book.GetSheetList() {
		if seq, err := book.GetCellValue(name, "A2"); err != nil || seq != "例" {
			continue
		}
		if err := book.SetCellValue(name, "A2", "1"); err != nil {
			b.t.Fatal(err)
		}
	}
	path := filepath.Join(b.t.TempDir(), "papers.xlsx")
	if err := book.SaveAs(path); err != nil {
		b.t.Fatal(err)
	}
	return path
}
