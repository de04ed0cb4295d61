package main

import (
	"testing"
	"time"

	"seedbed/storage/photo/sketch"
)

// fast fills everything in, by the fewest taps and fields, and counts them.
type fast struct {
	*tab
	taps int
	keys bool // by the keyboard alone
	// Around the writing of each step, and before the last button: what the line does meanwhile.
	before, after, atLast func(*fast)
}

func (f *fast) put(name, value string) {
	f.taps++
	if f.keys {
		hands{f.tab}.put(name, value)
		return
	}
	f.fill(name, value)
}

func (f *fast) tap(label string) {
	f.taps++
	if f.keys {
		hands{f.tab}.press(label)
		return
	}
	f.press(label)
}

func (f *fast) decide(name, value string) {
	f.taps++
	if f.keys {
		hands{f.tab}.decide(name, value)
		return
	}
	f.pick(name, value)
}

// From the first visit to the receipt in fewer than 40 taps and fields, sign-in and two invitations counted in.
func TestScreensFirstVisitToSubmittedInFewTaps(t *testing.T) {
	w := newWriting(t, true)
	w.quick(t, &fast{}, false)
}

// The same without any script: draft, edit, upload, submit.
func TestScreensWithoutAScript(t *testing.T) {
	w := newWriting(t, true)
	w.quick(t, &fast{}, true)
}

func (w *writing) quick(t *testing.T, f *fast, bare bool) {
	t.Helper()
	f.tab = w.as("周桂兰", phones["周桂兰"])
	w.tab = f.tab
	if bare {
		w.scriptless(f.tab)
	}
	f.open("/")
	f.tap("我要申报")
	w.hand.Advance(2 * time.Minute)
	w.enter(f)
	f.put("name", "周桂兰")
	f.decide("home", home)
	f.tap("保存")
	f.taps++
	f.open("/editions/" + w.edition)
	f.tap("我要申报")
	w.fillIn(f)
	f.tap("邀请邻居、管理名单")
	for _, name := range []string{"陈秀珍", "刘建国"} {
		f.put("name", name)
		f.put("phone", phones[name])
		f.tap("发出邀请")
	}
	for _, name := range []string{"陈秀珍", "刘建国"} {
		w.resident(name).open("/invitations").tick("age", "adult").tick("agree").press("加入团队")
	}
	w.staff("社区社工").open("/desk/residents").press("确认")
	if bare {
		f.open("/proposals/"+w.id+"/edit/photos").tick("kind", "need").files("photos", w.picture("need", sketch.People, 7)).press("上传").see("传好了 1 张")
	}
	f.taps++
	f.open("/proposals/" + w.id + "/edit").see("请逐条看过再打勾") // the first step that misses something
	f.tap("逐条看过了，都答应，去检查")
	f.shot("editor-check")
	if f.atLast != nil {
		f.atLast(f)
	}
	f.tap("提交申报")
	f.see("JZ-01-R0001")
	t.Logf("%d taps and fields", f.taps)
	if f.taps >= 40 {
		t.Errorf("%d taps and fields from the first visit to the receipt", f.taps)
	}
	d := w.draft()
	if d.ActTarget != 8 || d.ServedTarget != 160 || d.PeopleTarget != 20 || d.Pitch == "" || d.Venue == "" || d.Colour != "orange" {
		t.Errorf("handed in %+v", d)
	}
}

// fillIn writes what everybody has to write, step by step.
func (w *writing) fillIn(f *fast) {
	w.t.Helper()
	w.id = f.id()
	for _, write := range []func(){
		func() {
			f.put("title", "楼道口的旧衣改造坊")
			f.decide("category", "mutual_aid")
		},
		func() {
			f.put("problem", "楼道里堆着旧衣服，扔了可惜。")
			f.decide("affected", "elders")
			f.decide("how_found", "own_life")
		},
		func() {
			f.put("goal", "让旧衣有用，让楼道通畅。")
			f.put("method", "每周六教大家改布袋。")
			f.put("activities.0.name", "周六改造课")
			f.put("activities.0.times", "8")
			f.put("activities.0.people", "20")
		},
		func() {
			f.put("lines.0.item", "布料和针线")
			f.decide("lines.0.category", "M")
			f.put("lines.0.unit_price", "40")
			f.put("lines.0.qty", "20")
		},
	} {
		if f.before != nil {
			f.before(f)
		}
		write()
		if f.after != nil {
			f.after(f)
		}
		f.tap("下一步")
	}
}

// enter signs in from the page that asks for it, counting.
func (w *writing) enter(f *fast) {
	w.t.Helper()
	if f.path() != "/login" {
		f.taps++
		f.open("/login?next=/editions/" + w.edition)
	}
	f.put("phone", phones["周桂兰"])
	f.tap("获取验证码")
	f.put("code", codeInText.FindString(w.code(phones["周桂兰"])))
	f.tap("登录")
}
