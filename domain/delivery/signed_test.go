package delivery

import (
	"testing"
	"time"
)

// The verifier is told when fewer have signed than the edition's rules ask for (sign_in), and the log holds together.
func TestTheVerifierHearsThatFewHaveSigned(t *testing.T) {
	w := newWorld(t)
	a := w.held(w.clock.Now().Add(48*time.Hour), 20)
	for signed, want := range map[int]bool{0: false, 11: true, 12: false, 20: false} {
		n := w.log(w.activity(a.ID), 20)
		n.Signed = signed
		n.Content += "。"
		w.must(w.book.Log(w.ctx, w.people["member"], a.ID, n))
		d, err := w.book.DeskActivity(w.ctx, w.people["staff"], a.ID)
		w.must(err)
		if _, few := d.FewSigned(); few != want || d.Activity.Signed != signed || d.SignLeast != 6000 {
			t.Errorf("%d of 20 signed, of %d asked for: told %v", signed, d.SignLeast, few)
		}
	}
	n := w.log(w.activity(a.ID), 20)
	n.Signed = 21
	if err := w.book.Log(w.ctx, w.people["member"], a.ID, n); err == nil {
		t.Error("more have signed than came")
	}
}
