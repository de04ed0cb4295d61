package edition

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"seedbed/storage/photo/sketch"
)

// send posts a file to the call, as a browser without the script does.
func (h house) send(who, path, name, content string, want int) string {
	h.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("form\x00" + who))
	_ = w.WriteField("_token", hex.EncodeToString(mac.Sum(nil)[:16]))
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		h.Fatal(err)
	}
	_, _ = part.Write([]byte(content))
	_ = w.Close()
	r := httptest.NewRequest("POST", path, &body)
	r.Host = "localhost"
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Cookie", "seedbed="+who)
	res, err := h.app.Test(r, 30_000)
	if err != nil {
		h.Fatal(err)
	}
	page, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		h.Fatalf("%s %s: %d, want %d\n%s", who, path, res.StatusCode, want, page)
	}
	return string(page)
}

func TestQuestionsAreDesignedByFormsAlone(t *testing.T) {
	h, desk := newHouse(t), "/desk/editions/"+one
	h.ask("01", "/desk/editions/new", 303, "id", one, "title", "第四届")
	h.ask("01", desk+"/plan", 303, with(plan, "version", "1")...)
	page, _ := h.ask("01", desk+"/questions/new", 200)
	h.has(page, `name="rev"`, "一直都问")
	page, _ = h.ask("01", desk+"/questions/new", 422, "rev", "", "kind", "one", "label", "场地落实了吗", "options", "只有一项")
	h.has(page, "2 到 20 项", "只有一项")
	h.ask("01", desk+"/questions/new", 303, "rev", "", "kind", "one", "label", "场地落实了吗", "options", "落实了\n没有")
	h.ask("01", desk+"/questions/new", 303, "rev", "1", "kind", "text", "label", "在哪里", "when", "q1=落实了", "required", "true")
	page, _ = h.ask("01", desk+"/questions", 200)
	h.has(page, "场地落实了吗", "第 1 题答「落实了」才问", `name="q.q1"`)
	if !regexp.MustCompile(`data-when="q.q1" data-is="落实了" hidden`).MatchString(page) {
		t.Error("the preview shows a question nobody is asked")
	}
	page, _ = h.ask("01", desk+"/questions?q.q1=%E8%90%BD%E5%AE%9E%E4%BA%86", 200)
	if regexp.MustCompile(`data-when="q.q1" data-is="落实了" hidden`).MatchString(page) {
		t.Error("the preview does not show a question that is asked")
	}
	h.ask("01", desk+"/questions", 422, "rev", "2", "key", "q2", "do", "up")
	h.ask("01", desk+"/questions", 409, "rev", "1", "key", "q2", "do", "remove")
	h.ask("03", desk+"/questions", 404)
	page, _ = h.ask("02", desk+"/preview", 200)
	h.has(page, "一起来", "区里还会问", desk+"/publish")
	h.ask("02", desk+"/publish", 303, "version", "2")
	page, _ = h.ask("", "/editions/"+one, 200)
	h.has(page, "场地落实了吗", "评委怎么打分", "calendar.ics", `class="year"`)
	h.ask("01", desk+"/questions", 303, "rev", "2", "key", "q2", "do", "remove")
	page, _ = h.ask("02", desk+"/questions", 200)
	h.has(page, "有 1 处改动还没有公布", "公布新的问题")
	h.ask("02", desk+"/release", 422, "rev", "3", "reason", "")
	h.ask("01", desk+"/release", 403, "rev", "3", "reason", "少问一点")
	h.ask("02", desk+"/release", 303, "rev", "3", "reason", "少问一点")
	page, _ = h.ask("03", desk+"/questions", 200)
	h.has(page, "第 2 版", "少问一点")
	page, _ = h.ask("", "/editions/"+one+"/calendar.ics", 200)
	h.has(page, "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20260521", "DTEND;VALUE=DATE:20260621")
	for line := range strings.SplitSeq(page, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
}

func TestThePapersOfACall(t *testing.T) {
	h, desk := newHouse(t), "/desk/editions/"+one
	h.ask("01", "/desk/editions/new", 303, "id", one, "title", "第四届")
	h.ask("01", desk+"/plan", 303, with(plan, "version", "1")...)
	h.send("03", desk+"/files", "通知.pdf", "%PDF-1.4\n1", 404)
	page := h.send("01", desk+"/files", "坏.exe", "MZ not a paper", 422)
	h.has(page, "这个文件不能收")
	h.send("01", desk+"/files", "通知.pdf", "%PDF-1.4\n1", 303)
	page, _ = h.ask("01", desk, 200)
	h.has(page, "通知.pdf")
	file := regexp.MustCompile(`/files/([0-9a-f-]{36})"`).FindStringSubmatch(page)[1]
	h.ask("", "/files/"+file, 404)
	h.ask("05", "/files/"+file, 404)
	h.ask("02", desk+"/publish", 303, "version", "2")
	page, _ = h.ask("", "/editions/"+one, 200)
	h.has(page, "通知.pdf", "/files/"+file)
	page, _ = h.ask("", "/files/"+file, 200)
	h.has(page, "%PDF-1.4")
	h.send("02", desk+"/files", "海报.jpg", string(sketch.Draw(1, sketch.Panorama, "")), 303)
	page, _ = h.ask("02", desk, 200)
	for _, m := range regexp.MustCompile(`/files/([0-9a-f-]{36})"`).FindAllStringSubmatch(page, -1) {
		if m[1] != file { // the original has the camera's notes: where it was taken, and with what
			h.ask("", "/files/"+m[1], 404)
		}
	}
	h.ask("01", desk+"/files/"+file+"/remove", 403, "again", "1")
}

func TestTheCalendarOfHolidaysIsPasted(t *testing.T) {
	h := newHouse(t)
	page, _ := h.ask("01", "/desk/calendar", 200)
	h.has(page, "这一年还没有录入")
	page, _ = h.ask("01", "/desk/calendar", 422, "id", one, "text", "2026-10-01~2026-10-07 休 国庆\n十月十日 班")
	h.has(page, "第 2 行的日期看不懂", "十月十日")
	for range 2 {
		h.ask("01", "/desk/calendar", 303, "id", one, "text", "2026-10-01~2026-10-07 休 国庆\n2026-10-10 班")
	}
	page, _ = h.ask("03", "/desk/calendar", 200)
	h.has(page, "2026-10-01", "第 1 版", "2026-10-01~2026-10-07")
	if strings.Contains(page, "2026-10-03") { // a Saturday is off anyway
		t.Error("a weekend day off is listed as a holiday")
	}
	h.ask("03", "/desk/calendar", 403, "id", one, "text", "2026-10-01 休")
	h.ask("05", "/desk/calendar", 403)
}

func TestScopeRubricAndDaysAsForms(t *testing.T) {
	h, desk := newHouse(t), "/desk/editions/"+one
	h.ask("01", "/desk/editions/new", 303, "id", one, "title", "第四届")
	h.ask("01", desk+"/plan", 303, with(plan, "version", "1")...)
	page, _ := h.ask("01", desk+"/scope", 422, "version", "2", "own.0.name", "环境卫生")
	h.has(page, "这个名称已经有了")
	h.ask("01", desk+"/scope", 303, "version", "2", "own.0.name", "儿童友好", "quotas.0.code", "environment", "quotas.0.most", "5", "regions", "jz.a")
	page, _ = h.ask("01", desk, 200)
	h.has(page, "儿童友好") // for its money
	h.ask("01", desk+"/rubric/gossip", 404)
	page, _ = h.ask("01", desk+"/rubric/desk", 200)
	fields := []string{"version", "3"}
	for _, m := range regexp.MustCompile(`name="(lines\.\d+\.\w+)" (?:type="[^"]*" )?value="([^"]*)"|<input[^>]*name="(lines\.\d+\.\w+)"[^>]*>`).FindAllStringSubmatch(page, -1) {
		name := m[1] + m[3]
		value := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(m[0])
		if value != nil {
			fields = append(fields, name, value[1])
		}
	}
	page, _ = h.ask("01", desk+"/rubric/desk", 422, with([]string{"lines.0.weight", "90"}, fields...)...)
	h.has(page, "各项加起来要等于 100")
	h.ask("01", desk+"/rubric/desk", 303, fields...)
	page, _ = h.ask("01", desk+"/days", 422, "version", "4", "pitch", "2026-06-22")
	h.has(page, "这一步要排在", `value="2026-06-22"`)
	for range 2 {
		h.ask("01", desk+"/days", 303, "version", "4", "pitch", "2026-07-27")
	}
	page, _ = h.ask("01", desk+"/days", 200)
	h.has(page, "2026.7.27")
	h.ask("02", desk+"/publish", 303, "version", "5")
	page, _ = h.ask("", "/editions/"+one, 200)
	h.has(page, "儿童友好", "「环境卫生」最多收 5 份", "街道")
	h.ask("02", desk+"/scope", 422, "version", "6", "own.0.name", "儿童友好", "own.0.was", "儿童友好")
	h.ask("02", desk+"/scope", 303, "version", "6", "own.0.name", "儿童友好", "own.0.was", "儿童友好", "reason", "放开名额")
	page, _ = h.ask("", "/editions/"+one, 200)
	h.has(page, "公布以后改过的规则", "放开名额")
	page, _ = h.ask("03", desk+"/history", 200)
	h.has(page, "放开名额", "沈主任", "每个类别最多收几份")
}
