package proposal

import (
	"context"
	"slices"
	"strings"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

// The limits of DOMAIN §16 count over all editions that are under way (§18-29): of a lead, of a member, of an
// organisation. Who counts holds the person's lock (alone) or the organisation's, so that they hold however many press
// at once.
const (
	underWay  = ` and p.state = any(@live) and e.state in ('open', 'closed', 'reviewing', 'publicizing')`
	ledSQL    = `select p.title from proposal p join edition e on e.id = p.edition_id where p.lead_id = @person::uuid and p.id <> @id::uuid` + underWay + ` order by p.submitted_at, p.id`
	joinedSQL = `select m.person_id::text as person_id, array_agg(p.title order by p.submitted_at, p.id) as titles from team_member m join proposal p on p.team_id = m.team_id
  join edition e on e.id = p.edition_id where m.person_id = any(@people::uuid[]) and m.state = 'accepted' and m.role <> 'mentor' and p.id <> @id::uuid` + underWay + `
  group by 1 having count(*) >= @most order by 1`
	orgSQL   = `select p.title from proposal p join edition e on e.id = p.edition_id where p.org_id = nullif(@org, '')::uuid and p.id <> @id::uuid` + underWay + ` order by p.submitted_at, p.id`
	orgOfSQL = `select coalesce(org_id::text, '') from proposal where id = @id::uuid`
)

type joined struct {
	PersonID string
	Titles   []string
}

// quoted names proposals in a sentence: 「甲」「乙」.
func quoted(titles []string) string { return "「" + strings.Join(titles, "」「") + "」" }

// within holds the limits over all editions that are under way: of the lead, of every member, of the organisation. It
// names what is in the way.
func within(ctx context.Context, tx pg.Tx, f Full) error {
	people, names := []string{}, map[string]string{}
	for _, m := range f.Members {
		if m.State == "accepted" && m.PersonID != "" && m.Role != "mentor" {
			people, names[m.PersonID] = append(people, m.PersonID), m.Name
		}
	}
	org, err := pg.Value[string](ctx, tx, orgOfSQL, pg.Args{"id": f.ID})
	if err != nil {
		return err
	}
	held := slices.Clone(people)
	if org != "" {
		held = append(held, org)
	}
	if err := alone(ctx, tx, held...); err != nil {
		return err
	}
	if err := leads(ctx, tx, f.Proposal, f.Edition, f.LeadID, "一个人最多领办 %d 个项目，您已经在领办%s。可以先撤回一个，或请团队里别的人领办"); err != nil {
		return err
	}
	if org != "" {
		have, err := pg.Values[string](ctx, tx, orgSQL, pg.Args{"org": org, "id": f.ID, "live": Live})
		if err != nil {
			return err
		}
		// Rules from before there was this one say nothing, and mean one (§16).
		if most := max(f.Edition.Rules.PerOrg, 1); len(have) >= most {
			return fault.New(fault.Conflict, "一个组织最多同时报 %d 个项目，这个组织已经报了%s。可以先撤回那一个，或换成居民团队申报", most, quoted(have))
		}
	}
	most := f.Edition.Rules.PerMember
	busy, err := pg.All[joined](ctx, tx, joinedSQL, pg.Args{"people": people, "id": f.ID, "live": Live, "most": most})
	if err == nil && len(busy) > 0 {
		err = fault.New(fault.Conflict, "一个人最多参加 %d 个项目，%s 已经在%s里。请换一位成员，或请他先退出一个", most, names[busy[0].PersonID], quoted(busy[0].Titles))
	}
	return err
}

// leads holds the limit of a lead; the sentence takes the limit and the names of what is in the way. The caller holds
// the person's lock.
func leads(ctx context.Context, tx pg.Tx, p Proposal, e edition.Edition, person, sentence string) error {
	have, err := pg.Values[string](ctx, tx, ledSQL, pg.Args{"person": person, "id": p.ID, "live": Live})
	if most := e.Rules.PerLead; err == nil && len(have) >= most {
		return fault.New(fault.Conflict, sentence, most, quoted(have))
	}
	return err
}

// room holds the limit of a person's projects when they join one that already takes part; lead tells who will read the
// sentence.
func room(ctx context.Context, tx pg.Tx, p Proposal, e edition.Edition, person string, lead bool) error {
	if p.State == Drafted {
		return nil // counted when it is handed in
	}
	if err := alone(ctx, tx, person); err != nil {
		return err
	}
	most := e.Rules.PerMember
	busy, err := pg.All[joined](ctx, tx, joinedSQL, pg.Args{"people": []string{person}, "id": p.ID, "live": Live, "most": most})
	if err != nil || len(busy) == 0 {
		return err
	}
	if lead {
		return fault.New(fault.Conflict, "一个人最多参加 %d 个项目，这位邻居已经在%s里。请他先退出一个", most, quoted(busy[0].Titles))
	}
	return fault.New(fault.Conflict, "一个人最多参加 %d 个项目，您已经在%s里。想加入这个，可以先退出一个", most, quoted(busy[0].Titles))
}
