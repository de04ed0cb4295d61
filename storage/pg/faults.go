package pg

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"seedbed/domain/fault"
)

// ruleBroken is the SQLSTATE our own triggers raise: the message is a sentence for the person, already in catalogue form.
const ruleBroken = "SB001"

// named turns PostgreSQL's complaint into the house's vocabulary; an error that already speaks it passes unchanged.
func named(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Wrap(err, fault.NotFound, "没有找到这个页面，或者您看不到它")
	}
	pe, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		var netErr net.Error
		if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &netErr) || pgconn.SafeToRetry(err) {
			return fault.Wrap(err, fault.Busy, "系统现在有点忙，请过一会儿再试一次")
		}
		return err
	}
	switch {
	case pe.Code == ruleBroken:
		return fault.Wrap(err, fault.Conflict, pe.Message)
	case pe.Code == "23505" || pe.Code == "23P01":
		return fault.Wrap(err, fault.Conflict, "这件事已经有人办过了，请刷新页面看看")
	case pe.Code == "23514" || pe.Code == "23503" || pe.Code == "23502":
		return fault.Wrap(err, fault.Conflict, "这样改会违反规则，没有保存")
	case pe.Code == "22021" || pe.Code == "22P05":
		return fault.Wrap(err, fault.Invalid, "填写的内容里有不能识别的字符，请删去后重填")
	case pe.Code == "22003" || pe.Code == "22P02" || pe.Code == "22007" || pe.Code == "22008":
		return fault.Wrap(err, fault.Invalid, "填写的数字或日期超出了范围")
	case pe.Code == "57014" || strings.HasPrefix(pe.Code, "53") || strings.HasPrefix(pe.Code, "57P") ||
		strings.HasPrefix(pe.Code, "08") || pe.Code == "40001" || pe.Code == "40P01" || pe.Code == "55P03":
		return fault.Wrap(err, fault.Busy, "系统现在有点忙，请过一会儿再试一次")
	}
	return err
}

// Constraint is the name of the constraint err complains about, "" for any other error: verbs use it to say which
// field is to blame.
func Constraint(err error) string {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.ConstraintName
	}
	return ""
}
