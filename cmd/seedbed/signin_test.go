package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"seedbed/domain/accounts"
)

// signIn signs a person in by phone and code, as they would, and passes the second factor of those who need one. Both
// work once only, so patient people begin again where the answer was lost on the way.
func (w *tab) signIn(strong bool) *tab {
	w.t.Helper()
	for range 4 {
		w.enter()
		if strong && !w.outside() {
			w.strengthen()
		}
		if !w.patient || !w.outside() {
			return w
		}
	}
	w.fail("not signed in after four tries")
	return w
}

// outside tells whether the page still asks for a code.
func (w *tab) outside() bool {
	w.t.Helper()
	return js[bool](w, `/^\/(login|second-factor)/.test(location.pathname)`)
}

func (w *tab) enter() {
	w.t.Helper()
	w.hand.Advance(2 * time.Minute) // a code a minute
	w.open("/login").fill("phone", w.phone).press("获取验证码")
	if w.patient && !js[bool](w, `document.getElementsByName("code").length > 0`) {
		return // the code was sent, its page was not; a second one may be asked for in a minute
	}
	w.fill("code", codeInText.FindString(w.lastText())).press("登录")
}

func (w *tab) strengthen() {
	w.t.Helper()
	w.open("/second-factor")
	secret := js[string](w, `document.getElementsByName("secret")[0]?.value || ""`)
	if secret != "" {
		factors[w.phone] = secret
	}
	w.hand.Advance(time.Minute) // a code of its own
	number, err := accounts.FactorCode(factors[w.phone], w.hand.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	w.fill("code", number)
	if secret != "" {
		w.press("设好了")
		return
	}
	w.press("验证")
}

// lastText is the newest short message to the person, from the file that stands for the gateway: whichever process sent
// it.
func (w *tab) lastText() string {
	w.t.Helper()
	sent, err := os.ReadFile(filepath.Join(w.house.Config.Data, "sms.log"))
	if err != nil {
		w.t.Fatal(err)
	}
	last := ""
	for line := range strings.Lines(string(sent)) {
		if text, mine := strings.CutPrefix(line, w.phone); mine {
			last = text
		}
	}
	return last
}

var factors = map[string]string{}
