// Package audit keeps the trail: who did what to what, in which role, hash-linked so that tampering shows. Every
// change of state writes exactly one event, in its own transaction; the database refuses to commit a change without it.
package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Event is one line of the trail. It names people only by their opaque ids; Data holds amounts, digests and ids.
type Event struct {
	Entity  string // table name: "proposal", "claim"
	ID      string // the row
	Version int    // the row's version after the change; 0 for an event that changes no state (a reveal, a sign-in)
	Action  string // what was done, in the verb's name: "submit", "approve"
	From    string
	To      string
	Place   string
	Reason  string
	Data    any // marshalled to JSON; nil for nothing
	At      time.Time
}

const appendSQL = `select audit_append(@chain, @canon, @at, @actor::uuid, @role, @role_place::text::ltree, @entity, @entity_id::uuid, @version::int,
  @action, @from, @to, @place::text::ltree, @reason, @data, @request, @helper::uuid, @assistance::uuid)`

// Record appends an event under a warrant. Call it after the row's own statement: it takes the chain's lock, which is
// then held to the end of the transaction.
func Record(ctx context.Context, tx pg.Tx, w identity.Warrant, e Event) error {
	line := Line{Chain: chainOf(e.Place), At: e.At, Role: string(w.Role), RolePlace: w.Place, Entity: e.Entity, EntityID: e.ID,
		Action: e.Action, From: e.From, To: e.To, Place: e.Place, Reason: e.Reason, Request: w.By.Request}
	if w.By.ID != "" {
		line.Actor = &w.By.ID
	}
	if w.By.Helped() {
		line.Helper, line.Assistance = &w.By.Helper, &w.By.Assistance
	}
	if e.Version != 0 {
		line.Version = &e.Version
	}
	if e.Data != nil {
		data, err := json.Marshal(e.Data)
		if err != nil {
			return err
		}
		line.Data = string(data)
	}
	_, err := pg.Value[int64](ctx, tx, appendSQL, pg.Args{"chain": line.Chain, "canon": line.canon(), "at": line.At, "actor": line.Actor,
		"role": line.Role, "role_place": line.RolePlace, "entity": line.Entity, "entity_id": line.EntityID, "version": line.Version,
		"action": line.Action, "from": line.From, "to": line.To, "place": line.Place, "reason": line.Reason, "data": line.Data, "request": line.Request,
		"helper": line.Helper, "assistance": line.Assistance})
	return err
}

// chainOf is the chain a place belongs to: its subdistrict, or the district for what concerns all.
func chainOf(place string) string {
	labels := strings.SplitN(place, ".", 3)
	return strings.Join(labels[:min(2, len(labels))], ".")
}

// Line is an event as it is stored.
type Line struct {
	Chain     string
	N         int64
	At        time.Time
	Actor     *string
	Role      string
	RolePlace string
	Entity    string
	EntityID  string
	Version   *int
	Action    string
	From      string `db:"from_state"`
	To        string `db:"to_state"`
	Place     string
	Reason    string
	Data      string
	Request   string
	Hash      []byte
	// Who filled in for the actor, and under which assistance; nil where the actor acted themself.
	Helper     *string
	Assistance *string
}

// canon is the line's bytes under the hash: every field with its length before it, so that no two lines read alike.
func (l Line) canon() []byte {
	var b bytes.Buffer
	put := func(s string) {
		_ = binary.Write(&b, binary.BigEndian, int64(len(s)))
		b.WriteString(s)
	}
	_ = binary.Write(&b, binary.BigEndian, l.At.UnixMicro())
	version := int64(-1)
	if l.Version != nil {
		version = int64(*l.Version)
	}
	_ = binary.Write(&b, binary.BigEndian, version)
	actor := ""
	if l.Actor != nil {
		actor = *l.Actor
	}
	for _, s := range []string{l.Chain, actor, l.Role, l.RolePlace, l.Entity, l.EntityID, l.Action, l.From, l.To, l.Place, l.Reason, l.Data, l.Request} {
		put(s)
	}
	// Only lines made for somebody have more fields: lines from before there were any keep their bytes.
	if l.Helper != nil && l.Assistance != nil {
		put(*l.Helper)
		put(*l.Assistance)
	}
	return b.Bytes()
}

// link is SHA-256(previous hash ‖ n ‖ canonical line), as audit_append computes it.
func link(previous []byte, l Line) []byte {
	h := sha256.New()
	h.Write(previous)
	_ = binary.Write(h, binary.BigEndian, l.N)
	h.Write(l.canon())
	return h.Sum(nil)
}
