// Package decimal reads and writes the decimal numbers of a protocol file exactly: "86.5" is 173/2 and nothing near it.
// A result that decides money never passes through a float.
package decimal

import (
	"errors"
	"math/big"
	"strings"
)

const (
	// Longest is how many characters a number may have.
	Longest = 40
	// Reach is the largest exponent, of either sign: 1e999999999 is refused without being worked out.
	Reach = 30
	// Micros are the parts of one in which a suitability is counted.
	Micros = 1_000_000
)

// What a text that is no number is refused with.
var (
	ErrForm = errors.New("decimal: not a decimal number")
	ErrSize = errors.New("decimal: number too long or too large")
)

// parts are the digits of a number without its point, and the power of ten they are multiplied by.
type parts struct {
	minus  bool
	digits []byte
	power  int
}

// split takes a number apart in JSON's grammar: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func split(s string) (parts, error) {
	if len(s) > Longest {
		return parts{}, ErrSize
	}
	var p parts
	rest, minus := strings.CutPrefix(s, "-")
	p.minus = minus
	whole := run(rest)
	if whole == 0 || (whole > 1 && rest[0] == '0') {
		return parts{}, ErrForm
	}
	p.digits = append(p.digits, rest[:whole]...)
	rest = rest[whole:]
	if after, found := strings.CutPrefix(rest, "."); found {
		n := run(after)
		if n == 0 {
			return parts{}, ErrForm
		}
		p.digits, p.power, rest = append(p.digits, after[:n]...), -n, after[n:]
	}
	if rest == "" {
		return p, nil
	}
	return p, p.exponent(rest)
}

// exponent reads e or E, a sign and at most a few digits.
func (p *parts) exponent(s string) error {
	if s[0] != 'e' && s[0] != 'E' {
		return ErrForm
	}
	s = s[1:]
	sign := 1
	if s != "" && (s[0] == '+' || s[0] == '-') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if s == "" || run(s) != len(s) {
		return ErrForm
	}
	e := 0
	for i := range len(s) {
		if e = 10*e + int(s[i]-'0'); e > Reach {
			return ErrSize
		}
	}
	p.power += sign * e
	return nil
}

// run is how many digits s begins with.
func run(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// Parse reads a number as it is written, exactly. It refuses NaN, Inf, spaces, a leading plus or zero, and what is longer
// than Longest or reaches beyond 10^±Reach.
func Parse(s string) (*big.Rat, error) {
	p, err := split(s)
	if err != nil {
		return nil, err
	}
	whole, _ := new(big.Int).SetString(string(p.digits), 10)
	if p.minus {
		whole.Neg(whole)
	}
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(p.power, -p.power))), nil)
	if p.power < 0 {
		return new(big.Rat).SetFrac(whole, ten), nil
	}
	return new(big.Rat).SetInt(whole.Mul(whole, ten)), nil
}

// Micro reads a number in millionths, rounded half up: how suitabilities are counted. The short forms, which a large file
// has millions of, are read without allocating.
func Micro(s string) (int64, error) {
	if v, ok := quick(s); ok {
		return v, nil
	}
	r, err := Parse(s)
	if err != nil {
		return 0, err
	}
	n := HalfUp(r.Mul(r, big.NewRat(Micros, 1)))
	if !n.IsInt64() {
		return 0, ErrSize
	}
	return n.Int64(), nil
}

// quick reads forms as 1, 0.73 and 0.731234.
func quick(s string) (int64, bool) {
	if len(s) == 1 && s[0] >= '0' && s[0] <= '9' {
		return int64(s[0]-'0') * Micros, true
	}
	if len(s) < 3 || len(s) > 8 || s[0] < '0' || s[0] > '9' || s[1] != '.' {
		return 0, false
	}
	v, unit := int64(s[0]-'0')*Micros, int64(Micros)
	for i := 2; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		unit /= 10
		v += int64(s[i]-'0') * unit
	}
	return v, true
}

// HalfUp rounds to a whole number; a half goes up, towards +∞.
func HalfUp(r *big.Rat) *big.Int {
	// ⌊x + 1/2⌋ = ⌊(2·num + den) / (2·den)⌋; Euclidean division is the floor, as den > 0.
	num := new(big.Int).Lsh(r.Num(), 1)
	num.Add(num, r.Denom())
	return num.Div(num, new(big.Int).Lsh(r.Denom(), 1))
}

// Round rounds half up to so many decimals.
func Round(r *big.Rat, places int) *big.Rat {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(ten))
	return scaled.SetFrac(HalfUp(scaled), ten)
}

// Format writes a number with so many decimals, rounded half up.
func Format(r *big.Rat, places int) string {
	return Round(r, places).FloatString(places)
}

// Write writes a number exactly where that needs at most six decimals, without trailing noughts: 3, 0.5; else rounded to six.
func Write(r *big.Rat) string {
	s := Format(r, 6)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// WriteMicro writes millionths with six decimals.
func WriteMicro(v int64) string {
	return new(big.Rat).SetFrac64(v, Micros).FloatString(6)
}
