package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/photo/sketch"
)

// TestWalkHelpedAndPrivate walks on a phone-sized screen: staff fill in for a neighbour, the neighbour says it was not
// her will, the subdistrict answers; she takes a consent back, fetches her data, and asks to be forgotten.
func TestWalkHelpedAndPrivate(t *testing.T) {
	if testing.Short() {
		t.Skip("the walk takes a while")
	}
	h, hand := newHouse(t, time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai))
	day := hand.Now()
	if err := h.lay(t.Context(), []place.Place{{Path: "jz", Level: "district", Name: "京州市", NameEn: "Jingzhou", Code: "1", ValidFrom: day}, {Path: street, Level: "subdistrict", Name: "武汉路街道", NameEn: "Wuhan Road", Code: "2", ValidFrom: day},
		{Path: home, Level: "community", Name: "电厂新村社区", NameEn: "Power Plant Village", Code: "3", ValidFrom: day}}); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t, h, hand)
	people := map[string]*tab{}
	for _, p := range []struct {
		name, phone, home string
		grants            []identity.Grant
	}{{"王奶奶", "13800000001", home, nil}, {"社区社工", "13900000001", "", []identity.Grant{{Role: identity.CommunityStaff, Place: home}}},
		{"街道干事", "13900000003", "", []identity.Grant{{Role: identity.SubdistrictStaff, Place: street}}}, {"区干事", "13900000005", "", []identity.Grant{{Role: identity.DistrictStaff, Place: "jz"}}}} {
		if _, err := h.Accounts.Enlist(t.Context(), p.name, p.phone, p.home, p.grants...); err != nil {
			t.Fatal(err)
		}
		people[p.name] = b.as(p.name, p.phone).signIn(len(p.grants) > 0)
	}
	staff, elder := people["社区社工"], people["王奶奶"]
	sheet := filepath.Join(t.TempDir(), "paper.jpg")
	if err := os.WriteFile(sheet, sketch.Draw(3, sketch.Receipt, "字"), 0o600); err != nil {
		t.Fatal(err)
	}
	staff.open("/desk/assist").press("开始帮填").see("请填写居民的姓名").shot("help-wrong")
	staff.open("/desk/assist").shot("help-start").fill("name", "王奶奶").fill("phone", "138 0000 0001").tick("why", "no_phone").tick("method", "face").press("开始帮填")
	staff.see("您正在帮 王奶奶 填写").shot("help-now")
	staff.open("/me/profile").see("您正在帮 王奶奶 填写").shot("help-page").fill("name", "王秀兰").press("保存")
	staff.open("/assisting").press("结束帮填").see("还没有签字的纸")
	staff.files("paper", sheet).tick("signed_by", "signature").tickAll().press("保存").see("也读给本人听过了").shot("help-signed")
	staff.press("结束帮填").see("帮填结束了")
	staff.open("/desk/assisted").see("王秀兰").shot("help-desk")
	elder.open("/me/assisted").see("社区社工", "改了自己的资料").shot("help-mine").press("这不是我的意思").see("街道在核实")
	people["街道干事"].open("/desk/assisted").pressFirst("/desk/assisted/").tick("ruling", "upheld").fill("answer", "打过电话，本人没有说要改名").press("答复本人").see("请写明哪些要撤回").shot("help-dispute").
		tick("ruling", "upheld").fill("answer", "打过电话，本人没有说要改名").fill("undo", "把姓名改回王奶奶，由本人来改").press("答复本人").see("已经答复本人")
	elder.open("/me/assisted").see("把姓名改回王奶奶").shot("help-answered")
	staff.open("/desk/grace").shot("grace")

	elder.open("/privacy").see("每一种用途").shot("privacy-public")
	elder.open("/me/privacy").shot("privacy-centre").pressLike("同意").see("记下了").press("收回").see("收回了")
	elder.open("/me/privacy/file").shot("privacy-file")
	hand.Advance(2 * time.Minute)
	elder.press("发验证码到我的手机").fill("code", "000000").press("确认，准备文件").see("验证码不对").shot("privacy-code")
	elder.open("/me/privacy").tick("kind", "close").press("提出申请").see("收到您的申请").shot("privacy-asked")
	people["区干事"].open("/desk/privacy").shot("privacy-desk").pressFirst("/desk/privacy/").shot("privacy-case").tick("ruling", "erase").fill("answer", "已核对本人").tickAll().press("答复").see("已经答复")
	b.settle()
	b.check()
}
