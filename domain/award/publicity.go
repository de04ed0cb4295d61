package award

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Publicity is a public notice (公示) with its window.
type Publicity struct {
	ID              string
	Number          string
	EditionID       string
	Place           string
	State           string
	OpensAt         time.Time
	ClosesAt        time.Time // the first instant too late
	CalendarVersion int
	RulesVersion    int
	Content         string
	Digest          string
	Publisher       string
	Cause           string
	Follows         string // the id of the notice it corrects, "" for the first
	RoundRun        int
	Version         int
}

// Read unfolds the sealed content; Invalid digests are told apart by Sealed.
func (p Publicity) Read() (Content, error) {
	var c Content
	err := json.Unmarshal([]byte(p.Content), &c)
	return c, err
}

// Sealed tells whether the content is the one that was published.
func (p Publicity) Sealed() bool { return fingerprint(p.Content) == p.Digest }

// Open tells whether objections are taken at a moment.
func (p Publicity) Open(at time.Time) bool { return p.State == "open" && at.Before(p.ClosesAt) }

func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

const (
	publicityColumns = `n.id::text, n.number, n.edition_id::text, n.place::text, n.state, n.opens_at, n.closes_at, n.calendar_version, n.rules_version, n.content, n.digest, n.publisher::text, n.cause, coalesce(n.follows::text, '') as follows, n.round_run, n.version`
	publicitySQL     = `select ` + publicityColumns + ` from publicity n where n.id = @id::uuid`
	lockPublicitySQL = `select ` + publicityColumns + ` from publicity n where n.id = @id::uuid for no key update`
	noticesSQL       = `select ` + publicityColumns + ` from publicity n where n.state <> 'void' and n.archived_at is null and (n.opens_at, n.id) < (@before, @last::uuid) order by n.opens_at desc, n.id desc limit @n`
	newPublicitySQL  = `insert into publicity (id, number, edition_id, place, kind, opens_at, closes_at, calendar_version, rules_version, content, digest, publisher, cause, follows, round_run)
  values (@id, @number, @edition, @place::text::ltree, 'award', @opens, @closes, @calendar, @rules, @content, @digest, @me, @cause, nullif(@follows, '')::uuid, @run)`
	itemSQL   = `insert into publicity_item (publicity_id, award_id) values (@publicity, @award)`
	numberSQL = `select next_number(@series)`
	rowsSQL   = `select a.id::text as award_id, coalesce(p.number, '') as number, p.title, t.name as team, u.name as lead, pl.name as community, pl.name_en as community_en,
    p.track, p.category, p.state, a.rank, a.score, a.result, a.grade, a.amount, a.reason, a.state = 'revoked' as gone, coalesce(x.n, 0) as sheets, coalesce(cardinality(x.dropped), 0) as dropped
  from award a join proposal p on p.id = a.proposal_id join team t on t.id = p.team_id join person u on u.id = p.lead_id join place pl on pl.path = p.place
    left join lateral (select r.n, r.dropped from round_result r where r.round_id = @round::uuid and r.proposal_id = p.id order by r.run desc limit 1) x on true
  where a.edition_id = @edition::uuid and case when cardinality(@ids::text[]::uuid[]) = 0 then a.state = 'proposed' else a.id = any(@ids::text[]::uuid[]) end order by p.track, a.rank, a.id`
	waitingSQL = `select count(*) from proposal p where p.edition_id = @edition::uuid and p.state = 'ranked' and not exists (select from award a where a.proposal_id = p.id and a.state = 'proposed')`
)

// series numbers a kind of paper by the month, such as GS2026060001 (DOMAIN §15.1).
func series(ctx context.Context, tx pg.Tx, prefix string, at time.Time) (string, error) {
	key := prefix + at.In(clock.Shanghai).Format("200601")
	n, err := pg.Value[int](ctx, tx, numberSQL, pg.Args{"series": key})
	return fmt.Sprintf("%s%04d", key, n), err
}

// NewNotice publishes results.
type NewNotice struct {
	ID string `form:"id"`
}

// Publish opens the public notice of an allocation: its content is sealed, its window is counted in working days and
// stored, and everybody is told.
func (b *Book) Publish(ctx context.Context, by identity.Actor, editionID string, n NewNotice) error {
	e, err := seen(ctx, b.db, by, editionID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.PublishNotices, e.Place)
	if err != nil {
		return err
	}
	h := hand{w, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if e, err = edition.Lock(ctx, tx, editionID); err != nil {
			return err
		}
		made, found, err := pg.Maybe[Publicity](ctx, tx, publicitySQL, pg.Args{"id": n.ID})
		if err != nil || found && made.EditionID == editionID && made.Publisher == by.ID { // the same form came twice
			return err
		}
		if err := judged(ctx, tx, e); err != nil {
			return err
		}
		if err := b.abreast(ctx, tx, e); err != nil {
			return err
		}
		awards, err := b.ready(ctx, tx, e)
		if err != nil {
			return err
		}
		p, content, err := b.seal(ctx, tx, h, e, announcement{ID: n.ID, Cause: First, Publisher: by.ID})
		if err != nil {
			return err
		}
		for _, a := range awards {
			if err := publicize(ctx, tx, h, p, a); err != nil {
				return err
			}
		}
		if err := edition.Move(ctx, tx, w, e.ID, edition.Publicizing, "", h.at); err != nil {
			return err
		}
		return tellPublished(ctx, tx, h, e, p, content)
	})
}

// ready gives the decisions to publish, when they still fit the ranking and the money.
func (b *Book) ready(ctx context.Context, tx pg.Tx, e edition.Edition) ([]Award, error) {
	all, err := pg.All[Award](ctx, tx, lockAllSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return nil, err
	}
	missing, err := pg.Value[int64](ctx, tx, waitingSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return nil, err
	}
	awards, given := []Award{}, map[string]yuan.Fen{}
	for _, a := range all {
		if a.State != Proposed {
			continue
		}
		p, err := proposal.Get(ctx, tx, a.ProposalID)
		if err != nil {
			return nil, err
		}
		if p.State != proposal.Ranked {
			missing++
		}
		awards = append(awards, a)
		given[a.FundSourceID] += a.Amount
	}
	if len(awards) == 0 || missing > 0 {
		return nil, fault.New(fault.Conflict, "还没有分配资金，或者分配以后有项目退出。请先点「分配资金」")
	}
	pools, err := sources(ctx, tx, e.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range pools {
		if given[s.ID] > s.Amount {
			return nil, fault.New(fault.Conflict, "分配的金额超过了资金来源的余额，请重新分配")
		}
	}
	return awards, nil
}

// announcement is a notice about to be published.
type announcement struct {
	ID        string
	Cause     string
	Follows   Publicity // zero for the first
	Awards    []string  // the rows; none for all that are proposed
	Was       map[string]ContentWas
	Why       fault.Message
	Publisher string
}

// seal renders the notice's content, fixes its window and stores both.
func (b *Book) seal(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, n announcement) (Publicity, Content, error) {
	calendar, err := place.Calendar(ctx, tx)
	if err != nil {
		return Publicity{}, Content{}, err
	}
	p := Publicity{ID: n.ID, EditionID: e.ID, Place: e.Place, State: "open", OpensAt: h.at, ClosesAt: calendar.AddWorkingDays(h.at, max(e.Rules.PublicDays, 3)), Cause: n.Cause,
		Follows: n.Follows.ID}
	if p.Number, err = series(ctx, tx, "GS", h.at); err != nil {
		return p, Content{}, err
	}
	content, err := draw(ctx, tx, e, p, n)
	if err != nil {
		return p, content, err
	}
	raw, err := json.Marshal(content)
	if err != nil {
		return p, content, err
	}
	p.Content, p.Digest, p.RoundRun = string(raw), fingerprint(string(raw)), max(content.Run, 1)
	_, err = pg.Do(ctx, tx, newPublicitySQL, pg.Args{"id": n.ID, "number": p.Number, "edition": e.ID, "place": e.Place, "opens": p.OpensAt, "closes": p.ClosesAt,
		"calendar": calendar.Version, "rules": e.Version, "content": p.Content, "digest": p.Digest, "me": n.Publisher, "cause": n.Cause, "follows": n.Follows.ID, "run": p.RoundRun})
	if err != nil {
		return p, content, err
	}
	return p, content, audit.Record(ctx, tx, h.w, audit.Event{Entity: "publicity", ID: p.ID, Version: 1, Action: "publish", To: "open", Place: e.Place,
		Data: map[string]string{"number": p.Number, "digest": p.Digest, "cause": p.Cause, "follows": p.Follows}, At: h.at})
}

type line struct {
	AwardID, Number, Title, Team, Lead, Community, CommunityEn, Track, Category, State, Result, Grade, Reason string
	Rank, Score, Sheets, Dropped                                                                              int
	Amount                                                                                                    yuan.Fen
	Gone                                                                                                      bool // its result was taken back
}

// draw puts a notice's content together.
func draw(ctx context.Context, tx pg.Tx, e edition.Edition, p Publicity, n announcement) (Content, error) {
	where, err := place.One(ctx, tx, e.Place)
	if err != nil {
		return Content{}, err
	}
	rounds, err := judging.Rounds(ctx, tx, e.ID)
	if err != nil {
		return Content{}, err
	}
	r, _ := judging.Ranking(rounds)
	c := Content{Number: p.Number, Edition: e.Title, EditionEn: e.TitleEn, EditionID: e.ID, District: where.Name, DistrictEn: where.NameEn, Opens: p.OpensAt,
		Closes: p.ClosesAt, Days: max(e.Rules.PublicDays, 3), Round: r.Name, TrimAt: r.TrimAt, Seed: r.Seed, Digest: r.Digest, Contact: e.Contact}
	funds, err := edition.Funds(ctx, tx, e.ID)
	if err != nil {
		return c, err
	}
	for _, f := range funds {
		c.Sources = append(c.Sources, ContentSource{f.ID, f.Name, f.Amount})
	}
	if n.Cause != First {
		c.Cause, c.Follows, c.FollowsID, c.Why = n.Cause, n.Follows.Number, n.Follows.ID, n.Why
	}
	_, c.ByPanel = judging.PanelOf(rounds)
	if err := c.explain(ctx, tx, e, r); err != nil {
		return c, err
	}
	list, err := pg.All[line](ctx, tx, rowsSQL, pg.Args{"edition": e.ID, "round": r.ID, "ids": append([]string{}, n.Awards...)})
	if err != nil {
		return c, err
	}
	for _, l := range list {
		row := ContentRow{AwardID: l.AwardID, Number: l.Number, Title: l.Title, Team: l.Team, Lead: proposal.Masked(l.Lead), Community: l.Community,
			CommunityEn: l.CommunityEn, Track: l.Track, Category: l.Category, Rank: l.Rank, Score: l.Score, Sheets: l.Sheets, Dropped: l.Dropped, Result: l.Result,
			Grade: l.Grade, Amount: l.Amount, Reason: Award{Reason: l.Reason}.Why()}
		if was, changed := n.Was[l.AwardID]; changed {
			row.Was = &was
		}
		if l.Gone {
			row.Result, row.Amount, row.Grade = Revoked, 0, ""
		}
		c.Rows = append(c.Rows, row)
	}
	return c, nil
}

// publicize puts one decision into the notice and tells its team (N08).
func publicize(ctx context.Context, tx pg.Tx, h hand, p Publicity, a Award) error {
	if _, err := pg.Do(ctx, tx, itemSQL, pg.Args{"publicity": p.ID, "award": a.ID}); err != nil {
		return err
	}
	if err := move(ctx, tx, h, a, Publicized, "publicize", ""); err != nil {
		return err
	}
	step := proposal.Step{ID: a.ProposalID, To: a.Result, At: h.at}
	if a.Result == Selected {
		step.Awarded = &a.Amount
	}
	if err := proposal.Move(ctx, tx, h.w, step); err != nil {
		return err
	}
	target, err := proposal.Get(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	word, _, err := judging.PanelWordOf(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	text := fault.Say("「%s」这次没有立项。评委的建议在结果页里，希望对您有用", target.Title)
	switch n := len(word.Conditions); {
	case a.Result == Selected && n > 0:
		text = fault.Say("「%s」通过评审，拟资助 %s，附 %d 个条件，在结果页里。正在公示，公示期满没有异议就立项", target.Title, a.Amount.Show(), n)
	case a.Result == Selected:
		text = fault.Say("「%s」通过评审，拟资助 %s，正在公示。公示期满没有异议就立项", target.Title, a.Amount.Show())
	case a.Result == Reserve:
		text = fault.Say("「%s」进入候补。前面的项目有空出来的，会按名次递补", target.Title)
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N08", To: []string{target.LeadID}, Text: text, Link: "/proposals/" + a.ProposalID + "/result", Key: a.ID, At: h.at})
}

const hoodsSQL = `select distinct g.person_id::text from role_grant g where g.until is null and g.role in ('community_staff', 'community_head') and g.place <@ @place::text::ltree order by 1`

// tellPublished leaves N09 with the communities' staff.
func tellPublished(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, p Publicity, c Content) error {
	staff, err := pg.Values[string](ctx, tx, hoodsSQL, pg.Args{"place": e.Place})
	if err != nil {
		return err
	}
	text := fault.Say("公示 %s 发布了：「%s」%d 个项目的结果，%s 前可以提异议。请打印张贴", p.Number, e.Title, len(c.Rows), until(p.ClosesAt))
	return notice.Tell(ctx, tx, notice.Letter{Code: "N09", To: staff, Text: text, Link: "/notices/" + p.ID, Key: p.ID, At: h.at})
}

// until writes a deadline that is the first instant too late: the evening before, 24:00.
func until(t time.Time) string {
	return t.Add(-time.Second).In(clock.Shanghai).Format("2006-01-02") + " 24:00"
}

// Notices lists the public notices, newest first, from before a moment.
func Notices(ctx context.Context, q pg.Reader, before time.Time, last string, n int) ([]Publicity, error) {
	return pg.All[Publicity](ctx, q, noticesSQL, pg.Args{"before": before, "last": last, "n": n})
}

// Notice is a public notice by its id; one that was voided is there no more.
func Notice(ctx context.Context, q pg.Reader, id string) (Publicity, error) {
	p, err := pg.One[Publicity](ctx, q, publicitySQL, pg.Args{"id": id})
	if err == nil && p.State == "void" {
		err = fault.Missing()
	}
	return p, err
}
