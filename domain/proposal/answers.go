package proposal

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// District is the district's part of a proposal: the questions of the version it is written under, the answers, and for a
// draft what has changed since it was last saved.
type District struct {
	Form    edition.FormVersion
	Answers edition.Answers
	News    []edition.Reworded // a draft is asked a newer version than it was saved under; empty when not
}

// Questions are those that are asked, given the answers.
func (d District) Questions() []edition.Question { return edition.Asked(d.Form.Questions, d.Answers) }

const keptAnswersSQL = `select form_version, answers from proposal where id = @id::uuid`

type keptAnswers struct {
	FormVersion int
	Answers     edition.Answers
}

// asked reads the district's part of a proposal: a draft is asked the newest version, what was handed in keeps its own.
func asked(ctx context.Context, q pg.Reader, p Proposal) (District, error) {
	k, err := pg.One[keptAnswers](ctx, q, keptAnswersSQL, pg.Args{"id": p.ID})
	if err != nil {
		return District{}, err
	}
	if len(k.Answers) == 0 {
		k.Answers = nil
	}
	own, err := edition.FormAt(ctx, q, p.EditionID, k.FormVersion)
	if err != nil || p.State != Drafted {
		return District{Form: own, Answers: k.Answers}, err
	}
	newest, err := edition.NewestForm(ctx, q, p.EditionID)
	a := District{Form: newest, Answers: k.Answers}
	if k.FormVersion > 0 && k.FormVersion < newest.Version {
		a.News = edition.Differ(own.Questions, newest.Questions)
	}
	return a, err
}

const answersSQL = `update proposal set answers = @answers, form_version = @version where id = @id::uuid`

// keepAnswers writes the district's part of a draft in the transaction of its saving. The form says by d.Form which
// version it showed: what a newer one asks beyond that keeps its stored answer. Nil answers are a form without the part.
func keepAnswers(ctx context.Context, tx pg.Tx, p Proposal, d Draft) error {
	if d.Answers == nil {
		return nil
	}
	a, err := asked(ctx, tx, p)
	if err != nil {
		return err
	}
	shown, version := a.Form.Questions, a.Form.Version
	if d.Form > 0 && d.Form < a.Form.Version {
		old, err := edition.FormAt(ctx, tx, p.EditionID, d.Form)
		if err != nil {
			return err
		}
		if old.Version > 0 {
			shown, version = old.Questions, old.Version
		}
	}
	kept := edition.Merge(a.Form.Questions, shown, a.Answers, d.Answers)
	if err := edition.Check(a.Form.Questions, kept, false).Err(); err != nil {
		return err
	}
	_, err = pg.Do(ctx, tx, answersSQL, pg.Args{"id": p.ID, "answers": kept, "version": version})
	return err
}

// settleAnswers fixes the version and the answers a proposal is handed in under: only what is asked is sealed.
func settleAnswers(ctx context.Context, tx pg.Tx, f *Full) error {
	answers := edition.Answers{}
	for _, q := range f.District.Questions() {
		if a, ok := f.District.Answers[q.Key]; ok {
			answers[q.Key] = a
		}
	}
	if _, err := pg.Do(ctx, tx, answersSQL, pg.Args{"id": f.ID, "answers": answers, "version": f.District.Form.Version}); err != nil {
		return err
	}
	for key, a := range answers { // the name of a file may name a person, and a seal can never be erased
		a.Files = slices.Clone(a.Files)
		for i := range a.Files {
			a.Files[i].Name = ""
		}
		answers[key] = a
	}
	f.District.Answers, f.District.News = answers, nil
	return nil
}

// questions lists what is missing of the district's part.
func (f Full) questions(g *gaps) {
	for name, m := range edition.Check(f.District.Form.Questions, f.District.Answers, true) {
		g.need("district", name, true, m.Text, m.Args...)
	}
	slices.SortStableFunc(g.list, func(a, b Gap) int {
		if a.Section != "district" || b.Section != "district" {
			return 0
		}
		return f.position(a.Field) - f.position(b.Field)
	})
}

func (f Full) position(field string) int {
	return slices.IndexFunc(f.District.Form.Questions, func(q edition.Question) bool { return "q."+q.Key == field })
}

// offered lists what the edition's own rules have against a proposal: its track, category and home.
func (f Full) offered(g *gaps) {
	r := f.Edition.Rules
	g.need("card", "track", f.Track != "" && !edition.Known(r.Tracks(), f.Track), "这一届不收这个赛道的申报，请选别的赛道")
	g.need("card", "category", f.Category != "" && !edition.Known(r.Categories(), f.Category), "这一届没有这个类别，请重新选")
	g.need("team", "home", f.State == Drafted && !r.Eligible(f.Home), "您住的社区不在这一届的范围里，请联系社区工作人员")
	if asks := Total(f.Lines) - f.OwnFen; r.MinAward > 0 && asks > 0 && asks < r.MinAward {
		g.need("budget", "own", true, "这一届一个项目至少申请 %s，现在是 %s", r.MinAward.Show(), asks.Show())
	}
}

const (
	quotaLockSQL   = `select pg_advisory_xact_lock(hashtextextended('quota of ' || @edition, 0)) is not null`
	streetCountSQL = `select count(*)::int from proposal where edition_id = @edition::uuid and id <> @id::uuid and state = any(@live) and submitted_at is not null and subpath(place, 0, 2) = subpath(@place::text::ltree, 0, 2)`
	kindCountSQL   = `select count(*)::int from proposal where edition_id = @edition::uuid and id <> @id::uuid and state = any(@live) and submitted_at is not null and category = @category`
)

// quotas holds the edition's limits per subdistrict and per category, for a proposal that is handed in the first time.
// They are counted one after the other, so that two cannot both take the last seat.
func quotas(ctx context.Context, tx pg.Tx, f Full) error {
	street, kind := f.Edition.Rules.StreetQuota, f.Edition.Rules.CategoryQuota[f.Category]
	if f.SubmittedAt != nil || street == 0 && kind == 0 {
		return nil
	}
	if _, err := pg.Value[bool](ctx, tx, quotaLockSQL, pg.Args{"edition": f.EditionID}); err != nil {
		return err
	}
	args := pg.Args{"edition": f.EditionID, "id": f.ID, "live": Live}
	if street > 0 {
		n, err := pg.Value[int](ctx, tx, streetCountSQL, with(args, "place", f.Home))
		if err != nil {
			return err
		}
		if n >= street {
			return fault.New(fault.Conflict, "您所在的街道这一届最多收 %d 份，已经收满了。有特殊情况请联系社区", street)
		}
	}
	if kind > 0 {
		n, err := pg.Value[int](ctx, tx, kindCountSQL, with(args, "category", f.Category))
		if err != nil {
			return err
		}
		if n >= kind {
			return fault.New(fault.Conflict, "这个类别这一届最多收 %d 份，已经收满了。请看看换一个类别合不合适", kind)
		}
	}
	return nil
}

func with(args pg.Args, name string, value any) pg.Args {
	all := pg.Args{name: value}
	for k, v := range args {
		all[k] = v
	}
	return all
}

// mostPapers is how many files one question takes.
const mostPapers = 3

// NewPaper is a file that lies in the store and is given in answer to a question.
type NewPaper struct {
	Key   string
	Taken evidence.Taken
	Name  string
}

// AnswerFile adds a file in answer to one of the district's questions.
func (b *Book) AnswerFile(ctx context.Context, by identity.Actor, id string, n NewPaper) error {
	return b.papers(ctx, by, id, n.Key, func(tx pg.Tx, w identity.Warrant, p Proposal, files []edition.Paper) ([]edition.Paper, error) {
		fileID := uuid.NewSHA1(uuid.MustParse(id), []byte(n.Key+n.Taken.Digest)).String()
		if slices.ContainsFunc(files, func(f edition.Paper) bool { return f.ID == fileID }) { // sent twice
			return files, nil
		}
		if len(files) >= mostPapers {
			return nil, fault.Field("file", "一个问题最多传 %d 个文件，请先删掉一个", mostPapers)
		}
		if _, err := evidence.Keep(ctx, tx, w, evidence.New{ID: fileID, Digest: n.Taken.Digest, Size: n.Taken.Size, Mime: n.Taken.Mime, Kind: "answer", Owner: "proposal",
			OwnerID: id, Place: p.Place, Name: n.Name, At: b.clock.Now()}); err != nil {
			return nil, err
		}
		return append(files, edition.Paper{ID: fileID, Name: n.Name, Digest: n.Taken.Digest}), nil
	})
}

// RemoveFile takes a file off an answer. Of what was handed in before, the file itself is kept: it was sealed.
func (b *Book) RemoveFile(ctx context.Context, by identity.Actor, id, key, fileID string) error {
	return b.papers(ctx, by, id, key, func(tx pg.Tx, w identity.Warrant, p Proposal, files []edition.Paper) ([]edition.Paper, error) {
		i := slices.IndexFunc(files, func(f edition.Paper) bool { return f.ID == fileID })
		if i < 0 { // pressed twice
			return files, nil
		}
		if p.Revision == 0 {
			a, err := evidence.Get(ctx, tx, fileID)
			if err == nil {
				err = evidence.Drop(ctx, tx, w, a, b.clock.Now())
			}
			if err != nil {
				return nil, err
			}
		}
		return slices.Delete(slices.Clone(files), i, i+1), nil
	})
}

// papers changes the files in answer to a question, for somebody of the team while the proposal can be written.
func (b *Book) papers(ctx context.Context, by identity.Actor, id, key string, change func(tx pg.Tx, w identity.Warrant, p Proposal, files []edition.Paper) ([]edition.Paper, error)) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockOwn(ctx, tx, by, id)
		if err != nil {
			return err
		}
		e, err := edition.Get(ctx, tx, p.EditionID)
		if err != nil {
			return err
		}
		if err := writable(p, e, b.clock.Now()); err != nil {
			return err
		}
		a, err := asked(ctx, tx, p)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(a.Form.Questions, func(q edition.Question) bool { return q.Key == key && q.Kind == edition.AskFile }) {
			return fault.Missing()
		}
		files, err := change(tx, w, p, a.Answers[key].Files)
		if err != nil {
			return err
		}
		if a.Answers == nil {
			a.Answers = edition.Answers{}
		}
		if a.Answers[key] = (edition.Answer{Files: files}); len(files) == 0 {
			delete(a.Answers, key)
		}
		_, err = pg.Do(ctx, tx, answersSQL, pg.Args{"id": id, "answers": a.Answers, "version": a.Form.Version})
		return err
	})
}

const draftLeadsSQL = `select lead_id::text from proposal where edition_id = @edition::uuid and state = 'draft' order by 1`

// TellFormChanged tells the leads of drafts that the district asks something else now (N02).
func TellFormChanged(ctx context.Context, tx pg.Tx, c edition.FormChanged) error {
	e, err := edition.Get(ctx, tx, c.EditionID)
	if err != nil {
		return err
	}
	f, err := edition.FormAt(ctx, tx, c.EditionID, c.Version)
	if err != nil || f.Version == 0 {
		return err
	}
	leads, err := pg.Values[string](ctx, tx, draftLeadsSQL, pg.Args{"edition": c.EditionID})
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N02", To: leads, Text: fault.Say("「%s」区里的问题有变动：%s。您写过的都还在，请打开申报书看一看", e.Title, f.Reason),
		Link: "/me", Key: c.EditionID + "/form/" + strconv.Itoa(c.Version), At: f.At})
}
