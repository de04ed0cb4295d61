package assist

import (
	"context"
	"fmt"

	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

// The short message goes to a phone, in Chinese: words:none.
const (
	message = "【苗圃】社区的%s替您填写了 %d 处内容。不是您的意思？%s"
	link    = "请点 %s/assisted/%s/%s"
	noLink  = "请登录苗圃，看「我的 → 别人帮我填的」，或打社区电话"
)

// Told sends the short message about a finished assistance to the person it was for, when they have a phone: who wrote
// something in their name, and a link by which one tap says that it was not their will. Nothing is kept of it; sending
// it twice after a failure does no harm.
func (b *Book) Told(ctx context.Context, f Done) (func(ctx context.Context, tx pg.Tx) error, error) {
	a, err := pg.One[Assistance](ctx, b.db, oneSQL, pg.Args{"id": f.AssistanceID})
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	where := noLink
	if b.base != "" {
		where = fmt.Sprintf(link, b.base, a.ID, b.LinkKey(a.ID))
	}
	_, err = b.who.Text(ctx, a.PersonID, fmt.Sprintf(message, a.HelperName, a.Lines, where))
	return nil, err
}
