package edition

import (
	"testing"

	"seedbed/domain/edition"
	"seedbed/server/web"
)

// How many projects a ballot may name is asked with the rule by votes, refused beside its field, and said on the call's public page.
func TestTheBallotsLimitByForms(t *testing.T) {
	h, desk := newHouse(t), "/desk/editions/"+one
	h.ask("01", "/desk/editions/new", 303, "id", one, "title", "第四届")
	h.ask("01", desk+"/plan", 303, with(plan, "version", "1")...)
	page, _ := h.ask("01", desk+"/terms", 200)
	h.has(page, `name="ballot_most"`, `value="5"`)
	terms := func(version, most string) []string {
		values := web.Fill(edition.TermsOf(edition.Edition{Rules: edition.DefaultRules()})).Values
		for field, value := range map[string]string{"version": version, "sharing": edition.SharingEqual, "public_vote": "20", "ballot_most": most} {
			values.Set(field, value)
		}
		var fields []string
		for name, list := range values {
			fields = append(fields, name, list[0])
		}
		return fields
	}
	page, _ = h.ask("01", desk+"/terms", 422, terms("2", "21")...)
	h.has(page, "请填写 1 到 20 之间的数", `value="21"`)
	for range 2 {
		h.ask("01", desk+"/terms", 303, terms("2", "4")...)
	}
	page, _ = h.ask("01", desk+"/terms", 200)
	h.has(page, `value="4"`)
	h.ask("02", desk+"/publish", 303, "version", "3")
	page, _ = h.ask("", "/editions/"+one, 200)
	h.has(page, "资金怎么分", "按居民投票，每人一份相等的钱", "居民的一张票", "最多选 4 个项目，选几个都行，哪个赛道的都可以")
}
