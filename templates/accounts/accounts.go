// Package accounts holds the pages about who somebody is: sign-in, second factor, profile, messages, roles, the trail.
package accounts

import (
	"slices"

	"seedbed/domain/accounts"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/templates/ui"
)

func names(values map[string][]string) []string {
	all := make([]string, 0, len(values))
	for name := range values {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// shown tells whether a field means something to the person who typed it.
func shown(name string) bool { return name != "id" && name != "version" && name != "_token" }

// Communities lists the places a resident may live in, under their subdistrict's name.
func Communities(tree []place.Place) []ui.Option {
	street := map[string]string{}
	options := []ui.Option{{Value: "", Label: "还没有选"}}
	for _, p := range tree {
		switch p.Level {
		case "subdistrict":
			street[p.Path] = p.Name
		case "community":
			options = append(options, ui.Option{Value: p.Path, Label: street[place.Subdistrict(p.Path)] + " · " + p.Name})
		}
	}
	return options
}

// Places lists every place, indented by its level.
func Places(tree []place.Place) []ui.Option {
	indent := map[string]string{"city": "", "district": "", "subdistrict": "　", "community": "　　"}
	options := []ui.Option{{Value: "", Label: "请选择"}}
	for _, p := range tree {
		options = append(options, ui.Option{Value: p.Path, Label: indent[p.Level] + p.Name})
	}
	return options
}

func roles() []ui.Option {
	options := []ui.Option{{Value: "", Label: "请选择"}}
	for _, r := range identity.Granted {
		options = append(options, ui.Option{Value: string(r), Label: identity.Names[r]})
	}
	return options
}

// homeText says how a claim stands.
func homeText(p accounts.Person) string {
	switch p.HomeState {
	case "claimed":
		return "等社区确认"
	case "confirmed":
		return "社区已确认"
	case "rejected":
		return "社区没能确认"
	}
	return "还没有选"
}

func homeKind(p accounts.Person) string {
	switch p.HomeState {
	case "claimed":
		return "warn"
	case "confirmed":
		return "ok"
	case "rejected":
		return "bad"
	}
	return ""
}
