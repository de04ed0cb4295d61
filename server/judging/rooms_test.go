package judging

import (
	"strings"
	"testing"

	"seedbed/domain/edition"
)

// The district finds its rooms on one list, and everybody finds a board and a vote once they are public.
func TestRoomsAndVotesAreFound(t *testing.T) {
	h := newHouse(t)
	page, _ := h.ask("01", "/desk/pitches", 200)
	h.has(page, "还没有路演")
	h.pitched()
	page, _ = h.ask("01", "/desk/pitches", 200)
	h.has(page, "还没抽签", `href="`+pitchDesk+`"`)
	if page, _ = h.ask("01", desk, 200); strings.Contains(page, "/board/") {
		t.Error("the desk leads to a board that is not there yet")
	}
	h.ask("01", pitchDesk, 303, "version", "0", "hall", "区文化馆", "starts_at", "2026-06-20T14:00")
	page, _ = h.ask("01", "/desk/pitches", 200)
	h.has(page, "区文化馆", "亮分 0 / ", pitchDesk+"/host", pitchDesk+"/papers", "/board/"+round)
	page, _ = h.ask("01", desk, 200)
	h.has(page, pitchDesk+"/papers", "/board/"+round, "/desk/judges")
	page, _ = h.ask("03", "/desk/pitches", 200) // may read, not run
	h.has(page, `href="`+pitchDesk+`"`)
	if strings.Contains(page, "/host") || strings.Contains(page, "/papers") {
		t.Error("who may not run the room is led to its host's screen")
	}
	if page, _ = h.ask("04", "/desk/pitches", 200); strings.Contains(page, pitchDesk) {
		t.Error("another district sees the room")
	}
	happens := func() []edition.Happening {
		list, err := h.book.Happenings(t.Context(), year)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := happens(); len(list) != 0 {
		t.Errorf("a board nobody was to see is public: %+v", list)
	}
	h.ask("01", pitchDesk+"/host", 303, "version", "1", "do", "publish")
	if list := happens(); len(list) != 1 || list[0].Kind != "board" || list[0].ID != round || list[0].Live {
		t.Errorf("%+v", list)
	}
}
