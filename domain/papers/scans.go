package papers

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"seedbed/domain/evidence"
	"seedbed/domain/fault"
)

// What a folder of scans may hold.
const (
	mostScans     = 600
	mostScanBytes = 400 << 20 // unpacked, all of them
	pagesEach     = 12        // scans of one proposal
)

// scansTab is what the faults of the scans are listed under: words:none.
var scansTab = "扫描件"

// scan is one photographed page of a paper.
type scan struct {
	name string
	part *zip.File
}

var numbered = regexp.MustCompile(`^0*([0-9]{1,9})(?:[^0-9].*)?$`)

// sorted reads the folder of scans: which files belong to which number. What belongs to none is told.
func (r *reading) scans(data []byte) (map[string][]scan, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "扫描件要压成一个 zip 文件再传。这个文件打不开")
	}
	found, total := map[string][]scan{}, uint64(0)
	stamps := map[string]string{} // which files show the stamp of which paper
	for seq, n := range r.bySeq {
		if n.Stamp != "" {
			stamps[n.Stamp] = seq
		}
	}
	if len(z.File) > 2*mostScans {
		return nil, tooManyScans()
	}
	for _, part := range z.File {
		name := partName(part)
		base := path.Base(name)
		if strings.HasSuffix(name, "/") || strings.HasPrefix(base, ".") || strings.Contains(name, "__MACOSX/") || base == "Thumbs.db" {
			continue
		}
		if total += part.UncompressedSize64; total > mostScanBytes {
			return nil, tooManyScans()
		}
		m := numbered.FindStringSubmatch(strings.TrimSuffix(base, path.Ext(base)))
		if seq, named := stamps[base]; named {
			m = []string{base, seq}
		}
		switch {
		case m == nil:
			r.wrong(scansTab, 0, "", base, "文件名要以序号开头，例如 1.jpg、2-1.jpg")
			continue
		case r.bySeq[m[1]] == nil:
			r.wrong(scansTab, 0, "", base, "「申报书」表里没有这个序号")
			continue
		case part.UncompressedSize64 > evidence.MaxSize:
			r.wrong(scansTab, 0, "", base, "这份文件太大了，最多 %s。请压缩后再传，或发截图", "15 MB")
			continue
		}
		if found[m[1]] = append(found[m[1]], scan{base, part}); len(found[m[1]]) > pagesEach {
			r.wrong(scansTab, 0, "", base, "一份申报书最多 %d 个扫描件", pagesEach)
		}
	}
	for _, list := range found {
		slices.SortFunc(list, func(a, b scan) int { return strings.Compare(a.name, b.name) })
	}
	r.stamps(found)
	return found, nil
}

// stamps finds for every entry the page with the stamp of receipt: the one it names, else its first. What is typed after
// the call has closed must have one.
func (r *reading) stamps(found map[string][]scan) {
	for _, n := range r.entries {
		list := found[n.Seq]
		k := slices.IndexFunc(list, func(s scan) bool { return n.Stamp == "" || s.name == n.Stamp })
		switch {
		case k >= 0:
			n.stamped = list[k]
		case n.Stamp != "":
			r.wrong(mainTab.name, n.Row, stampHead, n.Stamp, "zip 里没有这个文件")
		case n.late:
			r.wrong(mainTab.name, n.Row, stampHead, "", "截止以后补录的，要有盖了收件章的照片：放进 zip，在这一列写文件名")
		}
	}
}

func tooManyScans() error {
	return fault.New(fault.Invalid, "扫描件太多或太大了，请分成几次传")
}

// partName is a file's name inside a zip: Windows writes Chinese ones in GBK.
func partName(part *zip.File) string {
	name := part.Name
	if !utf8.ValidString(name) {
		if out, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
			name = out
		}
	}
	return strings.ReplaceAll(name, `\`, "/")
}

// take puts a scan into the store, as any photo or paper is taken: what is neither is refused in words.
func (b *Book) take(ctx context.Context, s scan) (t evidence.Taken, err error) {
	r, err := s.part.Open()
	if err != nil {
		return t, fault.Wrap(err, fault.Invalid, "文件没有传完，请重新选一次")
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	body, err := io.ReadAll(io.LimitReader(r, evidence.MaxSize+1))
	if err != nil {
		return t, fault.Wrap(err, fault.Invalid, "文件没有传完，请重新选一次")
	}
	return evidence.TakePaper(ctx, b.store, bytes.NewReader(body))
}
