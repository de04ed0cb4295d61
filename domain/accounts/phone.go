package accounts

import (
	"context"
	"regexp"
	"strings"

	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

// Normal reads a mobile number as people write it (spaces, hyphens, +86, full-width digits) into its eleven digits.
func Normal(typed string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune(" -()+　－—", r):
			return -1
		}
		return 'x'
	}, typed)
	if len(digits) == 13 && strings.HasPrefix(digits, "86") {
		digits = digits[2:]
	}
	switch {
	case digits == "":
		return "", fault.Field("phone", "请填写手机号")
	case strings.Contains(digits, "x"):
		return "", fault.Field("phone", "手机号里只能有数字")
	case len(digits) != 11:
		return "", fault.Field("phone", "手机号应该是 11 位，现在是 %d 位", len(digits))
	case digits[0] != '1' || digits[1] < '3':
		return "", fault.Field("phone", "这不像手机号，请检查前几位")
	}
	return digits, nil
}

// Mask shows a number as 138****1234.
func Mask(phone string) string {
	if len(phone) < 7 {
		return "****"
	}
	return phone[:3] + "****" + phone[len(phone)-4:]
}

// Index gives the keyed digest and the last four digits of a typed number: how other areas refer to a phone without
// keeping it.
func (a *Accounts) Index(typed string) (index []byte, tail string, err error) {
	phone, err := Normal(typed)
	if err != nil {
		return nil, "", err
	}
	return a.vault.Index("phone", phone), phone[7:], nil
}

const personByPhoneSQL = `select id::text from person where phone_index = @index and state = 'active'`

// PersonByPhone finds the account of a typed number, "" when there is none.
func (a *Accounts) PersonByPhone(ctx context.Context, q pg.Reader, typed string) (string, error) {
	index, _, err := a.Index(typed)
	if err != nil {
		return "", err
	}
	ids, err := pg.Values[string](ctx, q, personByPhoneSQL, pg.Args{"index": index})
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

var written = regexp.MustCompile(`1[3-9]\d([ -]?\d){8}`)

// HasPhone tells whether a text that others will read has somebody's mobile number in it.
func HasPhone(text string) bool {
	return written.MatchString(strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, text))
}
