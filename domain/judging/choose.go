package judging

import (
	"context"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// choose ends a round that chooses: who is good enough goes on to the next round, everybody else is told, kindly and with
// the way to what the judges wrote (DOMAIN §7.2, N08). The figures themselves wait for the public notice.
func choose(ctx context.Context, tx pg.Tx, h hand, r Round, out Outcome, digest string) error {
	on := 0
	for _, row := range out.Rows {
		p, err := proposal.Get(ctx, tx, row.ID)
		if err != nil {
			return err
		}
		to, link, text := proposal.NotShortlisted, "/proposals/"+p.ID+"/feedback", fault.Say("「%s」这一次没有进入下一轮评审，谢谢您和邻居们的用心。结果公示以后，可以看到评委的建议", p.Title)
		if r.Passes(row.Score, row.Rank) {
			to, link, text = proposal.Shortlisted, "/proposals/"+p.ID, fault.Say("「%s」通过了书面初评，进入下一轮评审。时间地点会另外通知", p.Title)
			on++
		}
		if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: row.ID, To: to, At: h.at}); err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N08", To: []string{p.LeadID}, Text: text, Link: link, Key: r.ID + "/" + p.ID, At: h.at}); err != nil {
			return err
		}
	}
	staff, err := notice.Holders(ctx, tx, r.Place, identity.DistrictStaff)
	if err != nil {
		return err
	}
	text := fault.Say("书面初评结束：%d 个项目进入下一轮，%d 个没有入围。请开始下一轮评审", on, len(out.Rows)-on)
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: staff, Text: text, Link: "/desk/editions/" + r.EditionID + "/judging", Key: r.ID + "/closed", At: h.at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "review_round", ID: r.ID, Version: r.Version + 1, Action: "close", From: Open, To: Closed,
		Place: r.Place, Data: map[string]any{"digest": digest, "projects": len(out.Rows), "shortlisted": on}, At: h.at})
}
