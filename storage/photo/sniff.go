package photo

import (
	"bytes"
	"encoding/binary"

	"seedbed/domain/fault"
)

// Kind is what a file is by its own bytes; names and claimed types are not asked.
type Kind string

// The kinds the house tells apart. Zip may be an OFD invoice, XML an electronic one: their readers look further.
const (
	Unknown Kind = ""
	JPEG    Kind = "jpeg"
	PNG     Kind = "png"
	WebP    Kind = "webp"
	PDF     Kind = "pdf"
	Zip     Kind = "zip"
	XML     Kind = "xml"
	GIF     Kind = "gif"
	HEIC    Kind = "heic" // and AVIF: photo formats only newer devices can show
	Video   Kind = "video"
	SVG     Kind = "svg"
	HTML    Kind = "html"
	Mixed   Kind = "mixed" // looks like one thing and holds another: never stored
)

var types = map[Kind]struct{ mime, ext string }{
	JPEG: {"image/jpeg", ".jpg"},
	PNG:  {"image/png", ".png"},
	WebP: {"image/webp", ".webp"},
	PDF:  {"application/pdf", ".pdf"},
	Zip:  {"application/zip", ".zip"},
	XML:  {"application/xml", ".xml"},
}

// MIME is the type to store and serve the file with; "application/octet-stream" for what is never shown.
func (k Kind) MIME() string {
	if t, ok := types[k]; ok {
		return t.mime
	}
	return "application/octet-stream"
}

// Ext is the usual end of the file's name, with its dot; "" for what is never kept.
func (k Kind) Ext() string { return types[k].ext }

// Photo tells whether the house takes this kind as a photo.
func (k Kind) Photo() bool { return k == JPEG || k == PNG || k == WebP }

// refusal is nil for a photo, else the sentence that says why not and what to do.
func (k Kind) refusal() error {
	switch k {
	case JPEG, PNG, WebP:
		return nil
	case HEIC:
		return fault.New(fault.Invalid, "这种格式电脑看不了，请在相机设置里选「兼容性最佳」，或发截图")
	case GIF:
		return fault.New(fault.Invalid, "动图不能当照片，请换一张照片，或发截图")
	case Video:
		return fault.New(fault.Invalid, "这是视频，请选一张照片，或发截图")
	case PDF:
		return fault.New(fault.Invalid, "这是 PDF 文件，不是照片。请拍照或截图后再传")
	case Mixed:
		return fault.New(fault.Invalid, "这个文件里夹着别的内容，不能当照片。请直接选相机拍的原图，或发截图")
	default:
		return fault.New(fault.Invalid, "这个文件不是照片。请选 JPG 或 PNG 照片，或发截图")
	}
}

// Sniff tells a file's kind from its first bytes; 4 KB are plenty, fewer are fine.
func Sniff(head []byte) Kind {
	kind := magic(head)
	if (kind.Photo() || kind == PDF) && hides(head) {
		return Mixed
	}
	return kind
}

func magic(b []byte) Kind {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return WebP
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return Zip
	case bytes.HasPrefix(b, []byte("GIF8")):
		return GIF
	case len(b) >= 12 && string(b[4:8]) == "ftyp":
		return film(string(b[8:12]))
	}
	return markup(b)
}

// film tells photos from videos among the formats that begin with an ftyp box.
func film(brand string) Kind {
	switch brand {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis":
		return HEIC
	}
	return Video
}

// markup recognises the text formats that a browser would run.
func markup(b []byte) Kind {
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n\f"))
	switch {
	case len(text) == 0 || text[0] != '<':
		return Unknown
	case contains(text, "<svg"):
		return SVG
	case contains(text, "<!doctype html", "<html", "<head", "<body", "<script", "<iframe"):
		return HTML
	case bytes.HasPrefix(text, []byte("<?xml")):
		return XML
	}
	return Unknown
}

func contains(b []byte, any ...string) bool {
	for _, s := range any {
		if bytes.Contains(b, []byte(s)) {
			return true
		}
	}
	return false
}

// hides tells whether a part of a photo or PDF, past its first bytes, reads as the beginning or the end of something a
// program would open instead: a page with script, a PDF, an archive. Trailing video is no such thing: phones append it.
func hides(b []byte) bool {
	if len(b) > 5 && contains(b[5:], "%PDF-") {
		return true
	}
	if at := bytes.LastIndex(b, []byte("PK\x05\x06")); at >= 0 && len(b)-at >= 22 {
		if comment := int(binary.LittleEndian.Uint16(b[at+20:])); at+22+comment == len(b) {
			return true // the end record of an archive, exactly where an archive ends
		}
	}
	for at := bytes.IndexByte(b, '<'); at >= 0; {
		b = b[at+1:]
		for _, tag := range active {
			if len(b) >= len(tag) && bytes.EqualFold(b[:len(tag)], []byte(tag)) {
				return true
			}
		}
		at = bytes.IndexByte(b, '<')
	}
	return false
}

// active are the beginnings of markup that a browser or a server would run.
var active = []string{"script", "html", "!doctype html", "iframe", "svg ", "svg>", "?php", "body", "object ", "embed "}
