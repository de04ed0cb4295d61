package edition

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// Category is a category an edition adds to the four of every edition. Its name is also its code in proposals and fund
// sources, so it cannot be renamed once the call is published; it can be retired.
type Category struct {
	Name    string `json:"name" form:"name"`
	NameEn  string `json:"name_en" form:"name_en"`
	Retired bool   `json:"retired" form:"retired"` // nothing new may be proposed in it
	Was     string `json:"-" form:"was"`           // its name before, when it is being renamed
}

// mostCategories is more of its own than an edition needs.
const mostCategories = 12

// Categories are the categories one may propose in: the four of every edition and its own that are not retired.
func (r Rules) Categories() []Choice {
	return r.categories(func(c Category) bool { return !c.Retired })
}

// AllCategories are Categories with the retired ones.
func (r Rules) AllCategories() []Choice { return r.categories(func(Category) bool { return true }) }

func (r Rules) categories(with func(Category) bool) []Choice {
	list := slices.Clone(Categories)
	for _, c := range r.Own {
		if with(c) {
			list = append(list, Choice{Code: c.Name, Name: c.Name})
		}
	}
	return list
}

// Tracks are the tracks the edition takes: those with a ceiling.
func (r Rules) Tracks() []Choice {
	return slices.DeleteFunc(slices.Clone(Tracks), func(c Choice) bool { return r.Caps[c.Code] <= 0 })
}

// Eligible tells whether residents of a place may take part.
func (r Rules) Eligible(home string) bool {
	return len(r.Regions) == 0 || slices.ContainsFunc(r.Regions, func(region string) bool { return identity.Within(home, region) })
}

// Quota is how many proposals are taken in a category; 0 for no limit.
type Quota struct {
	Code string `form:"code"`
	Most int    `form:"most"`
}

// Scope is what may be proposed and by whom, as a form.
type Scope struct {
	Version int        `form:"version"`
	Reason  string     `form:"reason"` // asked once the call is published
	Own     []Category `form:"own"`
	Quotas  []Quota    `form:"quotas"`
	Regions []string   `form:"regions"`
}

// ScopeOf is an edition's scope for the form.
func ScopeOf(e Edition) Scope {
	s := Scope{Version: e.Version, Own: slices.Clone(e.Rules.Own), Regions: e.Rules.Regions}
	for i := range s.Own {
		s.Own[i].Was = s.Own[i].Name
	}
	for _, c := range e.Rules.AllCategories() {
		s.Quotas = append(s.Quotas, Quota{c.Code, e.Rules.CategoryQuota[c.Code]})
	}
	return s
}

func (s Scope) check(e Edition, regions []string) error {
	var wrong fault.Fields
	names := map[string]bool{}
	for _, c := range Categories {
		names[c.Name], names[c.Code] = true, true
	}
	for i, c := range s.Own {
		at := "own." + strconv.Itoa(i) + "."
		short(&wrong, at+"name", c.Name, 12)
		short(&wrong, at+"name_en", c.NameEn, 40)
		switch {
		case c.Name == "" && e.State != Draft && c.Was != "":
			wrong.Add(at+"name", "公告已经发布，类别不能删，可以停用")
		case c.Name == "":
		case names[c.Name] || strings.ContainsAny(c.Name, ",+"):
			wrong.Add(at+"name", "这个名称已经有了，请换一个")
		case e.State != Draft && c.Was != "" && c.Was != c.Name:
			wrong.Add(at+"name", "公告已经发布，类别不能改名。可以停用它，另加一个")
		}
		names[c.Name] = true
	}
	if len(s.Own) > mostCategories {
		wrong.Add("own.0.name", "自己加的类别最多 %d 个", mostCategories)
	}
	if e.State != Draft {
		for _, had := range e.Rules.Own {
			if !slices.ContainsFunc(s.Own, func(c Category) bool { return c.Name == had.Name }) {
				wrong.Add("own.0.name", "公告已经发布，类别不能删，可以停用")
			}
		}
	}
	for i, q := range s.Quotas {
		if q.Most < 0 || q.Most > 10_000 {
			wrong.Add("quotas."+strconv.Itoa(i)+".most", "请填写 %d 到 %d 之间的数", 0, 10_000)
		}
	}
	for _, r := range s.Regions {
		if !slices.Contains(regions, r) {
			wrong.Add("regions", "请从列出的街道和社区里选")
		}
	}
	short(&wrong, "reason", s.Reason, 200)
	return wrong.Err()
}

const (
	renameCategorySQL = `update fund_source set categories = array_replace(categories, @was::text, @name::text) where edition_id = @edition::uuid`
	dropCategorySQL   = `update fund_source set categories = array_remove(categories, @was::text) where edition_id = @edition::uuid`
)

// Regions lists the places an edition can be bound to: the subdistricts and communities of its district.
func (b *Book) Regions(ctx context.Context, e Edition) ([]place.Place, error) {
	tree, err := place.Tree(ctx, b.db)
	return slices.DeleteFunc(tree, func(p place.Place) bool { return p.Path == e.Place || !identity.Within(p.Path, e.Place) }), err
}

// SetScope changes an edition's categories, quotas and regions, under the same rules as every other rule.
func (b *Book) SetScope(ctx context.Context, by identity.Actor, id string, s Scope) error {
	e, err := Get(ctx, b.db, id)
	if err != nil {
		return err
	}
	places, err := b.Regions(ctx, e)
	if err != nil {
		return err
	}
	regions := make([]string, len(places))
	for i, p := range places {
		regions[i] = p.Path
	}
	if err := s.check(e, regions); err != nil {
		return err
	}
	return b.rule(ctx, by, e, s.Version, s.Reason, "set_scope", func(tx pg.Tx, r *Rules) error {
		quotas := map[string]int{}
		for _, q := range s.Quotas {
			if q.Most > 0 {
				quotas[q.Code] = q.Most
			}
		}
		own := []Category{}
		for _, c := range s.Own {
			if c.Was != "" && c.Was != c.Name {
				if most, ok := quotas[c.Was]; ok && c.Name != "" {
					quotas[c.Name] = most
				}
				delete(quotas, c.Was)
				sql := renameCategorySQL
				if c.Name == "" {
					sql = dropCategorySQL
				}
				args := pg.Args{"edition": e.ID, "was": c.Was}
				if c.Name != "" {
					args["name"] = c.Name
				}
				if _, err := pg.Do(ctx, tx, sql, args); err != nil {
					return err
				}
			}
			if c.Name != "" {
				own = append(own, Category{Name: c.Name, NameEn: c.NameEn, Retired: c.Retired})
			}
		}
		r.Own, r.CategoryQuota, r.Regions = own, quotas, s.Regions
		return nil
	})
}
