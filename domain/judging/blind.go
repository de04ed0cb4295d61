package judging

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Blind is a proposal as a judge reads it: no name of the team or of anybody in it, no phone number, and the names and
// numbers somebody typed into the text replaced. Of a round that is not blind it also says who proposes, where.
type Blind struct {
	Code                                          string // by which the judge's pages call it: its place in the drawn order, or its number
	Title, Pitch, Track, Category, Colour         string
	Named                                         bool // the four below are told
	Number, TeamName, PlaceName, PlaceNameEn      string
	Problem, HowFound, Goal, Method, Venue        string
	Risks, Partners, Product, Future, OrgWish     string
	Affected                                      []string
	Activities                                    []proposal.Activity
	Lines                                         []proposal.Line
	Funding                                       []proposal.Funding
	Answers                                       []Answered
	Photos                                        []evidence.Attachment // with copies to look at; nothing of them but the picture is shown
	Requested, Own                                yuan.Fen
	Asked, People, Served, Acts, Volunteers, Team int
	Satisfaction                                  int
	Months                                        string // the months the project runs
}

// Answered is a question of the district with what was answered.
type Answered struct {
	Question edition.Question
	Answer   edition.Answer
}

// Identity is what would tell a judge who proposes: every name there is for the people, their groups and their place.
type Identity struct {
	People []string // the lead and everybody who ever was in the team
	Groups []string // the team and the organisation
	Places []string // the community, in both languages
}

// What stands where a name stood. They are words of the texts shown, in the texts' own language: words:none.
const (
	somebody   = "某人"
	ourTeam    = "本团队"
	thisPlace  = "本社区"
	goneNumber = "（号码已隐去）"
)

// permit is the kind of a photographed agreement, which has names and signatures on it.
const permit = "permit"

// identityColumns read an Identity of a proposal p.
const identityColumns = `(select coalesce(array_agg(x.name), '{}') from (select m.name from team_member m where m.team_id = p.team_id
      union select u.name from team_member m join person u on u.id = m.person_id where m.team_id = p.team_id union select u.name from person u where u.id = p.lead_id) x) as people,
    (select coalesce(array_agg(x.name), '{}') from (select t.name from team t where t.id = p.team_id union select o.name from org o where o.id = p.org_id) x) as groups,
    (select array[l.name, l.name_en] from place l where l.path = p.place) as places`

const identitySQL = `select ` + identityColumns + ` from proposal p where p.id = @id::uuid`

// phones finds what may be a mobile or landline number, with the blanks and dashes people put into them.
var phones = regexp.MustCompile(`(?:\+?86[- ]?)?1[3-9](?:[- ]?\d){9}|0\d{2,3}[- ]?\d{7,8}`)

// blinder replaces names and numbers in texts. What is not to be hidden is left out of it.
type blinder struct {
	names []string // longest first, so that no part of one is left standing
	by    map[string]string
}

// hide makes the blinder of an identity. The people and numbers are always hidden; blind rounds hide the rest as well.
func (i Identity) hide(blind bool) blinder {
	b := blinder{by: map[string]string{}}
	add := func(names []string, word string) {
		for _, n := range names {
			if n = strings.TrimSpace(n); utf8.RuneCountInString(n) < 2 || b.by[n] != "" { // a single character is too common a word
				continue
			}
			b.by[n], b.names = word, append(b.names, n)
		}
	}
	add(i.People, somebody)
	if blind {
		add(i.Groups, ourTeam)
		add(i.Places, thisPlace)
	}
	slices.SortFunc(b.names, func(x, y string) int { return cmp.Or(cmp.Compare(len(y), len(x)), cmp.Compare(x, y)) })
	return b
}

func (b blinder) text(text string) string {
	for _, n := range b.names {
		text = strings.ReplaceAll(text, n, b.by[n])
	}
	return phones.ReplaceAllString(text, goneNumber)
}

// titleOf is a proposal's title as a judge may read it, for a notice.
func titleOf(ctx context.Context, q pg.Reader, p proposal.Proposal) (string, error) {
	who, err := pg.One[Identity](ctx, q, identitySQL, pg.Args{"id": p.ID})
	return who.hide(true).text(p.Title), err
}

// blind is the proposal as the judges of a round read it.
func blind(f proposal.Full, who Identity, hidden bool) Blind {
	cut := who.hide(hidden).text
	p := Blind{Title: cut(f.Title), Pitch: cut(f.Pitch), Track: f.Track, Category: f.Category, Colour: f.Colour, Named: !hidden,
		Problem: cut(f.Problem), HowFound: f.HowFound, Goal: cut(f.Goal), Method: cut(f.Method), Venue: cut(f.Venue),
		Risks: cut(f.Risks), Partners: cut(f.Partners), Product: cut(f.Product), Future: cut(f.Future), OrgWish: f.OrgWish, Affected: f.Affected,
		Requested: f.Requested, Own: f.OwnFen, Asked: f.Asked, People: f.PeopleTarget, Served: f.ServedTarget, Acts: f.ActTarget,
		Volunteers: f.VolunteerTarget, Satisfaction: f.SatisfactionTarget, Team: f.Accepted()}
	if p.Named {
		p.Number, p.TeamName, p.PlaceName, p.PlaceNameEn = f.Number, f.TeamName, f.PlaceName, f.PlaceNameEn
	}
	for _, a := range f.Activities {
		a.Name, a.Place, a.Month = cut(a.Name), cut(a.Place), cut(a.Month)
		p.Activities = append(p.Activities, a)
	}
	for _, l := range f.Lines {
		l.Item, l.Note = cut(l.Item), cut(l.Note)
		p.Lines = append(p.Lines, l)
	}
	for _, o := range f.Funding {
		o.Source, o.Note = cut(o.Source), cut(o.Note)
		p.Funding = append(p.Funding, o)
	}
	for _, q := range f.District.Questions() {
		p.Answers = append(p.Answers, Answered{q, cutAnswer(f.District.Answers[q.Key], cut)})
	}
	for _, a := range f.Photos {
		if a.Photo() && a.Shows() && a.Large != "" && (a.Kind != permit || !hidden) {
			p.Photos = append(p.Photos, a)
		}
	}
	if f.StartsOn != nil && f.EndsOn != nil {
		p.Months = f.StartsOn.Format("2006-01") + " – " + f.EndsOn.Format("2006-01")
	}
	return p
}

// cutAnswer hides the names in an answer, and what its files are called: only how many there are stays.
func cutAnswer(a edition.Answer, cut func(string) string) edition.Answer {
	out := edition.Answer{Text: cut(a.Text), Picks: a.Picks}
	for _, row := range a.Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = cut(c)
		}
		out.Rows = append(out.Rows, cells)
	}
	for range a.Files {
		out.Files = append(out.Files, edition.Paper{})
	}
	return out
}
