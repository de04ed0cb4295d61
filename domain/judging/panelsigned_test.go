package judging

import (
	"bytes"
	"context"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
)

// A panel's minutes come back signed once it is closed, once for each time it ended; what was signed stays.
func TestAPanelsMinutesComeBackSigned(t *testing.T) {
	w := newWorld(t)
	disk, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.book.KeepPapers(Papers{Store: disk})
	proposals, _, seats, panel := w.meeting(1, 5)
	ctx := context.Background()
	sign := func(run int, body string) error {
		return w.book.SignPanel(ctx, w.staff, panel.ID, PanelScan{run}, &Photo{Name: "合议纪要.pdf", File: bytes.NewReader([]byte(body))})
	}
	const signed = "%PDF-1.4 signed"
	wants(t, sign(1, signed), fault.Conflict) // it still meets
	w.says(panel, proposals[0], word(seats, 5, 0))
	close := func() {
		t.Helper()
		if err := w.book.ClosePanel(ctx, w.staff, panel.ID, Pressed{w.get(panel.ID).Version}); err != nil {
			t.Fatal(err)
		}
	}
	close()
	if err := w.book.SignPanel(ctx, w.staff, panel.ID, PanelScan{1}, nil); fault.InFields(err)["scan"].Text == "" {
		t.Errorf("without a file: %v", err)
	}
	if err := sign(1, "no paper"); fault.InFields(err)["scan"].Text == "" {
		t.Errorf("a file that is none: %v", err)
	}
	wants(t, sign(2, signed), fault.Conflict) // of an end that has not come
	for range 2 {
		if err := sign(1, signed); err != nil {
			t.Fatal(err)
		}
	}
	other := w.person("同事", identity.DistrictStaff, "jz")
	wants(t, w.book.SignPanel(ctx, other, panel.ID, PanelScan{1}, &Photo{Name: "x.pdf", File: bytes.NewReader([]byte(signed))}), fault.Conflict)
	if err := w.book.ReopenPanel(ctx, w.staff, panel.ID, MeetAgain{w.get(panel.ID).Version, "刚知道有利害关系"}); err != nil {
		t.Fatal(err)
	}
	wants(t, sign(2, signed), fault.Conflict)
	close()
	if err := sign(2, signed+" again"); err != nil {
		t.Fatal(err)
	}
	v, err := w.book.Panel(ctx, w.staff, panel.ID)
	if err != nil || len(v.Signed) != 2 || v.Signed[0].ScanID == v.Signed[1].ScanID || v.Signed[1].Person != w.staff.Name {
		t.Errorf("%+v, %v", v.Signed, err)
	}
	if n := w.count(`select count(*) from audit_event where entity = 'panel_minute' and action = 'sign'`, nil); n != 2 {
		t.Errorf("the trail has %d", n)
	}
}
