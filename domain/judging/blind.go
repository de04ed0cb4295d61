package judging

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
)

// Blind is a proposal as a judge reads it: no name of the team or of anybody in it, no phone number, and the names and
// numbers somebody typed into the text blotted out.
type Blind struct {
	Number, Title, Pitch, Track, Category, Colour string
	PlaceName, PlaceNameEn                        string
	Problem, HowFound, Goal, Method, Venue        string
	Risks, Partners, Product, Future, OrgWish     string
	Affected                                      []string
	Activities                                    []proposal.Activity
	Lines                                         []proposal.Line
	Requested, Own                                yuan.Fen
	Asked, People, Served, Acts, Volunteers, Team int
	Months                                        string // the months the project runs
}

// phones finds what may be a mobile or landline number, with the blanks and dashes people put into them.
var phones = regexp.MustCompile(`(?:\+?86[- ]?)?1[3-9](?:[- ]?\d){9}|0\d{2,3}[- ]?\d{7,8}`)

// blot takes names and phone numbers out of a text.
func blot(text string, names []string) string {
	for _, n := range names {
		text = strings.ReplaceAll(text, n, "○○")
	}
	return phones.ReplaceAllString(text, "（号码已隐去）")
}

// telling are the names worth blotting: longer ones first, so that no part of one is left standing; a single character
// is too common a word.
func telling(names []string) []string {
	names = slices.DeleteFunc(names, func(n string) bool { return utf8.RuneCountInString(n) < 2 })
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	return names
}

// blind is the proposal without its people.
func blind(f proposal.Full) Blind {
	names := []string{f.LeadName, f.TeamName}
	for _, m := range f.Members {
		names = append(names, m.Name)
	}
	names = telling(names)
	cut := func(text string) string { return blot(text, names) }
	p := Blind{Number: f.Number, Title: cut(f.Title), Pitch: cut(f.Pitch), Track: f.Track, Category: f.Category, Colour: f.Colour, PlaceName: f.PlaceName,
		PlaceNameEn: f.PlaceNameEn, Problem: cut(f.Problem), HowFound: f.HowFound, Goal: cut(f.Goal), Method: cut(f.Method), Venue: cut(f.Venue),
		Risks: cut(f.Risks), Partners: cut(f.Partners), Product: cut(f.Product), Future: cut(f.Future), OrgWish: f.OrgWish, Affected: f.Affected,
		Requested: f.Requested, Own: f.OwnFen, Asked: f.Asked, People: f.PeopleTarget, Served: f.ServedTarget, Acts: f.ActTarget,
		Volunteers: f.VolunteerTarget, Team: f.Accepted()}
	for _, a := range f.Activities {
		a.Name, a.Place, a.Month = cut(a.Name), cut(a.Place), cut(a.Month)
		p.Activities = append(p.Activities, a)
	}
	for _, l := range f.Lines {
		l.Item, l.Note = cut(l.Item), cut(l.Note)
		p.Lines = append(p.Lines, l)
	}
	if f.StartsOn != nil && f.EndsOn != nil {
		p.Months = f.StartsOn.Format("2006-01") + " – " + f.EndsOn.Format("2006-01")
	}
	return p
}
