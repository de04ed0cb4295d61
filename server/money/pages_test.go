package money

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seedbed/domain/ledger"
	"seedbed/storage/photo/sketch"
)

// released takes the next tranche through its three people, each on the page where they find it.
func (h *house) released() {
	h.Helper()
	id := h.value(`select id::text from tranche where state = 'due' order by seq limit 1`)
	at := "/finance/tranches/" + id
	h.wellFormed(head, "/projects/"+project+"/money")
	page := h.status(h.get(head, "/projects/"+project+"/money"), 200)
	asked := h.post(head, at+"/request", "version", h.version(page, at+"/request"), "back", "/projects/"+project+"/money")
	if h.status(asked, 303).Header.Get("Location") != "/projects/"+project+"/money" {
		h.Errorf("sent to %s", asked.Header.Get("Location"))
	}
	h.status(h.post(head, at+"/request", "version", "1", "back", "https://evil.example/"), 303) // twice is once
	h.status(h.post(stranger, at+"/review", "version", "2"), 403)
	h.status(h.press(bookkeeper, "/finance/tranches", at+"/review"), 303)
	h.wellFormed(dhead, "/finance/tranches")
	back := h.status(h.post(dhead, at+"/return", "version", "3", "project", project, "back_reason", ""), 422)
	h.says(back, "请写明为什么退回")
	h.status(h.press(dhead, "/finance/tranches", at+"/approve"), 303)
	h.says(h.get(lead, "/projects/"+project+"/money"), "已拨付")
}

// typed is a claim as somebody types it: one line of the goods, with an invoice.
func typed(id, amount, number string) []string {
	return []string{"id", id, "payee_kind", "member_reimburse", "payee", "陈领办", "account", "6222020000000007", "items.0.line", goods, "items.0.activity", sewing, "items.0.description", "棉布里布", "items.0.qty", "24",
		"items.0.amount", amount, "items.0.paid_on", "2026-09-18", "items.0.method", "wechat_alipay", "items.0.invoice_form", "digital20", "items.0.invoice_number", number,
		"items.0.issued_on", "2026-09-18", "items.0.buyer", "电厂社区", "items.0.seller", "红星布行", "items.0.invoice_total", amount}
}

func with(fields []string, pairs ...string) []string {
	fields = slices.Clone(fields)
	for i := 0; i+1 < len(pairs); i += 2 {
		if k := slices.Index(fields, pairs[i]); k >= 0 {
			fields[k+1] = pairs[i+1]
		} else {
			fields = append(fields, pairs[i], pairs[i+1])
		}
	}
	return fields
}

var keptField = regexp.MustCompile(`name="(kept\.[0-9]+\.[a-z]+)" value="([^"]*)"`)

// kept are the hidden fields by which a page carries files along.
func kept(a answer) []string {
	var fields []string
	for _, m := range keptField.FindAllStringSubmatch(a.text, -1) {
		fields = append(fields, m[1], m[2])
	}
	return fields
}

// handedIn writes and submits a claim and gives its id.
func (h *house) handedIn(amount, number string, seed int64) string {
	h.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	files := map[string][]byte{"receipt": sketch.Draw(seed, sketch.Sheet, "发票"), "goods": sketch.Draw(seed+1, sketch.Process, "")}
	done := h.status(h.upload(lead, "/projects/"+project+"/claims/new", files, typed(id, amount, number)...), 303)
	if done.Header.Get("Location") != "/claims/"+id {
		h.Errorf("sent to %s", done.Header.Get("Location"))
	}
	return id
}

func TestAClaimIsWrittenWithMistakesAndKeptFiles(t *testing.T) {
	h := newHouse(t)
	form := "/projects/" + project + "/claims/new"
	h.says(h.status(h.get(lead, "/projects/"+project+"/claims"), 200), "第一笔款还没有拨下来")
	h.released()
	h.wellFormed(lead, form)
	h.wellFormed(lead, "/projects/"+project+"/claims")
	for _, who := range []string{stranger, other} {
		h.status(h.get(who, form), 404)
		h.status(h.upload(who, form, map[string][]byte{"receipt": sketch.Draw(1, sketch.Sheet, "")}, typed(uuid.NewString(), "9", "1")...), 404)
	}
	id := uuid.Must(uuid.NewV7()).String()
	photo := sketch.Draw(1, sketch.Sheet, "发票")
	bad := h.status(h.upload(lead, form, map[string][]byte{"receipt": photo, "goods": []byte("no photo at all")}, typed(id, "贰佰", "123")...), 422)
	h.says(bad, "贰佰", "请填写金额", "棉布里布", "goods.jpg", "receipt.jpg", "没列出来的请再选一次")
	files := kept(bad)
	if len(files) != 12 {
		t.Fatalf("carried along: %v", files)
	}
	more := h.status(h.upload(lead, form, nil, append(with(typed(id, "286", "123"), "add", "1"), files...)...), 200)
	h.says(more, `name="items.1.description"`, "286")
	short := h.status(h.upload(lead, form, nil, append(with(typed(id, "286", "123"), "items.1.buyer", "电厂社区"), kept(more)...)...), 422)
	h.says(short, "数电发票的号码是 20 位数字，现在是 3 位")
	if strings.Contains(short.text, "请写买了什么、做什么用") {
		t.Error("the line the form had begun by itself is asked for")
	}
	good := append(typed(id, "286", "26417000000000008802"), kept(short)...)
	forged := with(good, "kept.0.digest", strings.Repeat("0", 64))
	h.says(h.status(h.upload(lead, form, nil, forged...), 422), "至少传一张")
	for range 2 {
		h.status(h.upload(lead, form, nil, good...), 303)
	}
	if n := h.value(`select count(*)::text || '/' || (select count(*) from attachment) from claim`); n != "1/1" {
		t.Errorf("claims and files: %s", n)
	}
	h.wellFormed(lead, "/claims/"+id)
	h.wellFormed(lead, "/claims/"+id+"/print")
	h.says(h.get(lead, "/claims/"+id+"/print"), "人民币贰佰捌拾陆元整", "BX2026090001")
	h.status(h.get(other, "/claims/"+id), 404)
}

func TestADraftIsKeptAndGoesOn(t *testing.T) {
	h := newHouse(t)
	h.released()
	id := uuid.Must(uuid.NewV7()).String()
	draft := typed(id, "286", "26417000000000008802")
	h.status(h.upload(treasurer, "/projects/"+project+"/claims/new", nil, with(draft, "save", "1")...), 303)
	h.status(h.get(staff, "/claims/"+id), 404)
	edit := "/claims/" + id + "/edit"
	h.wellFormed(lead, edit)
	page := h.says(h.status(h.get(lead, edit), 200), "尾号 0007", "26417000000000008802")
	files := map[string][]byte{"receipt": sketch.Draw(1, sketch.Sheet, "")}
	sent := append(draft, "version", h.version(page, edit))
	for range 2 {
		h.status(h.upload(lead, edit, files, sent...), 303)
	}
	h.says(h.get(lead, "/claims/"+id), "等社区核实", "BX2026090001")
	h.status(h.upload(treasurer, edit, files, sent...), 409)
}

func TestAClaimPassesItsDesks(t *testing.T) {
	h := newHouse(t)
	h.released()
	id := h.handedIn("936", "26417000000000008802", 1)
	desk := "/desk/claims/" + id
	h.wellFormed(staff, "/desk/claims")
	h.says(h.get(staff, "/desk/claims"), "旧衣改造坊")
	h.says(h.get(other, "/desk/claims?tab=all"), "这里没有报销单")
	h.says(h.get(watcher, "/desk/claims"), "旧衣改造坊")
	h.status(h.get(other, desk), 404)
	h.wellFormed(staff, desk)
	h.says(h.status(h.press(staff, desk, desk+"/verify"), 422), "请先确认东西真的买了、用了")
	h.says(h.status(h.press(staff, desk, desk+"/return", "return_code", "unclear"), 422), "请写清楚要补什么", `id="f-return_reason-e"`)
	h.status(h.press(staff, desk, desk+"/return", "return_code", "unclear", "return_reason", "发票照片反光，请重拍"), 303)
	h.says(h.get(lead, "/claims/"+id), "发票照片反光，请重拍")
	edit := "/claims/" + id + "/edit"
	page := h.status(h.get(lead, edit), 200)
	h.status(h.upload(lead, edit, map[string][]byte{"receipt": sketch.Draw(7, sketch.Sheet, "发票")}, append(typed(id, "936", "26417000000000008802"), "version", h.version(page, edit))...), 303)
	h.status(h.press(staff, desk, desk+"/verify", "real", "true"), 303)
	h.status(h.post(staff, desk+"/verify", "version", "1", "real", "true"), 409)
	h.wellFormed(bookkeeper, desk)
	item := h.value(`select id::text from claim_item`)
	h.says(h.status(h.press(bookkeeper, desk, desk+"/pass", "cuts.0.item", item, "cuts.0.less", "1000", "cuts.0.reason", "x"), 422), "最多核减这一项的 ¥936")
	h.status(h.press(bookkeeper, desk, desk+"/pass", "cuts.0.item", item, "cuts.0.less", "36", "cuts.0.reason", "超过标准"), 303)
	h.wellFormed(street, desk)
	h.status(h.press(street, desk, desk+"/approve"), 303)
	h.wellFormed(cashier, desk)
	h.revealed(desk)
	h.says(h.status(h.press(cashier, desk, desk+"/pay", "method", "transfer", "paid_on", "2026-09-21"), 422), "请填写银行流水号")
	paid := []string{"version", h.version(h.get(cashier, desk), desk+"/pay"), "method", "transfer", "paid_on", "2026-09-21", "bank_ref", "JH20260921001"}
	for range 2 {
		h.status(h.post(cashier, desk+"/pay", paid...), 303)
	}
	h.status(h.press(lead, "/claims/"+id, "/claims/"+id+"/receive"), 303)
	h.says(h.get(lead, "/claims/"+id), "已收款", "核减 ¥36")
	h.voided(desk)
	h.whole()
}

// revealed looks at the payee's account: with a reason, on the page, and in no address.
func (h *house) revealed(desk string) {
	h.Helper()
	if strings.Contains(h.get(cashier, desk).text, "6222020000000007") {
		h.Error("the whole account stands on the page")
	}
	h.says(h.status(h.post(cashier, desk+"/account", "account_reason", ""), 422), "请写明为什么要看账号")
	h.says(h.status(h.post(cashier, desk+"/account", "account_reason", "转账"), 200), "6222020000000007")
	h.status(h.post(street, desk+"/account", "account_reason", "看看"), 403)
}

// voided undoes the payment by two people.
func (h *house) voided(desk string) {
	h.Helper()
	h.says(h.status(h.press(bookkeeper, desk, desk+"/void", "void_reason", "付重了"), 422), "请填写退款的银行流水号")
	h.status(h.press(bookkeeper, desk, desk+"/void", "void_reason", "付重了", "void_repaid_ref", "TK1"), 303)
	h.status(h.post(bookkeeper, desk+"/agree", "version", "9"), 403)
	h.status(h.press(dhead2, desk, desk+"/agree"), 303)
	h.says(h.get(lead, strings.TrimPrefix(desk, "/desk")), "已作废")
}

func (h *house) whole() {
	h.Helper()
	if _, broken, err := ledger.Verify(h.ctx, h.db); err != nil || len(broken) > 0 {
		h.Errorf("%v %s", err, strings.Join(broken, "\n"))
	}
}

func TestMoneyIsHeldClearedAndSettled(t *testing.T) {
	h := newHouse(t)
	h.released()
	at := "/desk/projects/" + project + "/money"
	h.wellFormed(bookkeeper, at)
	h.status(h.get(staff, at), 403)
	h.says(h.status(h.post(bookkeeper, at+"/hold", "hold_code", "", "hold_reason", "查账"), 422), "请选择暂停的原因", "查账", `id="f-hold_code-e"`)
	for range 2 {
		h.status(h.post(bookkeeper, at+"/hold", "hold_code", "finding", "hold_reason", "查账"), 303)
	}
	h.wellFormed(dhead, at)
	h.says(h.get(lead, "/projects/"+project+"/money"), "拨付和付款暂停了：查账")
	h.says(h.status(h.post(dhead, at+"/clear", "clear_reason", ""), 422), "请写明为什么可以恢复")
	h.status(h.post(bookkeeper, at+"/clear", "clear_reason", "好了"), 403)
	h.status(h.post(dhead, at+"/clear", "clear_reason", "查清了"), 303)
	h.status(h.press(bookkeeper, at, "/projects/"+project+"/settle"), 409) // not accepted yet
	h.past(`update project set state = 'closing'`, `insert into evaluation (id, project_id, place, kind, state, due_at) values (gen_random_uuid(), '`+project+`', 'jz.a.x', 'final', 'passed', now())`)
	h.status(h.post(stranger, "/projects/"+project+"/settle", "version", "1"), 403)
	h.status(h.press(bookkeeper, at, "/projects/"+project+"/settle"), 303)
	h.says(h.get(lead, "/projects/"+project+"/money"), "这个项目的钱已经结清")
	h.whole()
}

func TestTheFinanceDeskSeesTheBook(t *testing.T) {
	h := newHouse(t)
	h.released()
	h.handedIn("286", "26417000000000008802", 1)
	for _, who := range []string{bookkeeper, cashier, dhead, watcher} {
		for _, path := range []string{"/finance", "/finance/ledger", "/finance/ledger?edition=00000000-0000-7000-8000-0000000000e1&after=2", "/finance/tranches", "/finance/tranches?tab=all", "/desk/claims?tab=submitted"} {
			h.wellFormed(who, path)
		}
	}
	h.says(h.get(bookkeeper, "/finance/ledger"), "资金到位", "拨付", "已拨可用", "旧衣改造坊")
	h.says(h.get(bookkeeper, "/finance"), "第三届", "¥40,000")
	for _, path := range []string{"/finance", "/finance/ledger", "/desk/projects/" + project + "/money"} {
		h.status(h.get(staff, path), 403)
		h.status(h.get(stranger, path), 403)
	}
	h.says(h.get(other, "/finance/tranches?tab=all"), "这里没有要拨的款")
	for _, nonsense := range []string{"/finance/ledger?after=x&edition=%27", "/finance/tranches?tab=%00&after=x", "/desk/claims?tab=x&after=x_y", "/desk/claims?tab=all&after=2026-01-01T00:00:00Z_nil"} {
		h.status(h.get(bookkeeper, nonsense), 200)
	}
}

func TestATransferIsEnteredByTheCashier(t *testing.T) {
	h := newHouse(t)
	h.past(`update tranche set mode = 'transfer'`)
	id := h.value(`select id::text from tranche where state = 'due'`)
	at := "/finance/tranches/" + id
	for k, who := range []string{head, bookkeeper, dhead} {
		h.status(h.press(who, "/finance/tranches", at+"/"+[]string{"request", "review", "approve"}[k]), 303)
	}
	page := "/desk/projects/" + project + "/money"
	h.wellFormed(cashier, page)
	h.says(h.get(cashier, "/finance/tranches"), "去登记转账")
	h.says(h.status(h.press(cashier, page, at+"/transfer", "project", project), 422), "请填写银行回单上的流水号")
	h.status(h.press(cashier, page, at+"/transfer", "project", project, "bank_ref", "HD1"), 303)
	h.says(h.get(cashier, page), "已转账")
	h.whole()
}
