package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/templates/ui"
)

// A browser forgets the files somebody chose when their form comes back to be mended. So the house keeps them: they lie in
// the store under nobody's name, the form carries a signed slip for each, and the slip stands for the file when the form is
// sent again. What is not sent again is swept like every upload without an owner. The slip is of use to its own sender alone.
const (
	heldField = "_held." // + the field the file was chosen in
	heldLife  = 12 * time.Hour
	heldMost  = 60 // files of one person in an hour; beyond it they have to be chosen again
)

// slip is what a form carries of a file that came with it.
type slip struct {
	Digest string
	Size   int64
	Name   string
	Until  int64 // unix seconds
}

func (r *request) sign(field, body string) []byte {
	h := hmac.New(sha256.New, r.site.Secret)
	h.Write([]byte("held\x00" + r.visit.Actor.ID + "\x00" + r.visit.Actor.Assistance + "\x00" + field + "\x00" + body))
	return h.Sum(nil)
}

func (r *request) seal(field string, s slip) (string, error) {
	raw, err := json.Marshal(s)
	body := base64.RawURLEncoding.EncodeToString(raw)
	return body + "." + base64.RawURLEncoding.EncodeToString(r.sign(field, body)), err
}

// unseal reads a slip back; false for one that is old, somebody else's or not ours.
func (r *request) unseal(field, token string) (s slip, ours bool) {
	body, mark, _ := strings.Cut(token, ".")
	given, err := base64.RawURLEncoding.DecodeString(mark)
	if err != nil || !r.visit.Actor.SignedIn() || !hmac.Equal(given, r.sign(field, body)) {
		return s, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(raw, &s) != nil {
		return s, false
	}
	return s, r.site.Clock.Now().Unix() < s.Until
}

// held gives the files that an earlier sending of the form brought and this one still wants.
func (r *request) held(c *fiber.Ctx, field string, tokens []string) []Upload {
	var files []Upload
	for _, token := range tokens {
		s, ours := r.unseal(field, token)
		if !ours || r.site.Store == nil {
			continue
		}
		if _, err := r.site.Store.Stat(c.UserContext(), s.Digest); err != nil {
			continue // swept meanwhile: the field says that it is empty
		}
		files = append(files, Upload{Name: s.Name, Size: s.Size, open: func() (io.ReadSeekCloser, error) { return r.site.Store.Open(c.UserContext(), s.Digest) }})
	}
	return files
}

// hold keeps the files of a form that is about to be shown again, by the field they came in.
func (r *request) hold(c *fiber.Ctx) map[string][]ui.Held {
	if r.site.Store == nil || !r.visit.Actor.SignedIn() || !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		return nil
	}
	form, err := c.MultipartForm()
	if err != nil {
		return nil
	}
	held := map[string][]ui.Held{}
	for field, heads := range form.File {
		for _, head := range heads[:min(len(heads), mostFiles)] {
			u := Upload{Name: cleanName(head.Filename), Size: head.Size, head: head}
			if s, kept := r.keep(c, u); kept {
				if token, err := r.seal(field, s); err == nil {
					held[field] = append(held[field], ui.Held{Name: u.Name, Slip: token})
				}
			}
		}
	}
	for name, tokens := range form.Value {
		field, is := strings.CutPrefix(name, heldField)
		for _, token := range tokens {
			if s, ours := r.unseal(field, token); is && ours && len(held[field]) < mostFiles {
				held[field] = append(held[field], ui.Held{Name: s.Name, Slip: strings.Clone(token)})
			}
		}
	}
	return held
}

// keep puts one file into the store, if it is a photo or a paper.
func (r *request) keep(c *fiber.Ctx, u Upload) (slip, bool) {
	now := r.site.Clock.Now()
	if u.Size == 0 || u.Size > evidence.MaxSize || r.site.Accounts.Throttle(c.UserContext(), "held:"+r.visit.Actor.ID, heldMost, time.Hour) != nil {
		return slip{}, false
	}
	f, err := u.Open()
	if err != nil {
		return slip{}, false
	}
	defer f.Close()
	taken, err := evidence.TakePaper(c.UserContext(), r.site.Store, f)
	if err != nil {
		if !fault.Is(err, fault.Invalid) {
			r.site.Log.WarnContext(c.UserContext(), "a form's file is not held", "request", r.id, "error", err)
		}
		return slip{}, false
	}
	return slip{Digest: taken.Digest, Size: taken.Size, Name: u.Name, Until: now.Add(heldLife).Unix()}, true
}
