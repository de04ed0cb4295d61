package proposal

import (
	"context"
	"crypto/rand"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Want is one role a team looks for: truthful about what, when, where and the risks (L2 art. 12).
type Want struct {
	ID        string
	Task      string
	Skill     string
	TimeText  string
	PlaceText string
	Risk      string
	Role      string // member or helper
	Least     string // the youngest band of Ages that may ask
	Wanted    int
	Taken     int // places already filled
	State     string
	Version   int
}

// Left is how many places are still free.
func (w Want) Left() int { return max(w.Wanted-w.Taken, 0) }

// WantRoles are what somebody may be asked for in public.
var WantRoles = []edition.Choice{{Code: "member", Name: "成员，一起拿主意"}, {Code: "helper", Name: "帮手，来出一份力"}}

// Leasts are the choices of how old somebody must be.
var Leasts = []edition.Choice{{Code: "adult", Name: "满 18 岁"}, {Code: "16_17", Name: "满 16 岁"}, {Code: "14_15", Name: "满 14 岁，家长同意"}, {Code: "under_14", Name: "不限，孩子要家长同意并陪着"}}

// NewWant is a role wanted as the lead writes it. With the id of one there is, it changes that one.
type NewWant struct {
	ID        string `form:"id"`
	Version   int    `form:"version"` // 0 for a new one
	Task      string `form:"task"`
	Skill     string `form:"want_skill"`
	TimeText  string `form:"time_text"`
	PlaceText string `form:"place_text"`
	Risk      string `form:"risk"`
	Role      string `form:"want_role"`
	Least     string `form:"least"`
	Wanted    int    `form:"wanted"`
}

func (n NewWant) check() error {
	var wrong fault.Fields
	for _, t := range []struct{ field, text, missing string }{{"task", n.Task, "请写明要做什么"}, {"time_text", n.TimeText, "请写明什么时候、要花多少时间"},
		{"place_text", n.PlaceText, "请写明在哪里"}, {"risk", n.Risk, "请写明有什么风险；没有就写「没有特别的风险」"}} {
		if t.text == "" {
			wrong.Add(t.field, t.missing)
		}
		short(&wrong, t.field, t.text, 100)
	}
	short(&wrong, "want_skill", n.Skill, 30)
	if !edition.Known(WantRoles, n.Role) {
		wrong.Add("want_role", "请选择请他来做成员还是帮手")
	}
	if !edition.Known(Leasts, n.Least) {
		wrong.Add("least", "请选择年龄要求")
	}
	if n.Role == "member" && n.Least != "adult" && n.Least != "" {
		wrong.Add("least", "成员要满 18 岁。未满 18 岁的请选「帮手」")
	}
	if n.Wanted < 1 || n.Wanted > 20 {
		wrong.Add("wanted", "请填写 1 到 20 之间的数")
	}
	return wrong.Err()
}

const (
	mostWants   = 10
	takenColumn = `(select count(*) from team_member m where m.want_id = w.id and m.state = 'accepted')`
	wantColumns = `w.id::text, w.task, w.skill, w.time_text, w.place_text, w.risk, w.role, w.least, w.wanted, ` + takenColumn + ` as taken, w.state, w.version`
	wantsSQL    = `select ` + wantColumns + ` from team_want w where w.team_id = @team::uuid order by w.at, w.id`
	wantSQL     = `select ` + wantColumns + ` from team_want w where w.id = @id::uuid and w.team_id = @team::uuid`
	addWantSQL  = `insert into team_want (id, team_id, task, skill, time_text, place_text, risk, role, least, wanted, at) values (@id, @team, @task, @skill, @time, @place, @risk, @role, @least, @wanted, @at)
  on conflict (id) do nothing`
	editWantSQL = `update team_want set task = @task, skill = @skill, time_text = @time, place_text = @place, risk = @risk, role = @role, least = @least, wanted = @wanted, version = version + 1 where id = @id::uuid`
	turnWantSQL = `update team_want set state = @to, version = version + 1 where id = @id::uuid`
)

// SetWant adds a role wanted, or changes one at the version that was seen. By the lead.
func (b *Book) SetWant(ctx context.Context, by identity.Actor, proposalID string, n NewWant) error {
	if err := n.check(); err != nil {
		return err
	}
	n.ID = formID(n.ID)
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockLed(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		wants, err := pg.All[Want](ctx, tx, wantsSQL, pg.Args{"team": p.TeamID})
		if err != nil {
			return err
		}
		now := b.clock.Now()
		args := pg.Args{"id": n.ID, "task": n.Task, "skill": n.Skill, "time": n.TimeText, "place": n.PlaceText, "risk": n.Risk, "role": n.Role, "least": n.Least, "wanted": n.Wanted}
		e := audit.Event{Entity: "team_want", ID: n.ID, Version: n.Version + 1, Action: "want", To: "open", Place: p.Place, At: now}
		for _, have := range wants {
			if have.ID != n.ID {
				continue
			}
			if have.Version != n.Version || n.Version == 0 {
				if done, err := audit.Did(ctx, tx, by, "team_want", n.ID, n.Version+1, "want"); err != nil || done {
					return err
				}
				return stale()
			}
			if _, err := pg.Do(ctx, tx, editWantSQL, args); err != nil {
				return err
			}
			e.From, e.To = have.State, have.State
			return audit.Record(ctx, tx, w, e)
		}
		switch {
		case n.Version != 0:
			return stale()
		case len(wants) >= mostWants:
			return fault.Field("task", "最多写 %d 项，相近的可以合成一项", mostWants)
		}
		args["team"], args["at"] = p.TeamID, now
		if rows, err := pg.Do(ctx, tx, addWantSQL, args); err != nil || rows == 0 {
			return err
		}
		return audit.Record(ctx, tx, w, e)
	})
}

// Turn opens or closes something at the version that was seen.
type Turn struct {
	Version int  `form:"version"`
	Open    bool `form:"open"`
}

func (t Turn) to() string {
	if t.Open {
		return "open"
	}
	return "closed"
}

// TurnWant opens or closes a role wanted, by the lead.
func (b *Book) TurnWant(ctx context.Context, by identity.Actor, proposalID, wantID string, t Turn) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockLed(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		have, err := pg.One[Want](ctx, tx, wantSQL, pg.Args{"id": wantID, "team": p.TeamID})
		if err != nil || have.State == t.to() {
			return err
		}
		if have.Version != t.Version {
			return stale()
		}
		if _, err := pg.Do(ctx, tx, turnWantSQL, pg.Args{"id": wantID, "to": t.to()}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "team_want", ID: wantID, Version: have.Version + 1, Action: "turn", From: have.State, To: t.to(), Place: p.Place, At: b.clock.Now()})
	})
}

// roomFor tells why a role wanted takes nobody more. The caller holds the proposal.
func roomFor(ctx context.Context, tx pg.Tx, wantID string) error {
	if wantID == "" {
		return nil
	}
	left, err := pg.Value[int](ctx, tx, leftSQL, pg.Args{"id": wantID})
	if err == nil && left <= 0 {
		err = fault.New(fault.Conflict, "这一项已经招满了。要多请一位，请先把要的人数改多")
	}
	return err
}

const leftSQL = `select wanted - ` + takenColumn + ` from team_want w where w.id = @id::uuid`

// Post is what everybody may read about a team that looks for people: what its lead wrote for it, nothing else.
type Post struct {
	ID      string
	Code    string // the short address: /r/CODE
	Title   string
	Intro   string
	State   string
	Version int
}

// NewPost is the public text of a recruitment, as the lead writes it.
type NewPost struct {
	Version int    `form:"version"`
	Title   string `form:"post_title"`
	Intro   string `form:"intro"`
}

const (
	postSQL    = `select id::text, code, title, intro, state, version from team_post where team_id = @team::uuid`
	addPostSQL = `insert into team_post (id, team_id, code, title, intro, state, at) values (@id, @team, @code, @title, @intro, 'open', @at)`
	setPostSQL = `update team_post set title = @title, intro = @intro, state = @to, version = version + 1 where id = @id::uuid`
)

// Publish puts a team's recruitment on the public page, or changes its text, by the lead: nothing of a draft is public
// before. At least one role must be wanted.
func (b *Book) Publish(ctx context.Context, by identity.Actor, proposalID string, n NewPost) error {
	var wrong fault.Fields
	if n.Title == "" {
		wrong.Add("post_title", "请填写招募的题目")
	}
	if n.Intro == "" {
		wrong.Add("intro", "请用一两句话说说要做什么")
	}
	short(&wrong, "post_title", n.Title, 30)
	short(&wrong, "intro", n.Intro, 120)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockLed(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		wants, err := pg.All[Want](ctx, tx, wantsSQL, pg.Args{"team": p.TeamID})
		if err != nil {
			return err
		}
		open := 0
		for _, w := range wants {
			if w.State == "open" {
				open++
			}
		}
		if open == 0 {
			return fault.Field("post_title", "请先写一项「想请人做什么」，再公开招募")
		}
		have, there, err := pg.Maybe[Post](ctx, tx, postSQL, pg.Args{"team": p.TeamID})
		if err != nil {
			return err
		}
		now := b.clock.Now()
		e := audit.Event{Entity: "team_post", ID: have.ID, Version: have.Version + 1, Action: "publish", From: have.State, To: "open", Place: p.Place, At: now}
		switch {
		case there && have.State == "open" && have.Title == n.Title && have.Intro == n.Intro:
			return nil
		case there && have.Version != n.Version:
			return stale()
		case there:
			_, err = pg.Do(ctx, tx, setPostSQL, pg.Args{"id": have.ID, "title": n.Title, "intro": n.Intro, "to": "open"})
		default:
			e.ID = newID()
			_, err = pg.Do(ctx, tx, addPostSQL, pg.Args{"id": e.ID, "team": p.TeamID, "code": shortCode(), "title": n.Title, "intro": n.Intro, "at": now})
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, e)
	})
}

// Unpublish takes a recruitment off the public page, by the lead.
func (b *Book) Unpublish(ctx context.Context, by identity.Actor, proposalID string, t Turn) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockLed(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		have, err := pg.One[Post](ctx, tx, postSQL, pg.Args{"team": p.TeamID})
		if err != nil || have.State == "closed" {
			return err
		}
		if have.Version != t.Version {
			return stale()
		}
		if _, err := pg.Do(ctx, tx, setPostSQL, pg.Args{"id": have.ID, "title": have.Title, "intro": have.Intro, "to": "closed"}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "team_post", ID: have.ID, Version: have.Version + 1, Action: "unpublish", From: "open", To: "closed", Place: p.Place, At: b.clock.Now()})
	})
}

// shortCode is eight letters without those that look alike, for an address somebody may have to type.
func shortCode() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	raw := make([]byte, 8)
	_, _ = rand.Read(raw)
	for i := range raw {
		raw[i] = letters[int(raw[i])%len(letters)]
	}
	return string(raw)
}

// Recruiting is a team that looks for people, as everybody may see it.
type Recruiting struct {
	ProposalID  string
	Code        string
	Title       string
	Intro       string
	Colour      string
	LeadName    string // masked: 周**
	PlaceName   string
	PlaceNameEn string
	Edition     string
	ClosesAt    *time.Time
	Wants       []Want
}

// RecruitFilter narrows the public list.
type RecruitFilter struct {
	Place string // a path, everything below it
	Skill string // words in what is wanted
}

const (
	recruitColumns = `p.id::text as proposal_id, o.code, o.title, o.intro, p.colour, l.name as lead_name, pl.name as place_name, pl.name_en as place_name_en, e.title as edition, e.closes_at,
  (select coalesce(jsonb_agg(jsonb_build_object('ID', w.id, 'Task', w.task, 'Skill', w.skill, 'TimeText', w.time_text, 'PlaceText', w.place_text, 'Risk', w.risk, 'Role', w.role, 'Least', w.least,
    'Wanted', w.wanted, 'Taken', ` + takenColumn + `, 'State', w.state, 'Version', w.version) order by w.at, w.id), '[]') from team_want w where w.team_id = o.team_id and w.state = 'open') as wants`
	recruitFrom = ` from team_post o join proposal p on p.team_id = o.team_id join team t on t.id = o.team_id join person l on l.id = p.lead_id join place pl on pl.path = p.place join edition e on e.id = p.edition_id
  where o.state = 'open' and t.state in ('forming', 'ready', 'active') and p.state not in ('withdrawn', 'void', 'ineligible', 'not_shortlisted', 'not_selected') and e.state <> 'cancelled'`
	recruitsSQL = `select ` + recruitColumns + recruitFrom + ` and (@place = '' or p.place <@ nullif(@place, '')::text::ltree)
  and exists (select from team_want w where w.team_id = o.team_id and w.state = 'open' and w.wanted > ` + takenColumn + ` and (@skill = '' or position(lower(@skill) in lower(w.skill || ' ' || w.task || ' ' || o.title)) > 0))
  order by o.at desc, o.id limit 100`
	recruitSQL = `select ` + recruitColumns + recruitFrom + ` and p.id = @id::uuid`
	byCodeSQL  = `select p.id::text from team_post o join proposal p on p.team_id = o.team_id where o.code = @code and o.state = 'open'`
)

// Recruits lists the teams that look for people, for everybody.
func (b *Book) Recruits(ctx context.Context, f RecruitFilter) ([]Recruiting, error) {
	list, err := pg.All[Recruiting](ctx, b.db, recruitsSQL, pg.Args{"place": f.Place, "skill": f.Skill})
	for i := range list {
		list[i].LeadName = Masked(list[i].LeadName)
	}
	return list, err
}

// Recruit is one team's public page; a team that looks for nobody has none.
func (b *Book) Recruit(ctx context.Context, proposalID string) (Recruiting, error) {
	r, err := pg.One[Recruiting](ctx, b.db, recruitSQL, pg.Args{"id": proposalID})
	r.LeadName = Masked(r.LeadName)
	return r, err
}

// RecruitByCode finds the page behind a short address.
func (b *Book) RecruitByCode(ctx context.Context, code string) (string, error) {
	return pg.Value[string](ctx, b.db, byCodeSQL, pg.Args{"code": code})
}
