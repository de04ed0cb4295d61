package web

import (
	"time"

	"github.com/gofiber/fiber/v2"
)

// carried names the cookies of secrets that came in a scanned link.
var carried = map[string]string{"join": "seedbed_join", "guardian": "seedbed_guardian"}

// Carry keeps the secret of a scanned link in this browser for an hour, so that it leaves the address bar: it is in no
// history and no log, and is still there after signing in or choosing larger type. what is "join" or "guardian".
func Carry(c *fiber.Ctx, what, secret string) {
	if name := carried[what]; name != "" {
		of(c).site.cookie(c, name, secret, time.Hour)
	}
}

// Carried is the secret Carry kept, "" when there is none.
func Carried(c *fiber.Ctx, what string) string {
	name := carried[what]
	if name == "" {
		return ""
	}
	return c.Cookies(of(c).site.name(name))
}
