package delivery

import (
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/templates/ui"
)

func clockTime(a delivery.Activity) string { return a.EndsAt.In(clock.Shanghai).Format("15:04") }

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func planTitle(a *delivery.Activity) string {
	if a == nil {
		return "添加活动"
	}
	return "改活动计划"
}

func planAction(p delivery.Project, a *delivery.Activity) string {
	if a == nil {
		return "/projects/" + p.ID + "/activities"
	}
	return page(*a) + "/plan"
}

func wrong(f ui.Form, field string) bool {
	_, is := f.Fault(field)
	return is
}
