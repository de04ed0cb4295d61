package papers

import (
	"context"
	"strings"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// dryRun reads a workbook against the district as it is now.
func (b *Book) dryRun(ctx context.Context, by identity.Actor, e edition.Edition, sight []string, pages []sheet.Page) (*reading, error) {
	r := read(pages)
	r.edition = e
	places, err := communities(ctx, b.db, sight)
	if err != nil {
		return nil, err
	}
	cal, err := place.Calendar(ctx, b.db)
	if err != nil {
		return nil, err
	}
	if err := r.fresh(ctx, b.db); err != nil {
		return nil, err
	}
	now := b.clock.Now()
	for _, n := range r.entries {
		r.timely(n, now, e.Grace(cal))
		if err := b.resolve(ctx, r, e, places, n); err != nil {
			return nil, err
		}
		if n.late && n.Home != "" && !by.Can(identity.HelpResidents, n.Home) {
			r.wrong(mainTab.name, n.Row, timeHead, shownTime(n.Received), "截止以后补录的纸，由那个社区的工作人员来录")
		}
	}
	r.sort()
	return r, nil
}

// tried looks into the folder of scans: whose they are, and that each can be taken.
func (b *Book) tried(ctx context.Context, r *reading, folder []byte) error {
	found, err := r.scans(folder)
	if err != nil {
		return inField("scans", err)
	}
	for _, list := range found {
		for _, s := range list {
			if _, err := b.take(ctx, s); fault.Is(err, fault.Invalid) {
				m := fault.MessageOf(err)
				r.wrong(scansTab, 0, "", s.name, m.Text, m.Args...)
			} else if err != nil {
				return err
			}
		}
	}
	r.sort()
	return nil
}

const knownSQL = `select number, title from proposal where edition_id = @edition::uuid and number = any(@numbers)`

// fresh refuses what the edition has already: rows of a workbook that was taken out of it.
func (r *reading) fresh(ctx context.Context, q pg.Reader) error {
	var numbers []string
	for _, n := range r.entries {
		if n.Known != "" {
			numbers = append(numbers, n.Known)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	have, err := pg.All[struct{ Number, Title string }](ctx, q, knownSQL, pg.Args{"edition": r.edition.ID, "numbers": numbers})
	if err != nil {
		return err
	}
	for _, n := range r.entries {
		for _, h := range have {
			if h.Number == n.Known {
				r.wrong(mainTab.name, n.Row, numberHead, n.Known, "这一届已有此申报书「%s」，不用再录，请删掉这一行", h.Title)
			}
		}
	}
	return nil
}

// timely holds a paper to the call's own days. One that was received in them and is typed after the close goes through
// the grace list, until that ends (DOMAIN §7.1, I-T2).
func (r *reading) timely(n *entry, now, until time.Time) {
	e, at := r.edition, n.Received
	wrong := func(text string, args ...any) { r.wrong(mainTab.name, n.Row, timeHead, shownTime(at), text, args...) }
	closed := e.State != edition.Open || e.ClosesAt == nil || !now.Before(*e.ClosesAt)
	switch {
	case closed && (e.State != edition.Open && e.State != edition.Closed || e.ClosesAt == nil):
		wrong("过了截止时间，这一届现在不收申报书")
	case !at.IsZero() && e.ClosesAt != nil && !at.Before(*e.ClosesAt):
		wrong("过了截止时间才收到的，不能录")
	case !at.IsZero() && at.After(now):
		wrong("收件时间还没有到，请检查")
	case !at.IsZero() && e.OpensAt != nil && at.Before(*e.OpensAt):
		wrong("收件时间比这一届开始申报还早，请检查")
	case closed && at.IsZero():
		wrong("过了截止时间，请走收件登记：截止前收到的，填上章上的收件时间，附上盖章的照片")
	case closed && !now.Before(until):
		wrong("截止后 %d 个工作日内才能补录，现在已经过了", edition.GraceDays)
	default:
		n.late = closed
	}
}

func shownTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return stamp(at)
}

// resolve finds the community and the people an entry speaks of.
func (b *Book) resolve(ctx context.Context, r *reading, e edition.Edition, places known, n *entry) error {
	switch paths := places.byName[strings.ReplaceAll(n.Place, " ", "")]; {
	case n.Place == "":
	case len(paths) == 0:
		r.wrong(mainTab.name, n.Row, placeHead, n.Place, "您负责的地方没有这个社区，请从下拉列表里选")
	case len(paths) > 1:
		r.wrong(mainTab.name, n.Row, placeHead, n.Place, "有几个社区都叫这个名字，请在前面写上街道")
	default:
		n.Home = paths[0]
	}
	seen := map[string]bool{}
	if n.Phone != "" {
		n.Phone = number(n.Phone)
		if err := b.leader(ctx, r, e, n); err != nil {
			return err
		}
		if _, _, err := b.accounts.Index(n.Phone); err == nil {
			seen[digits(n.Phone)] = true
		}
	}
	for i := range n.faces {
		phone := &n.faces[i].Phone
		if *phone == "" {
			continue
		}
		*phone = number(*phone)
		if _, _, err := b.accounts.Index(*phone); err != nil {
			m := fault.InFields(err)["phone"]
			r.wrong(faceTab.name, n.members[i], phoneHead, *phone, m.Text, m.Args...)
			continue
		}
		if seen[digits(*phone)] {
			r.wrong(faceTab.name, n.members[i], phoneHead, *phone, "这个号码已经在团队名单里了")
		}
		seen[digits(*phone)] = true
	}
	return nil
}

func digits(s string) string {
	s = strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, s)
	return s[max(0, len(s)-11):]
}

// leader holds the lead's number to whom the house knows under it. Whose name or home it is instead is not told.
func (b *Book) leader(ctx context.Context, r *reading, e edition.Edition, n *entry) error {
	who, known, err := b.accounts.NeighbourBy(ctx, b.db, n.Phone)
	if m, ok := fault.InFields(err)["phone"]; ok {
		r.wrong(mainTab.name, n.Row, phoneHead, n.Phone, m.Text, m.Args...)
		return nil
	}
	if err != nil || !known {
		return err
	}
	switch {
	case who.State != "active":
		r.wrong(mainTab.name, n.Row, phoneHead, n.Phone, "这个账号已停用，请联系社区")
		return nil
	case who.Name != "" && who.Name != n.Lead:
		r.wrong(mainTab.name, n.Row, leadHead, n.Lead, "这个手机号登记的是别的姓名，请核对姓名和手机号")
		return nil
	case who.Home != "" && n.Home != "" && who.Home != n.Home:
		r.wrong(mainTab.name, n.Row, placeHead, n.Place, "这位居民登记的是别的社区，请核对")
		return nil
	}
	until, err := proposal.Banned(ctx, b.db, who.ID, b.clock.Now())
	if err != nil {
		return err
	}
	if until != nil {
		r.wrong(mainTab.name, n.Row, leadHead, n.Lead, "这位居民现在不能领办申报，请联系区里")
	}
	open, err := proposal.OpenDraft(ctx, b.db, e.ID, who.ID)
	if open {
		r.wrong(mainTab.name, n.Row, leadHead, n.Lead, "他在这一届已经有一份没有提交的草稿，请先处理那一份")
	}
	return err
}
