package edition

import (
	"context"
	"time"
)

// Happening is something of an edition's judging that everybody may look at: a pitch room's board or a residents' vote.
type Happening struct {
	Kind  string     // "board" or "vote"
	ID    string     // of the round
	At    *time.Time // since when, or when it begins
	Until *time.Time // of a vote: the first instant too late
	Live  bool       // under way
}

// KnowHappenings hands in what a later area has for an edition's public page.
func (b *Book) KnowHappenings(of func(ctx context.Context, editionID string) ([]Happening, error)) {
	b.happenings = of
}

// Happenings are what everybody may look at of an edition's judging now.
func (b *Book) Happenings(ctx context.Context, editionID string) ([]Happening, error) {
	if b.happenings == nil {
		return nil, nil
	}
	return b.happenings(ctx, editionID)
}
