package web

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/storage/objects"
	"seedbed/storage/photo/sketch"
	"seedbed/templates/ui"
)

// signPaper is a form of a title and one paper, as every area has them.
func signPaper(c *fiber.Ctx) error {
	n, form, err := Bind[draft](c)
	files, wrong := Files(c, "paper")
	if err == nil {
		err = wrong
	}
	switch {
	case err != nil:
	case n.Title == "":
		err = fault.Field("title", "请填写标题")
	case len(files) == 0:
		err = fault.Field("paper", "请拍一张签了字的纸")
	case files[0].Name == "坏的.jpg":
		err = fault.Field("paper", "这个文件打不开")
	}
	if Wrong(&form, err) {
		return Show(c, fiber.StatusUnprocessableEntity, paperForm(form))
	}
	if err != nil {
		return err
	}
	f, err := files[0].Open()
	if err != nil {
		return err
	}
	defer f.Close()
	body, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	return c.SendString(fmt.Sprintf("%s %d %s", files[0].Name, len(body), n.Title))
}

func paperForm(form ui.Form) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return ui.FormTo("/paper", ui.FormOpts{Form: form, Files: true}).Render(templ.WithChildren(ctx, ui.File(form, "paper", "签了字的纸", ui.FileOpts{Required: true})), w)
	})
}

var slipField = regexp.MustCompile(`name="_held\.paper" value="([^"]+)"`)

func send(t *testing.T, s *site, client *http.Client, fields map[string]string, name string, file []byte) answer {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("_token", token(t, s, client))
	for field, v := range fields {
		_ = w.WriteField(field, v)
	}
	if name != "" {
		part, err := w.CreateFormFile("paper", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(file)
	}
	_ = w.Close()
	return ask(t, client, "POST", s.address+"/paper", w.FormDataContentType(), form.String())
}

// A file that was chosen stays when another field has to be mended: nobody chooses it twice. The slip that stands for it
// is of use to its own sender alone, for half a day.
func TestAChosenFileStaysWhileItsFormIsMended(t *testing.T) {
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	now := clock.NewManual(time.Now())
	s := open(t, func(s *Site) { s.Store, s.Clock = store, now })
	neighbour := func(name, phone string) *http.Client {
		who, err := s.Accounts.Enlist(t.Context(), name, phone, "")
		if err != nil {
			t.Fatal(err)
		}
		session, err := s.Accounts.EnterSample(t.Context(), who.ID)
		if err != nil {
			t.Fatal(err)
		}
		client := browser()
		at, _ := url.Parse(s.address)
		client.Jar.SetCookies(at, []*http.Cookie{{Name: sessionCookie, Value: session}})
		return client
	}
	mine, other := neighbour("王秀英", "13800000001"), neighbour("李建国", "13800000002")
	photo := sketch.Draw(1, sketch.Sheet, "")
	got := send(t, s, mine, nil, "签字.jpg", photo)
	m := slipField.FindStringSubmatch(got.body)
	if got.status != 422 || m == nil || !strings.Contains(got.body, "已收到：签字.jpg") {
		t.Fatalf("the form came back without its file: %d %s", got.status, got.body)
	}
	slip := html.UnescapeString(m[1])
	want := fmt.Sprintf("签字.jpg %d 好了", len(photo))
	if got := send(t, s, mine, map[string]string{"title": "好了", "_held.paper": slip}, "", nil); got.body != want {
		t.Errorf("mended: %d %s", got.status, got.body)
	}
	if got := send(t, s, mine, map[string]string{"_held.paper": slip}, "", nil); !strings.Contains(got.body, slip) {
		t.Error("a second mistake loses the file")
	}
	if got := send(t, s, mine, map[string]string{"title": "好了", "_held.paper": slip}, "新的.jpg", photo); !strings.HasPrefix(got.body, "新的.jpg ") {
		t.Errorf("a newly chosen file does not come first: %s", got.body)
	}
	for what, tries := range map[string]struct {
		client *http.Client
		slip   string
	}{"somebody else's slip": {other, slip}, "a forged slip": {mine, "e30." + strings.SplitN(slip, ".", 2)[1]}, "nonsense": {mine, "x"}} {
		if got := send(t, s, tries.client, map[string]string{"title": "好了", "_held.paper": tries.slip}, "", nil); got.status != 422 {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	if got := send(t, s, mine, nil, "笔记.txt", []byte("hello")); strings.Contains(got.body, "已收到") {
		t.Error("a file that is neither photo nor paper is kept")
	}
	if got := send(t, s, mine, map[string]string{"title": "好了"}, "坏的.jpg", photo); strings.Contains(got.body, "已收到") {
		t.Error("a file that was itself refused is offered again")
	}
	now.Advance(heldLife + time.Minute)
	if got := send(t, s, mine, map[string]string{"title": "好了", "_held.paper": slip}, "", nil); got.status != 422 {
		t.Errorf("an old slip: %d %s", got.status, got.body)
	}
}
