package web

import (
	"io"
	"mime/multipart"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
)

// mostFiles is how many files one form may send.
const mostFiles = 12

// Upload is a file that came with a form, spooled to disk; it is gone when the request has been answered.
type Upload struct {
	Name string // the sender's name for it, cleaned: never used as a path
	Size int64
	head *multipart.FileHeader
	form *multipart.Form
	open func() (io.ReadSeekCloser, error) // of one held from an earlier sending of the form
}

// Open reads the file from its start.
func (u Upload) Open() (io.ReadSeekCloser, error) {
	if u.open != nil {
		return u.open()
	}
	return u.head.Open()
}

func (u Upload) remove() {
	if u.form != nil {
		_ = u.form.RemoveAll()
	}
}

// Files gives the files of a form's field, those just chosen before those held from an earlier sending; a field left empty
// has none.
func Files(c *fiber.Ctx, field string) ([]Upload, error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "上传中断了，请再试一次")
	}
	r := of(c)
	var files []Upload
	for _, head := range form.File[field] {
		if head.Size == 0 && head.Filename == "" {
			continue
		}
		files = append(files, Upload{Name: cleanName(head.Filename), Size: head.Size, head: head, form: form})
	}
	files = append(files, r.held(c, field, form.Value[heldField+field])...)
	r.files = append(r.files, files...)
	if len(files) > mostFiles {
		return nil, fault.Field(field, "一次最多传 %d 个文件，请分几次传", mostFiles)
	}
	return files, nil
}

// PartType is the content type of a part of an upload, which carries the form's token in the header X-Form-Token.
const PartType = "application/offset+octet-stream"

// CleanName is a sender's name for a file, safe to show and to save under.
func CleanName(name string) string { return cleanName(name) }

// cleanName keeps what is readable of a file's name: no folders, no control or direction-changing characters.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError || strings.ContainsRune(`"<>:|?*/`, r) {
			return -1
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[len(runes)-80:])
	}
	return name
}
