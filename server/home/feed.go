package home

import (
	"context"
	"encoding/xml"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/server/web"
	"seedbed/storage/pg"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// feedSQL is what is new in public: calls, each as often as it changes its days, and public notices. No people.
const feedSQL = `select * from (
  select 'call' as kind, e.id::text, e.title, e.title_en, '' as number, e.state, e.closes_at as until,
    greatest(coalesce(e.opens_at, e.created_at), (select max(a.at) from audit_event a where a.entity = 'edition' and a.entity_id = e.id and a.action in ('publish','extend','close'))) as at
  from edition e where e.state not in ('draft', 'cancelled')
  union all
  select 'notice', n.id::text, e.title, e.title_en, n.number, n.state, n.closes_at, n.opens_at from publicity n join edition e on e.id = n.edition_id where n.state <> 'void' and n.archived_at is null and n.opens_at <= @now
  ) x order by at desc, id desc limit 40`

type fresh struct {
	Kind, ID, Title, TitleEn, Number, State string
	Until                                   *time.Time
	At                                      time.Time
}

type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  string      `xml:"author>name"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
		Type string `xml:"type,attr"`
	}
	atomEntry struct {
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Link    atomLink `xml:"link"`
		Summary string   `xml:"summary"`
	}
)

// feed is the calls and public notices for feed readers (Atom, RFC 4287): the same ids every time, the newest first.
func (h handlers) feed(c *fiber.Ctx) error {
	list, err := pg.All[fresh](c.UserContext(), h.db, feedSQL, pg.Args{"now": h.clock.Now()})
	if err != nil {
		return err
	}
	body, err := xml.MarshalIndent(atom(c.UserContext(), web.Base(c), list), "", " ")
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/atom+xml; charset=utf-8")
	return c.Send(append([]byte(xml.Header), body...))
}

func atom(ctx context.Context, base string, list []fresh) atomFeed {
	f := atomFeed{Lang: words.Lang(ctx), ID: base + ui.FeedPath, Title: words.T(ctx, "苗圃：征集和公示"), Author: words.T(ctx, "苗圃"), Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
		Links: []atomLink{{"self", base + ui.FeedPath, "application/atom+xml"}, {"alternate", base + "/editions", "text/html"}}}
	for i, n := range list {
		e := atomEntry{ID: "urn:uuid:" + n.ID, Updated: n.At.UTC().Format(time.RFC3339), Link: atomLink{"alternate", base + "/editions/" + n.ID, "text/html"}}
		title, until := words.Pick(ctx, n.Title, n.TitleEn), ""
		if n.Until != nil {
			until = ui.Until(ctx, *n.Until)
		}
		switch {
		case n.Kind == "notice":
			e.Title, e.Summary, e.Link.Href = words.T(ctx, "结果公示 %s：%s", n.Number, title), words.T(ctx, "公示到 %s", until), base+"/notices/"+n.ID
		case n.State == "open":
			e.Title, e.Summary = words.T(ctx, "征集：%s", title), words.T(ctx, "正在征集，%s 截止。", until)
		default:
			e.Title, e.Summary = words.T(ctx, "征集：%s", title), words.T(ctx, "申报已经截止")
		}
		if i == 0 {
			f.Updated = e.Updated
		}
		f.Entries = append(f.Entries, e)
	}
	return f
}
