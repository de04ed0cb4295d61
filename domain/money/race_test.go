package money

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/yuan"
)

// F12, TRUST §2.4: 400 claims at once of a hundredth of the budget each: exactly a hundred are taken, none over, and
// none refused while there was room.
func TestClaimsAtOnceNeverGoOver(t *testing.T) {
	for _, c := range []struct{ each, budget yuan.Fen }{{100, 10_000}, {100_00, 10_000_00}} {
		t.Run(c.each.Show(), func(t *testing.T) {
			w := newWorld(t)
			j := w.project(c.budget)
			w.raw(`update edition set rules = rules || '{"micro_up_to": 1000000}' where id = '%s'; delete from tranche where project_id = '%s'`, w.edition, j.id)
			w.plan(j)
			w.release(j, 1)
			var taken, refused atomic.Int64
			gate := make(chan struct{}, 40)
			var wg sync.WaitGroup
			for range 400 {
				gate <- struct{}{}
				wg.Go(func() {
					defer func() { <-gate }()
					_, err := w.book.Submit(w.ctx, w.treasurer, j.id, w.draft(j, c.each))
					switch {
					case err == nil:
						taken.Add(1)
					case fault.Is(err, fault.Invalid) && strings.Contains(err.Error(), "还能报 ¥0"):
						refused.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if p := w.get(j); taken.Load() != 100 || refused.Load() != 300 || p.Claimed != c.budget {
				t.Errorf("%d taken, %d refused, %s claimed of %s", taken.Load(), refused.Load(), p.Claimed, c.budget)
			}
			w.whole()
		})
	}
}

// I-M3: a line takes ten hundredths more than it has, and not a fen more.
func TestLineTakesATenthMore(t *testing.T) {
	w, j := running(t, 3_000_00)
	food := func(sum yuan.Fen) error {
		n := w.draft(j, sum)
		n.Items[0].Line = j.food
		_, err := w.book.Submit(w.ctx, w.lead, j.id, n)
		return err
	}
	w.refused(food(330_01), fault.Invalid, "这项预算还能报 ¥330")
	w.ok(food(330_00))
	w.refused(food(1), fault.Invalid, "还能报 ¥0")
	if w.get(j).Claimed != 330_00 {
		t.Error("a refused claim left something behind")
	}
	w.whole()
}

// I-M4, I-M5: an invoice is in one live claim, or in several that say why and take no more than it says.
func TestInvoiceOverTwoClaims(t *testing.T) {
	w, j := running(t, 3_000_00)
	other := w.project(3_000_00)
	w.release(other, 1)
	one := w.draft(j, 300_00)
	one.Items[0].InvoiceTotal = 500_00
	first, err := w.book.Submit(w.ctx, w.lead, j.id, one)
	w.ok(err)
	two := w.draft(other, 200_00)
	share := func(sum yuan.Fen, why string) error {
		n := two
		n.ID = newID()
		n.Items = []NewItem{two.Items[0]}
		n.Files = []File{receipt("receipt")}
		n.Items[0].InvoiceNumber, n.Items[0].InvoiceTotal, n.Items[0].Amount, n.Items[0].Split = one.Items[0].InvoiceNumber, 500_00, sum, why
		_, err := w.book.Submit(w.ctx, w.lead, other.id, n)
		return err
	}
	w.refused(share(200_00, ""), fault.Invalid, "这张发票号在 "+first.Number+" 用过")
	w.refused(share(200_01, "两个项目合买"), fault.Invalid, "只剩 ¥200")
	w.ok(share(200_00, "两个项目合买"))
	w.refused(share(1, "两个项目合买"), fault.Invalid, "只剩 ¥0") // the third finds nothing left
	w.whole()
	w.ok(w.book.Reject(w.ctx, w.staff, first.ID, Refusal{Version: 1, Code: "not_real", Reason: "没买"}))
	w.ok(share(300_00, "两个项目合买")) // a rejected claim frees it
	w.whole()
}

func TestInvoiceOnceInARace(t *testing.T) {
	w, j := running(t, 3_000_00)
	number := digits(20)
	var taken atomic.Int64
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			n := w.draft(j, 10_00)
			n.Items[0].InvoiceNumber = number
			switch _, err := w.book.Submit(w.ctx, w.lead, j.id, n); {
			case err == nil:
				taken.Add(1)
			case !fault.Is(err, fault.Invalid):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 {
		t.Errorf("%d claims took one invoice", taken.Load())
	}
}

func TestSameReceiptTwice(t *testing.T) {
	w, j := running(t, 3_000_00)
	one := w.draft(j, 10_00)
	first, err := w.book.Submit(w.ctx, w.lead, j.id, one)
	w.ok(err)
	two := w.draft(j, 10_00)
	two.Files = one.Files[:1]
	_, err = w.book.Submit(w.ctx, w.lead, j.id, two)
	w.refused(err, fault.Invalid, "同一张票据已经在 "+first.Number)
}

func TestPapersWithoutInvoice(t *testing.T) {
	w, j := running(t, 3_000_00)
	bare := func(sum yuan.Fen) error {
		n := w.draft(j, sum)
		n.Items[0].InvoiceForm = "none"
		_, err := w.book.Submit(w.ctx, w.lead, j.id, n)
		return err
	}
	w.refused(bare(100_01), fault.Invalid, "每笔最多报 ¥100")
	for range 3 {
		w.ok(bare(100_00))
	}
	w.refused(bare(1), fault.Invalid, "一个项目最多报 ¥300")
	w.whole()
}
