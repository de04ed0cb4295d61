package proposal

import (
	"context"
	"strconv"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

const unheardSQL = `select p.id::text, p.title, p.place::text, p.revision, max(r.sealed_at) as since from proposal p join edition e on e.id = p.edition_id
  join proposal_revision r on r.proposal_id = p.id and r.kind = 'submission' where p.state = 'submitted' and not p.refused and e.state in ('open', 'closed') group by p.id order by p.id`

type unheard struct {
	ID, Title, Place string
	Revision         int
	Since            time.Time
}

// RemindOpinions tells who keeps a team waiting for the community's opinion (N05): after three working days the head of
// the community, after five the subdistrict. It may run as often as the calendar likes; each is told once a revision.
func RemindOpinions(ctx context.Context, tx pg.Tx, due time.Time) error {
	list, err := pg.All[unheard](ctx, tx, unheardSQL, nil)
	if err != nil || len(list) == 0 {
		return err
	}
	cal, err := place.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	for _, s := range list {
		for _, step := range []struct {
			days  int
			roles []identity.Role
			text  string
		}{{OpinionDays, []identity.Role{identity.CommunityHead}, "「%s」等社区意见已经超过 %d 个工作日，请写好意见"},
			{StreetDays, []identity.Role{identity.SubdistrictStaff, identity.SubdistrictHead}, "「%s」等社区意见已经超过 %d 个工作日，请问问社区"}} {
			if due.Before(cal.AddWorkingDays(s.Since, step.days)) {
				continue
			}
			to, err := notice.Holders(ctx, tx, s.Place, step.roles...)
			if err != nil {
				return err
			}
			if err := notice.Tell(ctx, tx, notice.Letter{Code: "N05", To: to, Text: fault.Say(step.text, s.Title, step.days), Link: "/desk/proposals/" + s.ID,
				Key: s.ID + "/waits/" + strconv.Itoa(s.Revision) + "/" + strconv.Itoa(step.days), At: due}); err != nil {
				return err
			}
		}
	}
	return nil
}
