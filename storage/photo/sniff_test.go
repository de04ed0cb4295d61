package photo_test

import (
	"bytes"
	"strings"
	"testing"

	"seedbed/domain/fault"
	"seedbed/storage/photo"
)

func TestSniff(t *testing.T) {
	page := "<!DOCTYPE html><script>alert(1)</script>"
	for _, c := range []struct {
		what string
		head []byte
		want photo.Kind
	}{
		{"a JPEG", file(t, "gray.jpg"), photo.JPEG},
		{"a PNG", file(t, "plain.png"), photo.PNG},
		{"a WebP", file(t, "lossy.webp"), photo.WebP},
		{"a GIF", file(t, "small.gif"), photo.GIF},
		{"a HEIC", file(t, "small.heic"), photo.HEIC},
		{"an AVIF", []byte("\x00\x00\x00\x20ftypavif\x00\x00\x00\x00"), photo.HEIC},
		{"a video", []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00"), photo.Video},
		{"a PDF", []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), photo.PDF},
		{"an OFD", []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00OFD.xml"), photo.Zip},
		{"an XML invoice", []byte("\xef\xbb\xbf<?xml version=\"1.0\"?><EInvoice/>"), photo.XML},
		{"an SVG", []byte("<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"), photo.SVG},
		{"an SVG after an XML line", []byte("<?xml version=\"1.0\"?>\n<!-- x -->\n<SVG/>"), photo.SVG},
		{"a page", []byte(page), photo.HTML},
		{"a page after blanks", []byte("\n\t  <HTML><body>"), photo.HTML},
		{"a page in XML clothes", []byte("<?xml version=\"1.0\"?><html/>"), photo.HTML},
		{"text", []byte("photo.jpg"), photo.Unknown},
		{"nothing", nil, photo.Unknown},
		{"one byte", []byte{0xff}, photo.Unknown},
		{"a JPEG with a page in a comment", append([]byte("\xff\xd8"), segment(0xfe, page)...), photo.Mixed},
		{"a JPEG that is also a PDF", append([]byte("\xff\xd8"), segment(0xfe, "%PDF-1.4")...), photo.Mixed},
		{"a PNG with a page", append(pngClaiming(8, 8, 8, 2), page...), photo.Mixed},
		{"a PDF with a page", []byte("%PDF-1.7\n" + page), photo.Mixed},
	} {
		if got := photo.Sniff(c.head[:min(4096, len(c.head))]); got != c.want {
			t.Errorf("%s is %q; want %q", c.what, got, c.want)
		}
	}
}

// Cameras and photo editors write XML of their own into photos; that alone makes nothing suspicious.
func TestSniffCameraXML(t *testing.T) {
	xmp := "http://ns.adobe.com/xap/1.0/\x00<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description/></rdf:RDF></x:xmpmeta>"
	if got := photo.Sniff(append([]byte("\xff\xd8"), segment(0xe1, xmp)...)); got != photo.JPEG {
		t.Errorf("a photo with XMP is %q", got)
	}
	printing := "Photoshop 3.0\x008BIM\x03\xea<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple Computer//DTD PLIST 1.0//EN\"><plist/>"
	if got := photo.Sniff(append([]byte("\xff\xd8"), segment(0xed, printing)...)); got != photo.JPEG {
		t.Errorf("a photo with an editor's printing notes is %q", got)
	}
}

// What is not a photo is refused with the sentence that helps: each names its own way out.
func TestRefusals(t *testing.T) {
	photoBytes := file(t, "sampling-2x1.jpg")
	archive := "PK\x05\x06" + strings.Repeat("\x00", 16) + "\x04\x00note"
	for _, c := range []struct {
		what, says string
		file       []byte
	}{
		{"HEIC", "兼容性最佳", file(t, "small.heic")},
		{"GIF", "动图", file(t, "small.gif")},
		{"video", "视频", []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00")},
		{"PDF", "PDF", []byte("%PDF-1.7\n")},
		{"SVG named .jpg", "不是照片", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
		{"page named .jpg", "不是照片", []byte("<html><script>1</script>")},
		{"program", "不是照片", []byte("MZ\x90\x00")},
		{"empty file", "不是照片", nil},
		{"photo with an archive behind", "夹着", append(bytes.Clone(photoBytes), archive...)},
		{"photo with a PDF behind", "夹着", append(bytes.Clone(photoBytes), "%PDF-1.4 trailer"...)},
		{"photo with a page behind", "夹着", append(bytes.Clone(photoBytes), "<ScRiPt>alert(1)</script>"...)},
		{"half a photo", "没传完", photoBytes[:len(photoBytes)/2]},
		{"half a PNG", "没传完", file(t, "plain.png")[:4000]},
		{"half a WebP", "没传完", file(t, "lossy.webp")[:900]},
		{"a photo's first bytes only", "没传完", []byte("\xff\xd8\xff\xe0")},
		{"moving WebP", "没传完", file(t, "animated.webp")},
	} {
		if err := refused(t, c.what, c.file); !strings.Contains(fault.MessageOf(err).String(), c.says) {
			t.Errorf("%s: %q does not say %q", c.what, fault.MessageOf(err), c.says)
		}
	}
}

// Video appended by the phone ("motion photo") is no reason to refuse a photo.
func TestMotionPhoto(t *testing.T) {
	b := append(file(t, "sampling-2x1.jpg"), "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00MotionPhoto_Data"...)
	if _, err := photo.Inspect(bytes.NewReader(b)); err != nil {
		t.Error(err)
	}
}

func TestTypes(t *testing.T) {
	for kind, want := range map[photo.Kind][2]string{
		photo.JPEG: {"image/jpeg", ".jpg"}, photo.PDF: {"application/pdf", ".pdf"},
		photo.SVG: {"application/octet-stream", ""}, photo.Unknown: {"application/octet-stream", ""},
	} {
		if kind.MIME() != want[0] || kind.Ext() != want[1] {
			t.Errorf("%q is stored as %q, %q; want %q", kind, kind.MIME(), kind.Ext(), want)
		}
	}
	if !photo.WebP.Photo() || photo.PDF.Photo() || photo.GIF.Photo() || photo.Unknown.Photo() {
		t.Error("Photo() tells the wrong kinds")
	}
}
