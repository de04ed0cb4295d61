package topic

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Progress is how the work goes on: a word for everybody, and perhaps a task that is done.
type Progress struct {
	ID      string `form:"id"`
	Version int    `form:"version"`
	Text    string `form:"text"`
	Task    string `form:"task"` // the task that is done, "" for none
}

const (
	noteSQL    = `insert into topic_note (id, topic_id, text, by_person, at) values (@id, @topic, @text, @me, @at) on conflict (id) do nothing`
	executeSQL = `update topic set state = 'executing', version = version + 1 where id = @id::uuid`
	doneSQL    = `update topic_task set done_at = @at, done_note = @note, done_by = @me where id = @task::uuid and topic_id = @topic::uuid and done_at is null`
)

// Report says how the work goes on; the first word starts it.
func (b *Book) Report(ctx context.Context, by identity.Actor, id string, n Progress) error {
	var wrong fault.Fields
	if n.Text == "" {
		wrong.Add("text", "请写办到哪一步了，邻居们都看得到")
	}
	limit(&wrong, "text", n.Text, 300)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "report", from: []string{Resolved, Executing}, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if n.Task != "" {
			rows, err := pg.Do(ctx, tx, doneSQL, pg.Args{"task": formID(n.Task), "topic": id, "me": by.ID, "note": n.Text, "at": h.at})
			if err != nil {
				return "", err
			}
			if rows == 0 {
				return "", fault.Field("task", "这件事已经记过办好了，请刷新页面看看")
			}
		}
		if _, err := pg.Do(ctx, tx, noteSQL, pg.Args{"id": formID(n.ID), "topic": id, "text": n.Text, "me": by.ID, "at": h.at}); err != nil {
			return "", err
		}
		if _, err := pg.Do(ctx, tx, executeSQL, pg.Args{"id": id}); err != nil {
			return "", err
		}
		return Executing, h.tellProposer(ctx, tx, "您提的「%s」有了进展：%s", h.Title, n.Text)
	}})
}

// Reply is the answer to whoever brought the topic up.
type Reply struct {
	Version int    `form:"version"`
	Text    string `form:"text"`
}

const (
	openTasksSQL = `select count(*) from topic_task where topic_id = @id::uuid and done_at is null`
	feedbackSQL  = `update topic set state = 'feedback', feedback = @text, feedback_at = @at, satisfied = null, answer = '', answered_at = null, version = version + 1 where id = @id::uuid`
)

// Answer tells the proposer what came of it, once every task is done, and asks whether they are satisfied.
func (b *Book) Answer(ctx context.Context, by identity.Actor, id string, n Reply) error {
	var wrong fault.Fields
	if n.Text == "" {
		wrong.Add("text", "请写办得怎么样，提议人和邻居们都看得到")
	}
	limit(&wrong, "text", n.Text, 500)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "answer", from: []string{Resolved, Executing}, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if left, err := pg.Value[int](ctx, tx, openTasksSQL, pg.Args{"id": id}); err != nil || left > 0 {
			if err == nil {
				err = fault.New(fault.Conflict, "还有 %d 件事没有办好，都办好了再答复", left)
			}
			return "", err
		}
		if _, err := pg.Do(ctx, tx, feedbackSQL, pg.Args{"id": id, "text": n.Text, "at": h.at}); err != nil {
			return "", err
		}
		return Feedback, h.tellProposer(ctx, tx, "您提的「%s」办好了，请您说说满不满意", h.Title)
	}})
}

// Verdict is the proposer's word on what came of it.
type Verdict struct {
	Version   int    `form:"version"`
	Satisfied string `form:"satisfied"` // yes, no
	Text      string `form:"text"`
}

const judgeSQL = `update topic set state = @to, satisfied = @satisfied, answer = @text, answered_at = @at, version = version + 1 where id = @id::uuid`

// Judge is the proposer's one tap: satisfied closes the topic, not satisfied hands it back to be done.
func (b *Book) Judge(ctx context.Context, by identity.Actor, id string, n Verdict) error {
	var wrong fault.Fields
	if n.Satisfied != "yes" && n.Satisfied != "no" {
		wrong.Add("satisfied", "请点满意或不满意")
	}
	limit(&wrong, "text", n.Text, 200)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "judge", own: true, from: []string{Feedback}, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		to := Closed
		if n.Satisfied == "no" {
			to = Executing
		}
		if _, err := pg.Do(ctx, tx, judgeSQL, pg.Args{"id": id, "to": to, "satisfied": to == Closed, "text": n.Text, "at": h.at}); err != nil {
			return "", err
		}
		staff, err := notice.Holders(ctx, tx, h.Place, identity.CommunityStaff)
		if err != nil {
			return "", err
		}
		text := fault.Say("「%s」的提议人表示满意，办结了", h.Title)
		if to == Executing {
			text = fault.Say("「%s」的提议人不满意，请再看看还差什么", h.Title)
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N37", To: staff, Text: text, Link: "/desk/topics/" + id, Key: id + "/judged" + h.at.Format(time.RFC3339), At: h.at}); err != nil {
			return "", err
		}
		if to == Closed {
			err = h.tellSupporters(ctx, tx, "您关心的「%s」办结了", h.Title)
		}
		return to, err
	}})
}

// silence is how long a proposer has to say whether they are satisfied.
const silence = 15 * 24 * time.Hour

const (
	silentSQL = `select ` + columns + from + `where t.state = 'feedback' and t.feedback_at <= @before::timestamptz order by t.id limit 200 for no key update of t skip locked`
	closeSQL  = `update topic set state = 'closed', version = version + 1 where id = @id::uuid`
	lateSQL   = `select k.id::text as task, k.what, k.due, t.id::text as topic, t.place::text as place from topic_task k join topic t on t.id = k.topic_id
  where k.done_at is null and t.state in ('resolved','executing') and k.due < (@at::timestamptz at time zone 'Asia/Shanghai')::date order by k.due, k.id limit 500`
)

// Tend is what the calendar does with topics: it closes those whose proposer has not answered in fifteen days, and reminds
// the community once of every task that is past its day.
func (b *Book) Tend(ctx context.Context, tx pg.Tx, due time.Time) error {
	silent, err := pg.All[Topic](ctx, tx, silentSQL, pg.Args{"before": due.Add(-silence)})
	if err != nil {
		return err
	}
	for _, t := range silent {
		if err := b.closeSilent(ctx, tx, t, due); err != nil {
			return err
		}
	}
	type late struct {
		Task, What, Topic, Place string
		Due                      time.Time
	}
	tasks, err := pg.All[late](ctx, tx, lateSQL, pg.Args{"at": due})
	if err != nil {
		return err
	}
	for _, k := range tasks {
		staff, err := notice.Holders(ctx, tx, k.Place, identity.CommunityStaff, identity.CommunityHead)
		if err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N37", To: staff, Text: fault.Say("议题要办的「%s」%s 到期，还没有记办好", k.What, k.Due.Format(time.DateOnly)), Link: "/desk/topics/" + k.Topic, Key: k.Task, At: due}); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) closeSilent(ctx context.Context, tx pg.Tx, t Topic, due time.Time) error {
	w, err := identity.House().Must(identity.KeepCalendar, t.Place)
	if err != nil {
		return err
	}
	h := hand{t, w, due}
	if _, err := pg.Do(ctx, tx, closeSQL, pg.Args{"id": t.ID}); err != nil {
		return err
	}
	if err := h.tellProposer(ctx, tx, "您提的「%s」答复满 15 天，自动办结了。还有没办好的，可以再提一次", t.Title); err != nil {
		return err
	}
	if err := h.tellSupporters(ctx, tx, "您关心的「%s」办结了", t.Title); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "topic", ID: t.ID, Version: t.Version + 1, Action: "close", From: t.State, To: Closed, Place: t.Place, At: due})
}
