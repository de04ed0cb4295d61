package papers

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// mostAgain bounds what one workbook to be taken in again holds: beyond it nobody could mend it by hand.
const mostAgain = 5_000

// entries are the proposals of an export as the import's workbook tells them, as they were last handed in: with the
// numbers of the people where the export may show them, and without those of anybody else.
func (b *Book) entries(ctx context.Context, x Export, m *product) ([]*entry, error) {
	ids, err := pg.Values[string](ctx, b.db, idsSQL, x.args())
	if err != nil {
		return nil, err
	}
	tree, err := place.Tree(ctx, b.db)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, p := range tree {
		names[p.Path] = p.Name
	}
	list := []*entry{}
	for _, id := range ids[:min(len(ids), mostAgain)] {
		f, err := proposal.Whole(ctx, b.db, id)
		if err != nil {
			return nil, err
		}
		open := within(f.Place, x.PhoneSight)
		if f, _, _, err = proposal.AsHandedIn(ctx, b.db, f); err != nil {
			return nil, err
		}
		e := &entry{Entry: proposal.Entry{LeadID: f.LeadID, Lead: f.LeadName, Draft: f.Draft()}, Seq: fmt.Sprint(len(list) + 1), Place: names[place.Subdistrict(f.Place)] + names[f.Place], Known: f.Number}
		if len(e.Draft.Declared) == len(proposal.Declarations) {
			e.Promised = "yes"
		}
		people := []string{f.LeadID}
		var faces []proposal.Member
		for _, face := range f.Members {
			if face.State == "accepted" && face.PersonID != "" && face.PersonID != f.LeadID && edition.Known(proposal.Roles, face.Role) {
				people, faces = append(people, face.PersonID), append(faces, face)
			}
		}
		phones := map[string]string{}
		if open {
			if phones, err = b.accounts.Phones(ctx, b.db, people); err != nil {
				return nil, err
			}
			m.people = append(m.people, people...)
		}
		e.Phone = phones[f.LeadID]
		for _, face := range faces {
			e.faces = append(e.faces, proposal.NewMember{Name: face.Name, Phone: phones[face.PersonID], Role: face.Role, Skill: face.Skill})
		}
		list = append(list, e)
	}
	slices.Sort(m.people)
	m.people = slices.Compact(m.people)
	m.rows = len(list)
	return list, nil
}

// template writes the workbook that the import takes: what comes out of one edition, or one district, can go into another.
func (b *Book) template(ctx context.Context, w io.Writer, x Export, m *product) error {
	list, err := b.entries(ctx, x, m)
	if err != nil {
		return err
	}
	return sheet.Write(w, workbook(nil, func(t tab, put func(...any) error) error {
		for _, e := range list {
			if err := e.rows(t, put); err != nil {
				return err
			}
		}
		return nil
	}))
}

// rows writes what an entry has in a sheet: one row, or one for each of its activities, lines, people. The columns look
// at the last of them, as they do when they are read.
func (e *entry) rows(t tab, put func(...any) error) error {
	row := func() error {
		var fields []any
		for _, c := range t.columns {
			fields = append(fields, c.show(e))
		}
		return put(fields...)
	}
	switch t.name {
	case actTab.name:
		return each(&e.Draft.Activities, row)
	case lineTab.name:
		return each(&e.Draft.Lines, row)
	case fundTab.name:
		return each(&e.Draft.Funding, row)
	case faceTab.name:
		return each(&e.faces, row)
	}
	return row()
}

// each lets row see every item of a list as its last.
func each[T any](list *[]T, row func() error) error {
	all := *list
	defer func() { *list = all }()
	for i := range all {
		*list = all[:i+1]
		if err := row(); err != nil {
			return err
		}
	}
	return nil
}

// show is the field of an entry as its column writes it, so that set reads it again.
func (c column) show(e *entry) any {
	switch p := c.into(e).(type) {
	case *string:
		if len(c.choices) > 0 && *p != "" {
			return edition.NameOf(c.choices, *p)
		}
		return *p
	case *[]string:
		text := ""
		for i, code := range *p {
			if i > 0 {
				text += "、"
			}
			text += edition.NameOf(c.choices, code)
		}
		return text
	case *int:
		if *p == 0 {
			return nil
		}
		return *p
	case *yuan.Fen:
		return sheet.Money(*p)
	case *time.Time:
		if p.IsZero() {
			return nil
		}
		return p.In(clock.Shanghai).Format("2006-01-02")
	}
	return nil
}
