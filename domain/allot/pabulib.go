package allot

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"seedbed/domain/decimal"
	"seedbed/domain/fault"
)

// What a ballot file may hold at most.
const (
	MostBytes    = 256 << 20
	mostLine     = 1 << 20
	mostProjects = 50_000
	mostBlank    = 10_000 // lines
)

// Read reads a ballot file in the Pabulib format: the sections META, PROJECTS and VOTES, each with a line that names its
// columns, fields apart by semicolons. An error names the line.
func Read(in io.Reader) (*Election, error) {
	r := &reader{meta: map[string]string{}, at: map[string]int32{}, voters: map[string]bool{}, b: builder{e: &Election{}}}
	scan := bufio.NewScanner(io.LimitReader(in, MostBytes+1))
	scan.Buffer(make([]byte, 64<<10), mostLine)
	scan.Split(lines)
	for scan.Scan() {
		r.n++
		if r.read += len(scan.Bytes()); r.read > MostBytes {
			return nil, fault.New(fault.Invalid, "文件太大，最多 %d MB", MostBytes>>20)
		}
		if err := r.line(scan.Text()); err != nil {
			return nil, err
		}
	}
	if err := scan.Err(); errors.Is(err, bufio.ErrTooLong) {
		r.n++
		return nil, r.wrong("这一行太长")
	} else if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "文件读不下去")
	}
	return r.finish()
}

// lines splits at \n and takes a \r before it along.
func lines(data []byte, end bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, bytes.TrimSuffix(data[:i], []byte("\r")), nil
	}
	if end && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// reader is a file half read.
type reader struct {
	b       builder
	n, read int // line number, bytes
	blank   int // empty lines
	section string
	head    []string // the section's columns; nil until its line is read
	done    []string // sections begun
	meta    map[string]string
	at      map[string]int32
	voters  map[string]bool
}

func (r *reader) wrong(text string, args ...any) error {
	return fault.New(fault.Invalid, "第 %d 行：%s", r.n, fault.Say(text, args...))
}

func (r *reader) line(text string) error {
	if r.n == 1 {
		text = strings.TrimPrefix(text, "\ufeff")
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return r.wrong("不是 UTF-8 文字")
	}
	if strings.TrimSpace(text) == "" {
		if r.blank++; r.blank > mostBlank {
			return r.wrong("空行太多")
		}
		return nil
	}
	fields := split(text)
	if name := strings.ToUpper(fields[0]); name == "META" || name == "PROJECTS" || name == "VOTES" {
		return r.begin(name)
	}
	switch {
	case r.section == "":
		return r.wrong("文件要以 META 一行开始")
	case r.head == nil:
		return r.columns(fields)
	}
	switch r.section {
	case "META":
		return r.metaLine(fields)
	case "PROJECTS":
		return r.project(fields)
	default:
		return r.vote(fields)
	}
}

// split takes a line apart at semicolons; a field in quotes may hold them, and a quote written twice.
func split(text string) []string {
	var fields []string
	for {
		if rest, quoted := strings.CutPrefix(text, `"`); quoted {
			if field, after, ok := unquote(rest); ok {
				fields = append(fields, strings.TrimSpace(field))
				if after == "" {
					return fields
				}
				text = after[1:]
				continue
			}
		}
		field, after, more := strings.Cut(text, ";")
		fields = append(fields, strings.TrimSpace(field))
		if !more {
			return fields
		}
		text = after
	}
}

// unquote reads to the closing quote, which a semicolon or the line's end must follow.
func unquote(s string) (field, after string, ok bool) {
	var b strings.Builder
	for {
		head, tail, found := strings.Cut(s, `"`)
		if !found {
			return "", "", false
		}
		b.WriteString(head)
		if rest, twice := strings.CutPrefix(tail, `"`); twice {
			b.WriteByte('"')
			s = rest
			continue
		}
		return b.String(), tail, tail == "" || tail[0] == ';'
	}
}

func (r *reader) begin(name string) error {
	want := []string{"META", "PROJECTS", "VOTES"}
	if len(r.done) >= len(want) || want[len(r.done)] != name {
		return r.wrong("%s 这一段来得不是时候：要先 META，再 PROJECTS，再 VOTES，各一次", name)
	}
	if name == "PROJECTS" {
		if err := r.checkMeta(); err != nil {
			return err
		}
	}
	r.section, r.head, r.done = name, nil, append(r.done, name)
	return nil
}

func (r *reader) columns(fields []string) error {
	for i, f := range fields {
		fields[i] = strings.ToLower(f)
	}
	need := map[string][]string{"META": {"key", "value"}, "PROJECTS": {"project_id", "cost"}, "VOTES": {"voter_id", "vote"}}[r.section]
	if r.section == "VOTES" && r.b.e.Kind == Cardinal {
		need = append(need, "points")
	}
	for i, f := range fields {
		if f != "" && slices.Contains(fields[:i], f) {
			return r.wrong("“%s”这一列有两次", f)
		}
	}
	for _, c := range need {
		if !slices.Contains(fields, c) {
			return r.wrong("缺少“%s”这一列", c)
		}
	}
	r.head = fields
	return nil
}

// column is a field by its column's name, "" where the line is short.
func (r *reader) column(fields []string, name string) string {
	if i := slices.Index(r.head, name); i < len(fields) {
		return fields[i]
	}
	return ""
}

func (r *reader) metaLine(fields []string) error {
	key := strings.ToLower(r.column(fields, "key"))
	if _, twice := r.meta[key]; twice {
		return r.wrong("“%s”有两次", key)
	}
	value := r.column(fields, "value")
	r.meta[key] = value
	switch key {
	case "budget":
		sum, err := money(value)
		if err != nil {
			return r.wrong("“%s”不是金额", value)
		}
		r.b.e.Budget = sum
	case "vote_type":
		kind, known := map[string]Kind{"approval": Approval, "choose-1": Approval, "scoring": Cardinal, "cumulative": Cardinal, "ordinal": Ordinal}[strings.ToLower(value)]
		if !known {
			return r.wrong("不认识投票方式“%s”，要 approval、choose-1、scoring、cumulative 或 ordinal", value)
		}
		r.b.e.Kind = kind
	}
	return nil
}

func (r *reader) checkMeta() error {
	switch {
	case r.b.e.Budget == nil:
		return r.wrong("META 里缺少“%s”", "budget")
	case r.b.e.Kind == "":
		return r.wrong("META 里缺少“%s”", "vote_type")
	}
	return nil
}

// money reads a sum; a comma may stand for the point.
func money(s string) (*big.Rat, error) {
	sum, err := decimal.Parse(strings.Replace(s, ",", ".", 1))
	if err == nil && sum.Sign() < 0 {
		err = decimal.ErrForm
	}
	return sum, err
}

func (r *reader) project(fields []string) error {
	id, cost := r.column(fields, "project_id"), r.column(fields, "cost")
	_, twice := r.at[id]
	switch {
	case id == "" || len(id) > 200 || strings.Contains(id, ","):
		return r.wrong("项目编号“%s”不行：不能空着，不能有逗号，最多 200 个字节", clip(id))
	case twice:
		return r.wrong("项目“%s”有两次", id)
	case len(r.at) == mostProjects:
		return r.wrong("项目太多，最多 %d 个", mostProjects)
	}
	sum, err := money(cost)
	if err != nil {
		return r.wrong("“%s”不是金额", clip(cost))
	}
	r.at[id] = int32(len(r.at)) //nolint:gosec // at most mostProjects
	r.b.e.Projects = append(r.b.e.Projects, Project{id, sum})
	return nil
}

func (r *reader) vote(fields []string) error {
	voter := r.column(fields, "voter_id")
	if voter == "" || len(voter) > 200 || r.voters[voter] {
		return r.wrong("选民编号“%s”空着、太长或者有两次", clip(voter))
	}
	r.voters[voter] = true
	var v vote
	for _, id := range list(r.column(fields, "vote")) {
		p, known := r.at[id]
		if !known {
			return r.wrong("没有项目“%s”", clip(id))
		}
		if slices.Contains(v.projects, p) {
			return r.wrong("项目“%s”有两次", id)
		}
		v.projects = append(v.projects, p)
	}
	if r.b.e.Kind == Cardinal {
		points := list(r.column(fields, "points"))
		if len(points) != len(v.projects) {
			return r.wrong("%d 个项目，却有 %d 个分数", len(v.projects), len(points))
		}
		for _, s := range points {
			n, err := decimal.Parse(s)
			if err != nil || n.Sign() < 0 {
				return r.wrong("“%s”不是分数：要 0 或更大的数", clip(s))
			}
			v.points = append(v.points, n)
		}
	}
	if strings.EqualFold(r.meta["vote_type"], "choose-1") && len(v.projects) > 1 {
		return r.wrong("每人只能选一个项目，这里有 %d 个", len(v.projects))
	}
	r.b.votes = append(r.b.votes, v)
	return nil
}

// list takes a field apart at commas; "" and none are nothing.
func list(s string) []string {
	if s == "" || strings.EqualFold(s, "none") {
		return nil
	}
	parts := strings.Split(strings.TrimSuffix(s, ","), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// finish checks what the file says of itself.
func (r *reader) finish() (*Election, error) {
	if len(r.done) < 3 || r.head == nil {
		r.n++
		return nil, r.wrong("文件到这里就完了，缺少 META、PROJECTS 或 VOTES")
	}
	for key, got := range map[string]int{"num_projects": len(r.b.e.Projects), "num_votes": len(r.b.votes)} {
		if said, ok := r.meta[key]; ok && said != strconv.Itoa(got) {
			return nil, fault.New(fault.Invalid, "%s 写着 %s，文件里却有 %d 个", key, clip(said), got)
		}
	}
	e, err := r.b.seal()
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "分数太大，或者小数太多")
	}
	return e, nil
}
