package sample

import (
	"bytes"
	"context"
	"fmt"

	"seedbed/domain/gallery"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/photo/sketch"
)

// covered are the proposals of the open call that have a cover photo, by their number in it, and what the community said
// of it: "" for one that waits to be looked through.
var covered = map[int]struct {
	scene sketch.Scene
	said  string
}{2: {sketch.Result, proposal.CoverCleared}, 5: {sketch.Process, proposal.CoverCleared}, 8: {sketch.Panorama, proposal.CoverCleared}, 11: {sketch.Result, ""}, 9: {sketch.People, proposal.CoverRefused}}

// cover puts a cover photo into a proposal that is being written.
func (g *garden) cover(ctx context.Context, p grown) error {
	if p.scene == "" {
		return nil
	}
	taken := g.Clock.Now().AddDate(0, 0, -3)
	file := sketch.Annotate(sketch.Draw(int64(4000+p.serial), p.scene, banner), sketch.Notes{TakenAt: taken, Lat: 34.66, Lon: 112.43, Orientation: 1, Camera: "phone"})
	_, err := g.Album.Add(ctx, p.lead, p.proposal, proposal.NewPhoto{Kind: "cover", Name: "cover.jpg"}, bytes.NewReader(file))
	return err
}

// covers lets their leads agree that everybody may see the cover photos, and the communities look through most of them.
//
//words:none
func (g *garden) covers(ctx context.Context, list []grown) error {
	if err := g.Settle(ctx); err != nil { // the photos are examined
		return err
	}
	for i, p := range list {
		c, has := covered[i]
		if !has {
			continue
		}
		if err := g.Gallery.ShowCover(ctx, p.lead, p.proposal, gallery.Wish{Agree: true}); err != nil {
			return fmt.Errorf("agreeing to cover %d: %w", i, err)
		}
		staff := g.role(identity.CommunityStaff, p.at.Path)
		is, err := proposal.CoverOf(ctx, g.DB, p.proposal)
		if err != nil {
			return err
		}
		switch c.said {
		case proposal.CoverCleared:
			err = g.Proposals.ClearCover(ctx, staff, p.proposal, proposal.CoverYes{Photo: is.ID, NoMinors: true, Agreed: true, Private: true})
		case proposal.CoverRefused:
			err = g.Proposals.RefuseCover(ctx, staff, p.proposal, proposal.CoverNo{Photo: is.ID, Reason: "照片里右边的邻居还没有同意公开"})
		}
		if err != nil {
			return fmt.Errorf("clearing cover %d: %w", i, err)
		}
	}
	return nil
}
