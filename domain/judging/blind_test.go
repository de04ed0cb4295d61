package judging

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"seedbed/storage/pg"
)

func TestNamesAndNumbersAreReplaced(t *testing.T) {
	who := Identity{People: []string{"桂兰", "张桂兰", "队"}, Groups: []string{"巧手队", "张桂兰工坊"}, Places: []string{"电厂社区", ""}}
	for text, want := range map[string]string{
		"找张桂兰，张桂兰在家": "找某人，某人在家", "电话13812340417。": "电话（号码已隐去）。", "预算 12345 元，共 2026 年": "预算 12345 元，共 2026 年",
		"+8613812340417": "（号码已隐去）", "0379-65123456": "（号码已隐去）", "138-1234-0417": "（号码已隐去）", "巧手队在电厂社区": "本团队在本社区", "张桂兰工坊的桂兰": "本团队的某人"} {
		if got := who.hide(true).text(text); got != want {
			t.Errorf("%q reads %q, want %q", text, got, want)
		}
	}
	if got := who.hide(false).text("巧手队的桂兰，在电厂社区"); got != "巧手队的某人，在电厂社区" {
		t.Errorf("a round that is not blind reads %q", got)
	}
}

// Two proposals that differ only in who proposes them read alike, and so does the list they stand on.
func TestTwoProposalsThatDifferOnlyInIdentityReadAlike(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, seats, _ := w.opened(2, 3)
	other := w.person("吴秀英", "", "")
	w.run(`update proposal set title = '旧衣改造坊', problem = '周桂兰0和巧手姐妹队1 在电厂新村社区' where id = @id`, pg.Args{"id": proposals[0]})
	w.run(`update proposal set title = '旧衣改造坊', problem = '吴秀英和银龄互助社 在长乐社区', lead_id = @lead, place = 'jz.wuhan.changle' where id = @id`, pg.Args{"id": proposals[1], "lead": other.ID})
	w.run(`update team_member set name = '吴秀英' where team_id = (select team_id from proposal where id = @id)`, pg.Args{"id": proposals[1]})
	w.run(`update team set name = '银龄互助社', lead_id = @lead where id = (select team_id from proposal where id = @id)`, pg.Args{"id": proposals[1], "lead": other.ID})
	q, err := w.book.MyQueue(ctx, jury[0])
	if err != nil || len(q.Tasks) != 2 {
		t.Fatal(len(q.Tasks), err)
	}
	var read [2]Blind
	for i := range read {
		r, err := w.book.Read(ctx, jury[0], q.Tasks[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		read[i] = r.Project
		if read[i].Code != fmt.Sprintf("0%d", i+1) || q.Tasks[i].Code != read[i].Code {
			t.Errorf("the code is %q and on the list %q", read[i].Code, q.Tasks[i].Code)
		}
		read[i].Code = ""
	}
	if a, b := fmt.Sprintf("%+v", read[0]), fmt.Sprintf("%+v", read[1]); a != b {
		t.Errorf("the two differ:\n%s\n%s", a, b)
	}
	if !strings.Contains(read[0].Problem, "某人和本团队 在本社区") {
		t.Errorf("the text reads %q", read[0].Problem)
	}
	a, b := q.Tasks[0], q.Tasks[1]
	a.ID, a.Code, b.ID, b.Code = "", "", "", ""
	if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", b) {
		t.Errorf("the list differs:\n%+v\n%+v", a, b)
	}
	for words, want := range map[string]int{"周桂兰": 0, "银龄": 0, "长乐": 0, "JZ-03": 0, "旧衣": 2, "02": 1, "": 2} {
		if got := len(q.Found(words).Tasks); got != want {
			t.Errorf("looking for %q finds %d, want %d", words, got, want)
		}
	}
	s, _ := w.book.Invitation(ctx, jury[0], seats[0])
	for _, c := range s.Projects {
		if c.Number != "" || c.Place != "" {
			t.Errorf("a choice tells %+v", c)
		}
	}
}

// The order is the round's own draw: not that of handing in, and the same for every judge.
func TestTheOrderIsDrawnByTheRound(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(12, 5)
	var first string
	for _, a := range jury[:2] {
		q, _ := w.book.MyQueue(ctx, a)
		order := ""
		for _, task := range q.Tasks {
			order += task.Title + " "
		}
		if first == "" {
			first = order
		}
		if order != first {
			t.Errorf("two judges read in two orders:\n%s\n%s", first, order)
		}
	}
	want, _ := pg.Values[string](ctx, w.db, `select p.title from proposal p order by encode(sha256(convert_to(@seed, 'UTF8') || '\x00'::bytea || convert_to(p.id::text, 'UTF8')), 'hex')`, pg.Args{"seed": r.Seed})
	if strings.Join(want, " ")+" " != first {
		t.Errorf("the order is %s, the draw %v", first, want)
	}
}
