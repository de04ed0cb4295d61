// Package yuan does sums in fen (分). A sum is always an integer; there is no float in the house's money.
package yuan

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Fen is an amount in fen: 100 fen are one yuan (元).
type Fen int64

// Max is the largest sum a form accepts: one hundred million yuan.
const Max Fen = 100_000_000_00

// ErrFormat says a text is not an amount; ErrRange that it is out of bounds.
var (
	ErrFormat = errors.New("not an amount")
	ErrRange  = errors.New("amount out of range")
)

// Parse reads "1,234.5", "¥1234.50", "１２３" or "1234元" as fen. More than two decimals is an error, never rounded away.
func Parse(text string) (Fen, error) {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．' || r == '。':
			return '.'
		case r == ',' || r == '，' || r == ' ' || r == '¥' || r == '￥' || r == '元' || r == '\u00a0':
			return -1
		}
		return r
	}, text)
	whole, cents, dotted := strings.Cut(clean, ".")
	if whole == "" || (dotted && (cents == "" || len(cents) > 2)) || !digits(whole) || !digits(cents) {
		return 0, ErrFormat
	}
	if len(whole) > 12 {
		return 0, ErrRange
	}
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil || Fen(n) > Max {
		return 0, ErrRange
	}
	return Fen(n), nil
}

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// String is the plain decimal form, "1234.50", which Parse reads back.
func (f Fen) String() string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	cents := strconv.FormatInt(int64(f%100), 10)
	if len(cents) == 1 {
		cents = "0" + cents
	}
	return sign + strconv.FormatInt(int64(f/100), 10) + "." + cents
}

// Show is the form for pages: "¥1,234.50", and "¥1,234" when there are no fen.
func (f Fen) Show() string {
	plain := f.String()
	sign := ""
	if strings.HasPrefix(plain, "-") {
		sign, plain = "−", plain[1:]
	}
	whole, cents, _ := strings.Cut(plain, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if cents == "00" {
		return sign + "¥" + whole
	}
	return sign + "¥" + whole + "." + cents
}

// Capitals is the amount in Chinese capital figures as bank slips write it: 1230.50 → 壹仟贰佰叁拾元伍角整.
// Source of the rule: the People's Bank of China's basic rules for filling in settlement vouchers; vectors in the tests.
func (f Fen) Capitals() string {
	if f < 0 {
		return "负" + (-f).Capitals()
	}
	if f == 0 {
		return "零元整"
	}
	var b strings.Builder
	whole, jiao, fen := int64(f/100), int(f/10%10), int(f%10)
	if whole > 0 {
		b.WriteString(capitalInt(whole))
		b.WriteString("元")
	}
	switch {
	case jiao > 0:
		b.WriteString(figures[jiao] + "角")
	case fen > 0 && whole > 0:
		b.WriteString("零")
	}
	if fen > 0 {
		b.WriteString(figures[fen] + "分")
	} else {
		b.WriteString("整")
	}
	return b.String()
}

var (
	figures = []string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	units   = []string{"", "拾", "佰", "仟"}
	groups  = []string{"", "万", "亿", "万亿"}
)

func capitalInt(n int64) string {
	var parts []string
	for g := 0; n > 0; g++ {
		parts = append([]string{capitalGroup(int(n%10000), groups[g], n >= 10000)}, parts...)
		n /= 10000
	}
	text := strings.Join(parts, "")
	for strings.Contains(text, "零零") {
		text = strings.ReplaceAll(text, "零零", "零")
	}
	return strings.TrimSuffix(text, "零")
}

// capitalGroup writes four digits; more tells that higher digits precede, so a leading gap reads 零.
func capitalGroup(n int, group string, more bool) string {
	if n == 0 {
		return "零"
	}
	var b strings.Builder
	zero := more && n < 1000
	for i, p := 3, 1000; i >= 0; i, p = i-1, p/10 {
		d := n / p % 10
		if d == 0 {
			zero = zero || b.Len() > 0
			continue
		}
		if zero {
			b.WriteString("零")
			zero = false
		}
		b.WriteString(figures[d] + units[i])
	}
	return b.String() + group
}

// Split divides a total by basis points (10000 = all); each share is rounded down and the last takes the remainder,
// so the shares always add up to the total. The basis points must be positive and sum to 10000.
func Split(total Fen, points []int) ([]Fen, error) {
	sum := 0
	for _, p := range points {
		if p <= 0 {
			return nil, ErrRange
		}
		sum += p
	}
	if sum != 10000 || total < 0 {
		return nil, ErrRange
	}
	shares, left := make([]Fen, len(points)), total
	for i, p := range points[:len(points)-1] {
		shares[i] = Portion(total, p)
		left -= shares[i]
	}
	shares[len(points)-1] = left
	return shares, nil
}

// Portion is points/10000 of a total, rounded down.
func Portion(total Fen, points int) Fen {
	return total/10000*Fen(points) + total%10000*Fen(points)/10000
}

// Mul is unit price times quantity, or ErrRange when it leaves the bounds of a form.
func Mul(price Fen, count int) (Fen, error) {
	if price < 0 || count < 0 || (count > 0 && price > math.MaxInt64/Fen(count)) || price*Fen(count) > Max {
		return 0, ErrRange
	}
	return price * Fen(count), nil
}
