// Package static holds the files a page loads besides itself: one stylesheet, one script, the icons. Each has its
// content's hash in its name, so a browser may keep it for ever.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"path"
	"strings"
)

//go:embed assets
var files embed.FS

// Asset is a file ready to be sent.
type Asset struct {
	Body []byte
	Gzip []byte // nil when compressing it gains nothing
	Type string // Content-Type
	// Fresh files keep their address when they change: browsers ask about them every time.
	Fresh bool
}

var (
	assets = map[string]Asset{}  // by address
	paths  = map[string]string{} // address by plain name
)

func init() {
	for _, name := range []string{"favicon.svg", "icon-192.png", "icon-512.png", "icons.svg", "seedbed.js"} {
		add(name, read(name))
	}
	add("seedbed.css", bundle("seedbed.css", "judging.css", "queue.css", "paper.css"))
	add("sheet.js", read("sheet.js"))
	add("editor.js", bundle("editor-phone.js", "editor-money.js", "editor-form.js", "editor-photos.js"))
	add("board.js", read("board.js"))
	manifest := read("manifest.webmanifest")
	for _, name := range []string{"favicon.svg", "icon-192.png", "icon-512.png"} {
		manifest = bytes.ReplaceAll(manifest, []byte(`"`+name+`"`), []byte(`"`+paths[name]+`"`))
	}
	add("manifest.webmanifest", manifest)
	addWorker()
}

// addWorker puts the service worker at the root, where it may serve every page, and tells it which files to keep.
func addWorker() {
	var list []string
	for _, name := range []string{"editor.js", "favicon.svg", "icon-192.png", "icons.svg", "manifest.webmanifest", "seedbed.css", "seedbed.js", "sheet.js"} {
		list = append(list, paths[name])
	}
	sum := sha256.Sum256([]byte(strings.Join(list, " ") + string(read("sw.js"))))
	body := bytes.ReplaceAll(read("sw.js"), []byte("{{HASH}}"), []byte(hex.EncodeToString(sum[:4])))
	body = bytes.ReplaceAll(body, []byte("{{FILES}}"), []byte(`["`+strings.Join(list, `", "`)+`"]`))
	assets[Worker] = Asset{Body: body, Gzip: pack(body), Type: typeOf(".js"), Fresh: true}
}

// Worker is the address of the service worker.
const Worker = "/sw.js"

// bundle is several files as one: they are kept apart by subject and travel together.
func bundle(names ...string) []byte {
	var all bytes.Buffer
	for _, name := range names {
		all.Write(read(name))
	}
	return all.Bytes()
}

func read(name string) []byte {
	body, err := files.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return body
}

func add(name string, body []byte) {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	address := "/static/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext
	asset := Asset{Body: body, Type: typeOf(ext)}
	if ext != ".png" {
		asset.Gzip = pack(body)
	}
	assets[address], paths[name] = asset, address
}

func typeOf(ext string) string {
	switch ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	}
	return mime.TypeByExtension(ext)
}

func pack(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // writing to memory does not fail
	}
	return b.Bytes()
}

// Path is the address of a file: "seedbed.css" → "/static/seedbed.1a2b3c4d.css". A name there is not panics: it is a
// slip of the pen in a template, and the first test that renders it says so.
func Path(name string) string {
	address, ok := paths[name]
	if !ok {
		panic("templates/static: no file " + name)
	}
	return address
}

// Find gives the file of an address. It may be kept by browsers for ever: its name changes when it does.
func Find(address string) (Asset, bool) {
	a, ok := assets[address]
	return a, ok
}
