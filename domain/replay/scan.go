// Package replay is the published side of every computation that decides money: it reads an input strictly, computes, and
// writes the result, so that anybody can do again what a round did (JUDGING, law 1; docs/protocol.md has the formats). Pure.
package replay

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"seedbed/domain/fault"
)

const (
	// MostInput is how many bytes an input may have.
	MostInput = 64 << 20
	// MostInstance is how many bytes an instance of assign may have: a thousand judges' opinions of ten thousand projects.
	MostInstance = 512 << 20

	mostText  = 1000    // bytes of a string
	mostSpace = 1 << 20 // bytes of white space in a row
	mostDepth = 64
)

// scan reads JSON from front to back, asking for what must come next: the first wrong sign ends it, however much would
// follow. Keys that are unknown or stand twice are refused.
type scan struct {
	in    io.Reader
	left  int64 // bytes that may still be read
	buf   []byte
	pos   int
	line  int
	path  []step
	text  []byte
	keep  *bytes.Buffer // copies what is read, without white space outside strings
	long  int           // the longest string allowed
	plain bool          // leave line numbers out: the text is a copy
}

// step is a part of the way to a value: a key, or a place in a list.
type step struct {
	key string
	at  int
}

func newScan(in io.Reader, most int64) *scan {
	return &scan{in: in, left: most, buf: make([]byte, 0, 256<<10), line: 1, long: mostText}
}

var errTooLong = errors.New("replay: input too long")

// where names the value at hand: sheets[3].marks.need.
func (s *scan) where() string {
	var b strings.Builder
	for _, p := range s.path {
		switch {
		case p.key == "":
			b.WriteString("[" + strconv.Itoa(p.at) + "]")
		case b.Len() == 0:
			b.WriteString(p.key)
		default:
			b.WriteString("." + p.key)
		}
	}
	if b.Len() == 0 {
		return "{}"
	}
	return b.String()
}

// wrong is a complaint about the value at hand.
func (s *scan) wrong(text string, args ...any) error {
	if s.plain {
		return fault.New(fault.Invalid, "%s：%s", s.where(), fault.Say(text, args...))
	}
	return fault.New(fault.Invalid, "第 %d 行，%s：%s", s.line, s.where(), fault.Say(text, args...))
}

func (s *scan) readFailed(err error) error {
	switch {
	case errors.Is(err, errTooLong):
		return s.wrong("输入太长")
	case errors.Is(err, io.EOF):
		return s.wrong("到这里就完了，后面应该还有")
	}
	return fault.Wrap(err, fault.Invalid, "文件读不下去")
}

// next takes one sign. It is asked hundreds of millions of times, so it is short.
func (s *scan) next() (byte, error) {
	if s.pos == len(s.buf) {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	c := s.buf[s.pos]
	s.pos++
	if c == '\n' {
		s.line++
	}
	return c, nil
}

// fill reads on, up to the bytes allowed and one more, which tells that there are more.
func (s *scan) fill() error {
	if s.left < 0 {
		return errTooLong
	}
	room := s.buf[:min(int64(cap(s.buf)), s.left+1)]
	for range 100 { // a reader may give nothing for a while, but not for ever
		n, err := s.in.Read(room)
		if n > 0 {
			if s.left -= int64(n); s.left < 0 {
				n--
			}
			s.buf, s.pos = room[:n], 0
			if n == 0 {
				return errTooLong
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// unread gives back the sign just taken.
func (s *scan) unread(c byte) {
	s.pos--
	if c == '\n' {
		s.line--
	}
}

// peek gives the next sign that is no white space and leaves it there.
func (s *scan) peek() (byte, error) {
	for n := 0; ; n++ {
		c, err := s.next()
		if err != nil {
			return 0, s.readFailed(err)
		}
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			s.unread(c)
			return c, nil
		}
		if n == mostSpace {
			return 0, s.wrong("空白太多")
		}
	}
}

// want reads one sign that must come.
func (s *scan) want(sign byte) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != sign {
		return s.wrong("这里要“%s”，写的却是“%s”", string(sign), shown(c))
	}
	return s.eat()
}

// eat takes the sign that was peeked at.
func (s *scan) eat() error {
	c, err := s.next()
	if err != nil {
		return s.readFailed(err)
	}
	if s.keep != nil {
		s.keep.WriteByte(c)
	}
	return nil
}

func shown(c byte) string {
	if c > ' ' && c < 0x7f {
		return string(c)
	}
	return "0x" + strconv.FormatUint(uint64(c), 16)
}

// end makes sure that nothing follows.
func (s *scan) end() error {
	for n := 0; ; n++ {
		c, err := s.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return s.readFailed(err)
		}
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return s.wrong("后面还有多余的东西")
		}
		if n == mostSpace {
			return s.wrong("空白太多")
		}
	}
}

// object reads an object; f reads the value of each key.
func (s *scan) object(f func(key string) error) error {
	if err := s.want('{'); err != nil {
		return err
	}
	if len(s.path) >= mostDepth {
		return s.wrong("套得太深")
	}
	seen := map[string]bool{}
	for first := true; ; first = false {
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c == '}' && first {
			return s.eat()
		}
		key, err := s.text1()
		if err != nil {
			return err
		}
		if seen[key] {
			return s.wrong("“%s”写了两次", key)
		}
		seen[key] = true
		if err := s.want(':'); err != nil {
			return err
		}
		s.path = append(s.path, step{key: key})
		if err := f(key); err != nil {
			return err
		}
		s.path = s.path[:len(s.path)-1]
		if c, err = s.peek(); err != nil {
			return err
		}
		if c == '}' {
			return s.eat()
		}
		if err := s.want(','); err != nil {
			return err
		}
	}
}

// array reads a list; f reads each value.
func (s *scan) array(f func(at int) error) error {
	if err := s.want('['); err != nil {
		return err
	}
	if len(s.path) >= mostDepth {
		return s.wrong("套得太深")
	}
	for at := 0; ; at++ {
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c == ']' && at == 0 {
			return s.eat()
		}
		s.path = append(s.path, step{at: at})
		if err := f(at); err != nil {
			return err
		}
		s.path = s.path[:len(s.path)-1]
		if c, err = s.peek(); err != nil {
			return err
		}
		if c == ']' {
			return s.eat()
		}
		if err := s.want(','); err != nil {
			return err
		}
	}
}

// unknown refuses a key.
func (s *scan) unknown() error { return s.wrong("没有这一项") }
