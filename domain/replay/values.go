package replay

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"seedbed/domain/decimal"
)

// null takes a null, if there is one.
func (s *scan) null() (bool, error) {
	c, err := s.peek()
	if err != nil || c != 'n' {
		return false, err
	}
	return true, s.word("null")
}

func (s *scan) word(want string) error {
	for i := range len(want) {
		c, err := s.next()
		if err != nil {
			return s.readFailed(err)
		}
		if c != want[i] {
			return s.wrong("这里要“%s”，写的却是“%s”", want, want[:i]+shown(c))
		}
	}
	if s.keep != nil {
		s.keep.WriteString(want)
	}
	return nil
}

// text1 reads a string.
func (s *scan) text1() (string, error) {
	raw, err := s.bytes()
	return string(raw), err
}

// bytes reads a string into the scan's own store, which the next one overwrites.
func (s *scan) bytes() ([]byte, error) {
	if err := s.want('"'); err != nil {
		return nil, err
	}
	s.text = s.text[:0]
	for {
		c, err := s.next()
		if err != nil {
			return nil, s.readFailed(err)
		}
		if s.keep != nil {
			s.keep.WriteByte(c)
		}
		switch {
		case c == '"':
			if !utf8.Valid(s.text) {
				return nil, s.wrong("不是 UTF-8 文字")
			}
			return s.text, nil
		case c < ' ':
			return nil, s.wrong("文字里有控制符 0x%02x", c)
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		default:
			s.text = append(s.text, c)
		}
		if len(s.text) > s.long {
			return nil, s.wrong("文字太长，最多 %d 个字节", s.long)
		}
	}
}

func (s *scan) escape() error {
	c, err := s.next()
	if err != nil {
		return s.readFailed(err)
	}
	if s.keep != nil {
		s.keep.WriteByte(c)
	}
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		s.text = append(s.text, "\"\\/\b\f\n\r\t"[i])
		return nil
	}
	if c != 'u' {
		return s.wrong("不认识 \\%s", shown(c))
	}
	r, err := s.hex()
	if err != nil {
		return err
	}
	if utf16.IsSurrogate(r) {
		for _, want := range []byte(`\u`) {
			if c, err := s.next(); err != nil || c != want {
				return s.wrong("不是 UTF-8 文字")
			}
		}
		if s.keep != nil {
			s.keep.WriteString(`\u`)
		}
		low, err := s.hex()
		if err != nil {
			return err
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return s.wrong("不是 UTF-8 文字")
		}
	}
	s.text = utf8.AppendRune(s.text, r)
	return nil
}

func (s *scan) hex() (rune, error) {
	var digits [4]byte
	for i := range digits {
		c, err := s.next()
		if err != nil {
			return 0, s.readFailed(err)
		}
		digits[i] = c
	}
	if s.keep != nil {
		s.keep.Write(digits[:])
	}
	n, err := strconv.ParseUint(string(digits[:]), 16, 16)
	if err != nil {
		return 0, s.wrong("不认识 \\u%s", string(digits[:]))
	}
	return rune(n), nil //nolint:gosec // sixteen bits
}

// digits reads a number's signs into the scan's own store.
func (s *scan) digits() ([]byte, error) {
	if _, err := s.peek(); err != nil {
		return nil, err
	}
	s.text = s.text[:0]
	for {
		c, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, s.readFailed(err)
		}
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			s.unread(c)
			break
		}
		if s.text = append(s.text, c); len(s.text) > decimal.Longest {
			return nil, s.wrong("数字太长或太大")
		}
	}
	if s.keep != nil {
		s.keep.Write(s.text)
	}
	return s.text, nil
}

// decimalText reads a decimal number, written as a number or as a string.
func (s *scan) decimalText() ([]byte, error) {
	c, err := s.peek()
	if err != nil {
		return nil, err
	}
	if c == '"' {
		return s.bytes()
	}
	return s.digits()
}

func (s *scan) notNumber(err error) error {
	if errors.Is(err, decimal.ErrSize) {
		return s.wrong("数字太长或太大")
	}
	return s.wrong("不是数字")
}

// number reads a decimal number exactly.
func (s *scan) number() (*big.Rat, error) {
	text, err := s.decimalText()
	if err != nil {
		return nil, err
	}
	r, err := decimal.Parse(string(text))
	if err != nil {
		return nil, s.notNumber(err)
	}
	return r, nil
}

// micro reads a decimal number in millionths, rounded half up, within bounds given in millionths.
func (s *scan) micro(low, high int64) (int64, error) {
	text, err := s.decimalText()
	if err != nil {
		return 0, err
	}
	v, err := decimal.Micro(string(text))
	if err != nil {
		return 0, s.notNumber(err)
	}
	if v < low || v > high {
		return 0, s.wrong("要从 %s 到 %s", plainMicro(low), plainMicro(high))
	}
	return v, nil
}

func plainMicro(v int64) string { return decimal.Write(new(big.Rat).SetFrac64(v, decimal.Micros)) }

// whole reads a whole number within bounds.
func (s *scan) whole(low, high int64) (int64, error) {
	text, err := s.digits()
	if err != nil {
		return 0, err
	}
	r, err := decimal.Parse(string(text))
	if err != nil {
		return 0, s.notNumber(err)
	}
	if !r.IsInt() || !r.Num().IsInt64() || r.Num().Int64() < low || r.Num().Int64() > high {
		return 0, s.wrong("要从 %d 到 %d 的整数", low, high)
	}
	return r.Num().Int64(), nil
}

// id reads somebody's name in the file.
func (s *scan) id() (string, error) {
	text, err := s.text1()
	if err == nil && text == "" {
		err = s.wrong("不能空着")
	}
	return text, err
}

// oneOf reads a string out of a few.
func (s *scan) oneOf(words ...string) (string, error) {
	text, err := s.text1()
	if err != nil {
		return "", err
	}
	for _, w := range words {
		if text == w {
			return text, nil
		}
	}
	return "", s.wrong("“%s”不行，要 %s 中的一个", clip(text), strings.Join(words, "、"))
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// raw reads any value and gives its text without white space outside strings.
func (s *scan) raw() ([]byte, error) {
	s.keep = &bytes.Buffer{}
	long := s.long
	s.long = MostInput
	err := s.any()
	text := s.keep.Bytes()
	s.keep, s.long = nil, long
	return text, err
}

func (s *scan) any() error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	switch c {
	case '{':
		return s.object(func(string) error { return s.any() })
	case '[':
		return s.array(func(int) error { return s.any() })
	case '"':
		_, err := s.bytes()
		return err
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	text, err := s.digits()
	if err != nil {
		return err
	}
	if _, err := decimal.Parse(string(text)); err != nil {
		return s.notNumber(err)
	}
	return nil
}

// require complains of the first key that was not there.
func (s *scan) require(seen map[string]bool, keys ...string) error {
	for _, k := range keys {
		if !seen[k] {
			return s.wrong("缺少“%s”", k)
		}
	}
	return nil
}

// fields reads an object of known keys and gives those that were there.
func (s *scan) fields(readers map[string]func() error) (map[string]bool, error) {
	seen := map[string]bool{}
	err := s.object(func(key string) error {
		read, known := readers[key]
		if !known {
			return s.unknown()
		}
		seen[key] = true
		return read()
	})
	return seen, err
}
