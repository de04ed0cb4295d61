package papers

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

func TestLateUploadsAndOldOnes(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	i := w.uploaded(w.staff, filled(t, twoPapers()), nil)
	w.clock.Set(w.edition.ClosesAt.Add(1))
	late := w.uploaded(w.staff, filled(t, map[string][]map[string]any{"申报书": {paperOf("1", "晚了", "周桂兰", "13911110001")}}), nil)
	if late.State != Faulty || !strings.Contains(late.Faults[0].Message().String(), "请走收件登记") {
		t.Errorf("after the deadline: %+v", late.Faults)
	}
	if err := w.book.Confirm(ctx, w.staff, i.ID, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("checked in time and confirmed too late: %v", err)
	}
	w.clock.Set(w.clock.Now().Add(keepFor + time.Minute))
	w.do(w.db.Change(ctx, func(tx pg.Tx) error { return w.book.Lapse(ctx, tx, w.clock.Now()) }))
	if n := w.count(`select count(*) from proposal_import where state = 'lapsed' and faults = '[]'`, nil); n != 2 {
		t.Errorf("%d let go", n)
	}
}

// A workbook tells who has which number: nobody tries numbers by the thousand.
func TestUploadsAreBounded(t *testing.T) {
	w := newWorld(t)
	for n := range mostUploads {
		w.uploaded(w.staff, []byte(fmt.Sprintf("序号,名称,负责人,电话,社区\n1,a,b,1391111%04d,电厂社区\n", n)), nil)
	}
	one := []byte("序号,名称,负责人,电话,社区\n1,a,b,13911119999,电厂社区\n")
	if _, err := w.upload(w.staff, one, nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("one more within the hour: %v", err)
	}
	if _, err := w.upload(w.street, one, nil); err != nil {
		t.Errorf("a colleague: %v", err)
	}
	w.clock.Advance(time.Hour + time.Minute)
	w.uploaded(w.staff, one, nil)
}
