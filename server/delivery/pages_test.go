package delivery

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/storage/pg"
	"seedbed/storage/photo/sketch"
)

func TestAProjectFromPlanToAcceptance(t *testing.T) {
	h := newHouse(t)
	room := "/projects/" + project + "/room"
	h.wellFormed("01", room)
	h.english("01", room, "Plan the next activity")
	h.wellFormed("01", "/projects/"+project+"/activities/new")
	id := uuid.Must(uuid.NewV7()).String()
	plan := []string{"id", id, "theme", "种花", "starts_at", "2026-03-03T14:00", "ends_at", "2026-03-03T16:00", "place_text", "3 号楼前"}
	bad := h.status(h.post("01", "/projects/"+project+"/activities", "id", id, "theme", "种花", "starts_at", "明天", "ends_at", "2026-03-03T16:00"), 422)
	for _, kept := range []string{"种花", "明天", "请按 2026-10-21 14:30 的样子填写日期和时间"} {
		if !strings.Contains(bad.text, kept) {
			t.Errorf("the form lost %q", kept)
		}
	}
	for range 2 {
		h.status(h.post("01", "/projects/"+project+"/activities", plan...), 303)
	}
	activity := "/activities/" + id
	h.wellFormed("02", activity)
	h.wellFormed("01", activity+"/plan")
	h.clock.Set(time.Date(2026, 3, 3, 17, 0, 0, 0, clock.Shanghai))
	h.wellFormed("01", activity)
	h.wellFormed("01", activity+"/log")
	form := h.get("01", activity+"/log")
	log := []string{"version", h.version(form, activity+"/log"), "theme", "种花", "starts_at", "2026-03-03T14:00", "ends_at", "2026-03-03T16:00", "place_text", "3 号楼前",
		"content", "我们一起在三号楼前种下了两百株月季和菊花，老人孩子都来了，大家说好轮流浇水。", "served_times", "20", "elders", "8", "volunteers", "3", "volunteer_hours", "6", "sign_in", "paper"}
	wrong := h.status(h.post("01", activity+"/log", append(log[:len(log):len(log)], "minors", "21")...), 422)
	if !strings.Contains(wrong.text, "不能多于服务人次 20") || !strings.Contains(wrong.text, "轮流浇水") {
		t.Error("the log form lost what was typed, or does not say what is wrong")
	}
	h.status(h.post("01", activity+"/log", log...), 303)
	lacking := h.status(h.post("01", activity+"/submit", "version", "2"), 422)
	if !strings.Contains(lacking.text, "还缺一张全景照片") {
		t.Error("what is missing is not said")
	}
	h.photographs(activity)
	h.status(h.post("02", activity+"/submit", "version", "2"), 403)
	for range 2 {
		h.status(h.post("01", activity+"/submit", "version", "2"), 303)
	}
	h.verified(id)
	h.reviewed()
}

// photographs sends an activity's photos, good and bad together.
func (h *house) photographs(activity string) {
	h.Helper()
	h.status(h.upload("03", activity+"/photos", "panorama", sketch.Draw(1, sketch.Panorama, "")), 404)
	h.status(h.upload("01", activity+"/photos", "panorama"), 422)
	page := h.status(h.upload("01", activity+"/photos", "panorama", sketch.Draw(1, sketch.Panorama, "种花"), []byte("<svg xmlns='x'/>")), 422)
	if !strings.Contains(page.text, "其他 1 张已经传好") {
		h.Errorf("half an upload reads: %s", plain(page.text))
	}
	h.status(h.upload("02", activity+"/photos", "process", sketch.Draw(2, sketch.Process, ""), sketch.Draw(3, sketch.Process, "")), 303)
	h.status(h.upload("02", activity+"/photos", "sheet", sketch.Draw(4, sketch.Sheet, "签到表")), 303)
	h.wellFormed("01", activity)
	var extra string
	ids, err := pg.Values[string](h.ctx, h.db, `select id::text from attachment where kind = 'process' order by id limit 1`, nil)
	h.must(err)
	extra = ids[0]
	h.status(h.get("01", "/photos/"+extra+"/thumb"), 200) // before it is examined
	h.status(h.post("03", "/photos/"+extra+"/remove"), 404)
	h.status(h.post("01", "/photos/"+extra+"/remove"), 303)
	h.status(h.get("01", "/photos/"+extra), 404)
	h.examine()
}

func (h *house) verified(id string) {
	h.Helper()
	desk := "/desk/activities/" + id
	h.status(h.get("03", "/desk/activities"), 403)
	if list := h.status(h.get("05", "/desk/activities"), 200); strings.Contains(list.text, "种花") {
		h.Error("the next street sees the activity")
	}
	h.status(h.get("05", desk), 404)
	h.wellFormed("04", "/desk/activities")
	h.wellFormed("04", desk)
	h.english("04", desk, "Send back")
	version := h.version(h.get("04", desk), desk+"/verify")
	h.status(h.post("04", desk+"/return", "version", version), 422)
	h.status(h.post("04", desk+"/reject", "version", version, "reason", "不好"), 422)
	h.status(h.post("05", desk+"/verify", "version", version), 404)
	h.status(h.post("06", desk+"/verify", "version", version), 403)
	h.status(h.post("04", desk+"/verify", "version", "1"), 409)
	h.status(h.post("04", desk+"/verify", "version", version), 303)
	if n, err := pg.Value[int](h.ctx, h.db, `select served_times from project`, nil); err != nil || n != 20 {
		h.Errorf("served %d, %v", n, err)
	}
	h.wellFormed("06", desk)
	photo, err := pg.Value[string](h.ctx, h.db, `select id::text from attachment where kind = 'panorama'`, nil)
	h.must(err)
	h.wellFormed("04", "/desk/photos/"+photo)
	h.status(h.get("06", "/desk/photos/"+photo), 403)
	h.status(h.post("04", "/photos/"+photo+"/clear", "no_minors", "true", "agreed", "true"), 422)
	h.status(h.get("", "/photos/"+photo), 404)
	h.status(h.post("04", "/photos/"+photo+"/clear", "no_minors", "true", "agreed", "true", "private", "true"), 303)
	h.status(h.get("", "/photos/"+photo), 200)
	h.status(h.post("03", "/photos/"+photo+"/hide"), 404)
	h.status(h.post("01", "/photos/"+photo+"/hide", "reason", "不想公开"), 303)
	h.status(h.get("", "/photos/"+photo), 404)
}

func (h *house) reviewed() {
	h.Helper()
	report := "/projects/" + project + "/report"
	h.wellFormed("01", report)
	h.status(h.get("02", report), 403)
	h.status(h.post("01", report, "review", "final", "report", "短", "next_step", "x"), 422)
	h.status(h.post("01", report, "review", "final", "report", strings.Repeat("我们种了花。", 10), "next_step", "接着种", "satisfaction", "90"), 303)
	h.wellFormed("01", report)
	id, err := pg.Value[string](h.ctx, h.db, `select id::text from evaluation`, nil)
	h.must(err)
	review := "/desk/evaluations/" + id
	h.wellFormed("06", "/desk/evaluations")
	h.wellFormed("06", review)
	h.status(h.post("06", review+"/marks", "m1", "31"), 422)
	for _, who := range []string{"06", "07", "08"} {
		h.status(h.post(who, review+"/marks", "m1", "28", "m2", "18", "m3", "14", "m4", "24", "m5", "9"), 303)
	}
	h.wellFormed("08", review)
	h.wellFormed("09", review)
	h.status(h.post("07", review+"/close", "version", "3"), 403)
	h.status(h.post("09", review+"/close", "version", h.version(h.get("09", review), review+"/close")), 303)
	h.wellFormed("09", review)
	h.wellFormed("01", "/projects/"+project+"/room")
	h.status(h.post("09", "/desk/projects/"+project+"/accept", "version", "2"), 409) // money is not settled
	h.must(h.db.Change(h.ctx, func(tx pg.Tx) error {
		_, err := pg.Do(h.ctx, tx, `update project set settled = true`, nil)
		return err
	}))
	accept := "/desk/projects/" + project + "/accept"
	h.status(h.post("09", accept, "version", h.version(h.get("09", review), accept)), 303)
	h.wellFormed("09", "/desk/evaluations?done=1")
	h.english("01", "/projects/"+project+"/room", "Turn the team into an organisation")
}
