package proposal

import (
	"context"
	"slices"
	"strings"

	"seedbed/domain/edition"
	"seedbed/storage/pg"
)

// hues is the colour that a category has when its team chose none.
var hues = map[string]string{"environment": "green", "culture": "purple", "mutual_aid": "orange", "self_management": "cyan"}

// Settled is the proposal with everything the team has left to the house: the sentence on its card from its goal, the
// colour from its category, the place and the team's name from its community, the figures from its plan. Nothing that
// was filled in is changed.
func (f Full) Settled() Full {
	d := f.Draft()
	plan := PlanOf(d.Activities)
	for _, text := range []struct {
		field *string
		value string
	}{{&d.Pitch, firstSentence(d.Goal, 60)}, {&d.Colour, hues[d.Category]}, {&d.Venue, f.PlaceName}, {&d.TeamName, teamOf(f.PlaceName)}} {
		if *text.field == "" {
			*text.field = text.value
		}
	}
	for _, n := range []struct{ field, value *int }{{&d.ActTarget, &plan.Times}, {&d.ServedTarget, &plan.Served}, {&d.PeopleTarget, &plan.People}} {
		if *n.field == 0 {
			*n.field = *n.value
		}
	}
	return f.With(d)
}

// Planned is what the activities of a plan add up to.
type Planned struct {
	Times  int // activities held
	Served int // people served, each as often as they come
	People int // of whom the largest activity has so many: at least that many different ones
}

// PlanOf adds up a plan.
func PlanOf(activities []Activity) Planned {
	var p Planned
	for _, a := range activities {
		p.Times += a.Times
		p.Served += a.Times * a.People
		p.People = max(p.People, a.People)
	}
	p.Served = min(p.Served, 10_000_000)
	return p
}

// What a team without a name is called is data and not said to anybody: words:none.
const (
	ofPlace = "社区"
	ofTeam  = "邻里队"
)

// teamOf names a team after its community.
func teamOf(place string) string {
	name := []rune(strings.TrimSuffix(place, ofPlace))
	return string(name[:min(len(name), 26)]) + ofTeam
}

// firstSentence is the beginning of a text, to the end of its first sentence or so many characters.
func firstSentence(text string, most int) string {
	runes := []rune(strings.TrimSpace(text))
	if end := slices.IndexFunc(runes, func(r rune) bool { return strings.ContainsRune("。！？!?\n", r) }); end > 0 {
		runes = runes[:end]
	}
	return string(runes[:min(len(runes), most)])
}

const settleSQL = `update proposal set pitch = @pitch, colour = @colour, venue = @venue, act_target = @acts, served_target = @served, people_target = @people where id = @id::uuid`

// settle writes down what the house filled in, so that what is sealed is what everybody reads later.
func settle(ctx context.Context, tx pg.Tx, f Full) error {
	if _, err := pg.Do(ctx, tx, settleSQL, pg.Args{"id": f.ID, "pitch": f.Pitch, "colour": f.Colour, "venue": f.Venue, "acts": f.ActTarget, "served": f.ServedTarget, "people": f.PeopleTarget}); err != nil {
		return err
	}
	_, err := pg.Do(ctx, tx, nameTeamSQL, pg.Args{"team": f.TeamID, "name": f.TeamName})
	return err
}

// datesOf are the days a new draft begins with: the edition's own, a year at most.
func datesOf(e edition.Edition) pg.Args {
	dates := pg.Args{"starts_on": e.RunsFrom, "ends_on": e.RunsTo}
	if e.RunsFrom != nil && e.RunsTo != nil {
		if year := e.RunsFrom.AddDate(1, 0, 0); e.RunsTo.After(year) {
			dates["ends_on"] = &year
		}
	}
	return dates
}
