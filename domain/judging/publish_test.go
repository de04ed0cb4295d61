package judging

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/replay"
)

// A closed round's protocol is replayed without the database to the very result whose digest the round keeps.
func TestAClosedRoundsProtocolReplaysToItsStoredResult(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(3, 6)
	_, err := Protocol(ctx, w.db, r)
	wants(t, err, fault.Conflict)
	w.markAll(jury, func(j int, task Task) int { return 60 + (j*7+int(task.Title[len(task.Title)-1])*11)%40 })
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	r = w.get(r.ID)
	text, err := Protocol(ctx, w.db, r)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]replay.Compute{"round": Replay}
	v, err := replay.Replay(bytes.NewReader(text), kinds)
	if err != nil || !v.Same || v.Result != r.Digest {
		t.Errorf("replayed to %+v, %v; the round keeps %s", v, err, r.Digest)
	}
	changed := strings.Replace(string(text), `"rank":2`, `"rank":3`, 1)
	if v, err := replay.Replay(strings.NewReader(changed), kinds); err != nil || v.Same || !strings.HasSuffix(v.Where, ".rank") {
		t.Errorf("a changed rank: %+v, %v", v, err)
	}
}
