package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/place"
	"seedbed/storage/pg"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// Onward is the address of a list's next page: the same filter, from after the last item shown.
func Onward(c *fiber.Ctx, at time.Time, id string) string {
	q := url.Values{}
	for name, v := range c.Queries() {
		if name != "after" && v != "" {
			q.Set(name, v)
		}
	}
	q.Set("after", strconv.FormatInt(at.UnixMicro(), 10)+"_"+id)
	return c.Path() + "?" + q.Encode()
}

// After reads where a list goes on.
func After(c *fiber.Ctx) (time.Time, string, bool) {
	at, id, ok := strings.Cut(Query(c, "after"), "_")
	micros, err := strconv.ParseInt(at, 10, 64)
	if _, bad := uuid.Parse(id); !ok || err != nil || bad != nil {
		return time.Time{}, "", false
	}
	return time.UnixMicro(micros), id, true
}

// InPlace reads the place a list is narrowed to; what is no path narrows nothing.
func InPlace(c *fiber.Ctx) string {
	p := Query(c, "place")
	if !place.Valid(p) {
		return ""
	}
	return p
}

// Places are the subdistricts and communities to narrow a list to.
func Places(c *fiber.Ctx, q pg.Reader) ([]ui.Option, error) {
	tree, err := place.Tree(c.UserContext(), q)
	options := []ui.Option{{Value: "", Label: "全区"}}
	for _, p := range tree {
		name := words.Pick(c.UserContext(), p.Name, p.NameEn)
		switch p.Level {
		case "subdistrict":
			options = append(options, ui.Option{Value: p.Path, Label: name})
		case "community":
			options = append(options, ui.Option{Value: p.Path, Label: "　" + name})
		}
	}
	return options, err
}
