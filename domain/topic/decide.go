package topic

import (
	"context"
	"io"
	"strconv"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func stamp(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") }

// Record is what was said at the meeting.
type Record struct {
	Version    int    `form:"version"`
	People     int    `form:"people"`
	Host       string `form:"host"`
	Discussion string `form:"discussion"`
}

// Paper is a file that goes with a record: the signed minutes or a photo of the meeting.
type Paper struct {
	Name string // as the sender's device calls it
	Body io.ReadSeeker
}

const recordSQL = `update topic set state = 'discussed', people = @people, host = @host, discussion = @discussion, version = version + 1 where id = @id::uuid`

// papersMost is how many files one record takes.
const papersMost = 6

// Record keeps what was said at a meeting that has been held, with its papers. Nothing of it is public but how many came.
func (b *Book) Record(ctx context.Context, by identity.Actor, id string, n Record, papers []Paper) error {
	t, err := b.staffSee(ctx, by, id)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	var wrong fault.Fields
	if n.People < 2 || n.People > 2000 {
		wrong.Add("people", "请填写到会的人数，至少 2 人")
	}
	if n.Host == "" {
		wrong.Add("host", "请填写谁来主持，写岗位就行，例如「社区书记」")
	}
	limit(&wrong, "host", n.Host, 30)
	if n.Discussion == "" {
		wrong.Add("discussion", "请写大家怎么说的")
	}
	limit(&wrong, "discussion", n.Discussion, 2000)
	if len(papers) == 0 {
		wrong.Add("papers", "请附上会议记录或现场照片")
	} else if len(papers) > papersMost {
		wrong.Add("papers", "一次最多附 %d 个文件", papersMost)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if t.State == Scheduled && t.MeetsAt.After(now) {
		return fault.New(fault.Conflict, "会还没有开，开过了再来记录。改时间的话请先改开会的安排")
	}
	kept := make([]evidence.New, 0, len(papers))
	for _, p := range papers {
		taken, err := evidence.TakePaper(ctx, b.store, p.Body)
		if err != nil {
			return inField(err, "papers")
		}
		kept = append(kept, evidence.New{ID: newID(), Digest: taken.Digest, Size: taken.Size, Mime: taken.Mime, Kind: "record", Owner: "topic", OwnerID: id, Place: t.Place, Name: p.Name, At: now})
	}
	return b.change(ctx, by, id, n.Version, deed{action: "record", from: []string{Scheduled}, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		for _, k := range kept {
			if _, err := evidence.Keep(ctx, tx, h.w, k); err != nil {
				return "", err
			}
		}
		if _, err := pg.Do(ctx, tx, recordSQL, pg.Args{"id": id, "people": n.People, "host": n.Host, "discussion": n.Discussion}); err != nil {
			return "", err
		}
		return Discussed, h.tellProposer(ctx, tx, "您提的「%s」开会议过了，正在写决定", h.Title)
	}})
}

// inField puts what is wrong with a file beside its field.
func inField(err error, field string) error {
	if fault.Is(err, fault.Invalid) && fault.InFields(err) == nil {
		m := fault.MessageOf(err)
		return fault.Field(field, m.Text, m.Args...)
	}
	return err
}

// NewTask is a task as it is written down.
type NewTask struct {
	What  string    `form:"what"`
	Owner string    `form:"owner"`
	Due   time.Time `form:"due"`
}

// Decision is what a meeting came to.
type Decision struct {
	Version  int       `form:"version"`
	Passed   string    `form:"passed"` // yes, no
	Decision string    `form:"decision"`
	For      int       `form:"for"`
	Against  int       `form:"against"`
	Abstain  int       `form:"abstain"`
	Tasks    []NewTask `form:"tasks"`
}

const (
	resolveSQL = `update topic set state = @to, decision = @decision, reason = @reason, votes_for = @for, votes_against = @against, votes_abstain = @abstain, version = version + 1 where id = @id::uuid`
	taskSQL    = `insert into topic_task (id, topic_id, what, owner, due, created_at) values (@id, @topic, @what, @owner, @due::date, @at)`
)

func (n Decision) check(people int, now time.Time) error {
	var wrong fault.Fields
	if n.Passed != "yes" && n.Passed != "no" {
		wrong.Add("passed", "请选通过了没有")
	}
	if n.Decision == "" {
		wrong.Add("decision", "请写决定了什么，邻居们都看得到")
	}
	limit(&wrong, "decision", n.Decision, 500)
	for _, v := range []struct {
		field string
		n     int
	}{{"for", n.For}, {"against", n.Against}, {"abstain", n.Abstain}} {
		if v.n < 0 {
			wrong.Add(v.field, "票数不能是负数")
		}
	}
	if votes := n.For + n.Against + n.Abstain; votes > people {
		wrong.Add("for", "到会 %d 人，票数加起来是 %d，多了。请核对", people, votes)
	}
	if n.Passed == "yes" && n.For <= n.Against {
		wrong.Add("for", "赞成的要比反对的多，才算通过")
	}
	if n.Passed == "no" && n.For > n.Against {
		wrong.Add("passed", "赞成的比反对的多，请核对是不是通过了")
	}
	if n.Passed == "yes" && len(n.Tasks) == 0 {
		wrong.Add("tasks.0.what", "请写至少一件接着要办的事")
	}
	for i, t := range n.Tasks {
		t.check(&wrong, i, now)
	}
	return wrong.Err()
}

func (t NewTask) check(wrong *fault.Fields, i int, now time.Time) {
	at := "tasks." + strconv.Itoa(i) + "."
	if t.What == "" {
		wrong.Add(at+"what", "请写办什么")
	}
	limit(wrong, at+"what", t.What, 60)
	if t.Owner == "" {
		wrong.Add(at+"owner", "请写由谁来办，写单位或岗位，不写姓名")
	}
	limit(wrong, at+"owner", t.Owner, 30)
	switch {
	case t.Due.IsZero():
		wrong.Add(at+"due", "请填写哪天以前办好")
	case clock.Day(t.Due).Before(clock.Day(now)):
		wrong.Add(at+"due", "这一天已经过了，请检查")
	case t.Due.After(now.AddDate(3, 0, 0)):
		wrong.Add(at+"due", "请定在三年以内")
	}
}

// tasksMost is how many tasks one decision takes.
const tasksMost = 6

// Resolve writes the decision down: passed, with what is to be done; or not, and the topic ends there.
func (b *Book) Resolve(ctx context.Context, by identity.Actor, id string, n Decision) error {
	t, err := b.staffSee(ctx, by, id)
	if err != nil {
		return err
	}
	people := 0
	if t.People != nil {
		people = *t.People
	}
	n.Tasks = n.Tasks[:min(len(n.Tasks), tasksMost)]
	if n.Passed == "no" {
		n.Tasks = nil
	}
	if err := n.check(people, b.clock.Now()); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "resolve", from: []string{Discussed}, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		args := pg.Args{"id": id, "to": Resolved, "decision": n.Decision, "reason": "", "for": n.For, "against": n.Against, "abstain": n.Abstain}
		if n.Passed == "no" {
			args["to"], args["reason"] = Declined, n.Decision
			if _, err := pg.Do(ctx, tx, resolveSQL, args); err != nil {
				return "", err
			}
			if err := h.tellSupporters(ctx, tx, "您关心的「%s」开会议过，没有通过", h.Title); err != nil {
				return "", err
			}
			return Declined, h.tellProposer(ctx, tx, "您提的「%s」开会议过，没有通过：%s", h.Title, n.Decision)
		}
		if _, err := pg.Do(ctx, tx, resolveSQL, args); err != nil {
			return "", err
		}
		for _, t := range n.Tasks {
			if _, err := pg.Do(ctx, tx, taskSQL, pg.Args{"id": newID(), "topic": id, "what": t.What, "owner": t.Owner, "due": t.Due, "at": h.at}); err != nil {
				return "", err
			}
		}
		if err := h.tellSupporters(ctx, tx, "您关心的「%s」有了决定，点进来看", h.Title); err != nil {
			return "", err
		}
		return Resolved, h.tellProposer(ctx, tx, "您提的「%s」有了决定，点进来看。您也可以把它写成提案", h.Title)
	}})
}
