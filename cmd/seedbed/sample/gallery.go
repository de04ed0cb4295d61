package sample

import (
	"context"

	"seedbed/domain/fault"
	"seedbed/domain/gallery"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const supportableSQL = `select g.proposal_id::text as id, g.place::text as judge from gallery_item g where g.proposal_id is not null and g.stage in ('collecting', 'running') order by g.at, g.id`

// said are the words of support of the sample's neighbours.
//
//words:none
var said = []string{"我们楼也盼着呢，做起来叫我。", "我会用缝纫机，可以来帮忙。", "", "支持！我妈天天念叨这个。", "", "周末有空，算我一个。", "希望离我们院近一点。", ""}

// supporters lets neighbours support what they can see.
func (g *garden) supporters(ctx context.Context) error {
	list, err := pg.All[seat](ctx, g.DB, supportableSQL, nil)
	if err != nil {
		return err
	}
	return each(ctx, list, func(ctx context.Context, i int, s seat) error {
		d := dice("support", i)
		for k := range d.IntN(9) {
			at := g.communities[d.IntN(len(g.communities))]
			if d.IntN(3) > 0 { // mostly those next door
				at.Path = s.Judge
			}
			who := g.residents[at.Path]
			by := who[len(who)-1-(i*7+k)%20] // the last to come, who lead nothing
			_, err := g.Gallery.Support(ctx, by, s.ID, gallery.Voice{Word: said[d.IntN(len(said))]})
			if err != nil && !fault.Is(err, fault.Conflict) { // one of the team was asked
				return err
			}
		}
		return nil
	})
}

// shown lets neighbours see a proposal of the open call.
func (g *garden) shown(ctx context.Context, by identity.Actor, proposal string) error {
	return g.Gallery.Show(ctx, by, proposal, gallery.Wish{Agree: true})
}
