package judging

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"seedbed/domain/judging"
)

const pitchDesk = "/desk/rounds/" + round + "/pitch"

// pitched has a pitch round that is open, with six judges.
func (h house) pitched() {
	h.Helper()
	for n := 11; n <= 16; n++ {
		h.ask("01", desk+"/judges", 303, "id", judgeID(n), "person_id", fmt.Sprintf("00000000-0000-7000-8000-0000000000%d", n), "expertise", "expert")
		h.ask(fmt.Sprint(n), "/review/judges/"+judgeID(n)+"/answer", 303, "version", "1", "answer", "yes", "ties", "true", "secret", "true")
	}
	h.ask("01", desk+"/rounds", 303, "id", round, "kind", "pitch", "closes_at", "2026-06-30T18:00")
	h.ask("01", desk+"/rounds/"+round+"/open", 303, "version", "1")
}

// pitchSheet fills every line of the pitch rubric with one mark.
func pitchSheet(mark string) []string {
	fields := []string{"version", "0", "comment", "讲得好"}
	for i, c := range judging.DefaultRubric(judging.Pitch) {
		fields = append(fields, fmt.Sprintf("marks.%d.code", i), c.Code, fmt.Sprintf("marks.%d.mark", i), mark)
	}
	return fields
}

func TestThePitchRoomByFormsAlone(t *testing.T) {
	h := newHouse(t)
	h.pitched()
	page, _ := h.ask("01", desk, 200)
	h.has(page, pitchDesk)
	h.ask("04", pitchDesk, 404)
	h.ask("03", pitchDesk, 200)
	h.ask("03", pitchDesk, 403, "hall", "x")
	page, _ = h.ask("01", pitchDesk, 422, "hall", "", "starts_at", "2020-01-01T00:00")
	h.has(page, "请写明在哪里路演", "请填写以后的时间", `value="2020-01-01T00:00"`)
	for range 2 {
		h.ask("01", pitchDesk, 303, "version", "0", "hall", "区文化馆", "starts_at", "2026-06-20T14:00")
	}
	page, _ = h.ask("01", pitchDesk, 422, "version", "1", "hall", "区文化馆", "starts_at", "2026-06-20T14:00", "redraw", "true")
	h.has(page, "请写明为什么要重新抽签")
	h.ask("", "/board/"+round, 404)
	h.ask("", "/board/"+round+"/events", 404)
	page, _ = h.ask("11", "/review", 200)
	h.has(page, "/review/pitch/"+round)
	page, _ = h.ask("11", "/review/pitch/"+round, 200)
	h.has(page, "等下一个项目上台", `http-equiv="refresh"`)
	h.ask("03", "/review/pitch/"+round, 403)

	host, version := pitchDesk+"/host", 1
	press := func(want int, more ...string) string {
		t.Helper()
		page, _ := h.ask("01", host, want, append([]string{"version", fmt.Sprint(version)}, more...)...)
		if want == 303 {
			version++
		}
		return page
	}
	press(303, "do", "publish")
	press(303, "do", "next")
	version--
	press(303, "do", "next") // the same press again
	page, _ = h.ask("01", host, 200)
	h.has(page, "开始计时", "没有到场")
	slot := regexp.MustCompile(`name="slot" value="([0-9a-f-]{36})"`).FindStringSubmatch(page)[1]
	page = press(422, "do", "absent", "slot", slot)
	h.has(page, "确定的话请打勾")
	press(303, "do", "start", "slot", slot)
	h.ask("01", host, 409, "version", "2", "do", "pause") // an old window
	page, _ = h.ask("", "/board/"+round, 200)
	for _, told := range []string{"周桂兰", "13812340417"} {
		if strings.Contains(page, told) {
			t.Errorf("the board tells %s", told)
		}
	}
	marked := 0
	for n := 11; n <= 16; n++ {
		who := fmt.Sprint(n)
		page, _ := h.ask(who, "/review/pitch/"+round+"?stay=1", 200)
		seat := regexp.MustCompile(`href="(/review/[0-9a-f-]{36})"`).FindStringSubmatch(page)
		if seat == nil {
			continue // five of six judge it
		}
		if _, to := h.ask(who, "/review/pitch/"+round, 303); to != seat[1] {
			t.Errorf("the sheet does not open by itself but %s", to)
		}
		if marked < 4 {
			_, to := h.ask(who, seat[1]+"/submit", 303, pitchSheet(fmt.Sprint(70+n))...)
			if marked++; to != "/review/pitch/"+round {
				t.Errorf("led to %s after handing in", to)
			}
			h.ask(who, "/review/pitch/"+round, 200)
		}
	}
	press(303, "do", "next")
	page = press(422, "do", "reveal", "slot", slot)
	h.has(page, "还有 1 位评委没有交评分表")
	for _, who := range []string{"01", "03", ""} {
		if page, _ := h.ask(who, "/board/"+round, 200); regexp.MustCompile(`\d\d\.\d\d`).MatchString(page) {
			t.Errorf("%q sees marks early", who)
		}
	}
	press(303, "do", "reveal", "slot", slot, "reason", "一位评委提前离场")
	page, _ = h.ask("", "/board/"+round, 200)
	if !regexp.MustCompile(`<ul class="marks">`).MatchString(page) && !regexp.MustCompile(`<td class="num">8\d\.\d\d`).MatchString(page) {
		t.Error("the board does not show the marks")
	}
	h.ask("03", pitchDesk+"/papers", 403)
	page, _ = h.ask("01", pitchDesk+"/papers", 200)
	seat := regexp.MustCompile(pitchDesk + `/papers/[0-9a-f-]{36}`).FindString(page)
	page, _ = h.ask("01", seat, 200)
	h.has(page, "纸质评分表的照片", `name="pass" value="1"`)
	page, _ = h.ask("01", pitchDesk+"/minutes", 200)
	h.has(page, "路演结束以后才能写纪要")
	h.ask("", "/minutes/"+round, 404)
	h.ask("01", "/vote/"+round, 404)
	h.ask("01", "/vote", 200)
}

func TestABoardsStreamTellsWhatWasMissed(t *testing.T) {
	h := newHouse(t)
	h.pitched()
	h.ask("01", pitchDesk, 303, "version", "0", "hall", "区文化馆", "starts_at", "2026-06-20T14:00")
	h.ask("01", pitchDesk+"/host", 303, "version", "1", "do", "publish")
	h.ask("01", pitchDesk+"/host", 303, "version", "2", "do", "next")
	h.book.Hub().Close() // streams end with what there is
	page, _ := h.ask("", "/board/"+round+"/events?last=1", 200)
	h.has(page, "id: 2\nevent: change", "id: 3\nevent: change", "id: 3\nevent: board", "第 1 个")
	if strings.Contains(page, "id: 1\n") {
		t.Error("the stream repeats what is known")
	}
	page, _ = h.ask("", "/board/"+round+"/events?last=3", 200)
	if strings.Contains(page, "event: change") || !strings.Contains(page, "event: board") {
		t.Errorf("who knows everything is told %s", page)
	}
}
