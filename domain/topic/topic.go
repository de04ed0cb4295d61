// Package topic keeps deliberation (协商议事, DOMAIN §7.22): what neighbours propose to talk over, the meeting, what was
// decided, who does what by when, and the answer to whoever brought it up. A topic may become a proposal, with the link
// kept (§18-30). Its notices carry the code N37, which DOMAIN §13 does not have.
package topic

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// The states of a topic; the database knows which move is legal.
const (
	Collected = "collected"
	Screened  = "screened"
	Scheduled = "scheduled"
	Discussed = "discussed"
	Resolved  = "resolved"
	Executing = "executing"
	Feedback  = "feedback"
	Closed    = "closed"
	Declined  = "declined"
)

// Choice is a code with its Chinese name.
type Choice struct{ Code, Name string }

// States names the states.
var States = []Choice{{Collected, "等社区看"}, {Screened, "已收下，等开会"}, {Scheduled, "定了开会时间"}, {Discussed, "议过了，等决定"}, {Resolved, "有了决定"}, {Executing, "正在办"},
	{Feedback, "等提议人说满不满意"}, {Closed, "办结"}, {Declined, "没有采纳"}}

// Kinds are what topics are about.
var Kinds = []Choice{{"environment", "环境卫生"}, {"parking", "停车出行"}, {"facility", "设施维修"}, {"safety", "安全"}, {"elders", "老人的事"}, {"children", "孩子的事"}, {"culture", "文体活动"}, {"other", "其他"}}

// Decided are the states from which a topic may become a proposal.
var Decided = []string{Resolved, Executing, Feedback, Closed}

// open are the states of a topic that was taken up: the community has read the text.
var open = []string{Screened, Scheduled, Discussed, Resolved, Executing, Feedback, Closed}

// NameOf is the Chinese name of a code.
func NameOf(list []Choice, code string) string {
	for _, c := range list {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}

func known(list []Choice, code string) bool {
	return slices.ContainsFunc(list, func(c Choice) bool { return c.Code == code })
}

// Book is the door to topics.
type Book struct {
	db    *pg.DB
	store objects.Store
	clock clock.Clock
}

// New opens the book.
func New(db *pg.DB, store objects.Store, c clock.Clock) *Book { return &Book{db, store, c} }

// Topic is one matter, as staff and its proposer see it; Open makes of it what everybody sees.
type Topic struct {
	ID           string
	Number       string
	Place        string
	PlaceName    string
	PlaceNameEn  string
	ProposerID   string
	Proposer     string
	Kind         string
	Title        string
	Body         string
	WhereText    string
	Affected     string
	State        string
	Reason       string
	MergedInto   string // the topic it says the same as, "" for none
	MeetsAt      *time.Time
	MeetsWhere   string
	Host         string
	Invited      string // stakeholders, for staff and the proposer
	People       *int
	Discussion   string // for staff and the proposer: it may name people
	Decision     string
	VotesFor     *int
	VotesAgainst *int
	VotesAbstain *int
	Feedback     string
	FeedbackAt   *time.Time
	Satisfied    *bool
	Answer       string
	AnsweredAt   *time.Time
	SupportersN  int
	CreatedAt    time.Time
	Version      int
}

// Open tells whether everybody may see the topic: one that was talked over and did not pass stays to be read.
func (t Topic) Open() bool { return t.Live() || t.State == Declined && t.Decision != "" }

// Live tells whether the topic has been taken up and not been turned down.
func (t Topic) Live() bool { return slices.Contains(open, t.State) }

// Decided tells whether the topic may become a proposal.
func (t Topic) Decided() bool { return slices.Contains(Decided, t.State) }

// Task is what somebody does because of a decision.
type Task struct {
	ID       string
	What     string
	Owner    string // an office or a post, never a person's name: it is public
	Due      time.Time
	DoneAt   *time.Time
	DoneNote string
}

// Late tells whether a task is past its day and not done.
func (t Task) Late(now time.Time) bool {
	return t.DoneAt == nil && clock.Day(now).After(clock.Day(t.Due))
}

// Note is how the work went on.
type Note struct {
	Text string
	At   time.Time
}

const (
	columns = `t.id::text, t.number, t.place::text, l.name as place_name, l.name_en as place_name_en, t.proposer_id::text, p.name as proposer, t.kind, t.title, t.body, t.where_text, t.affected, t.state, t.reason,
  coalesce(t.merged_into::text, '') as merged_into, t.meets_at, t.meets_where, t.host, t.invited, t.people, t.discussion, t.decision, t.votes_for, t.votes_against, t.votes_abstain,
  t.feedback, t.feedback_at, t.satisfied, t.answer, t.answered_at, t.supporters_n, t.created_at, t.version`
	from    = ` from topic t join place l on l.path = t.place join person p on p.id = t.proposer_id `
	oneSQL  = `select ` + columns + from + `where t.id = @id::uuid`
	lockSQL = oneSQL + ` for no key update of t`
)

// Get is a topic by its id, asking nobody for permission.
func Get(ctx context.Context, q pg.Reader, id string) (Topic, error) {
	return pg.One[Topic](ctx, q, oneSQL, pg.Args{"id": id})
}

// masked is the topic as everybody may see it: the proposer as 张**, nothing that may name anybody.
func (t Topic) masked() Topic {
	first := ""
	for _, r := range t.Proposer {
		first = string(r) + "**"
		break
	}
	t.Proposer, t.ProposerID, t.Invited, t.Discussion, t.Answer, t.Reason = first, "", "", "", "", ""
	return t
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// formID is the id a form carries, or a fresh one when it carries none.
func formID(id string) string {
	if parsed, err := uuid.Parse(id); err == nil {
		return parsed.String()
	}
	return newID()
}

func stale() error {
	return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}

// reader tells whether somebody sees all of a topic: its proposer, and those who read the topics of its place.
func reader(by identity.Actor, t Topic) bool {
	return by.SignedIn() && by.ID == t.ProposerID || by.Sees(identity.ReadTopics, t.Place)
}
