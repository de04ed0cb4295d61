package privacy

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// linkLife is how long the link to one's own data lives (TRUST §6).
const linkLife = 15 * time.Minute

const (
	addFileSQL = `insert into data_file (token_hash, person_id, made_at, expires_at) values (@hash, @me, @at, @expires)`
	useFileSQL = `update data_file set used_at = @at where token_hash = @hash and person_id = @me::uuid and used_at is null and expires_at > @at`
	oldFileSQL = `delete from data_file where expires_at < @before`
	rowsSQL    = `select section, body from own_rows(@me::uuid)`
	linesSQL   = `select e.at, e.entity, e.action, e.to_state as "to", coalesce(h.name, '') as helper from audit_event e left join person h on h.id = e.helper where e.actor = @me::uuid order by e.at desc limit 5000`
	planSQL    = `select p.id::text as proposal, coalesce((select jsonb_agg(to_jsonb(a) - 'proposal_id' order by a.seq) from proposal_activity a where a.proposal_id = p.id), '[]') as activities,
  coalesce((select jsonb_agg(to_jsonb(l) - 'proposal_id' order by l.seq) from proposal_line l where l.proposal_id = p.id), '[]') as budget,
  coalesce((select jsonb_agg(to_jsonb(o) - 'proposal_id' order by o.seq) from proposal_funding o where o.proposal_id = p.id), '[]') as funding from proposal p where p.lead_id = @me::uuid order by p.created_at`
)

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Link makes a link to the actor's own data after a fresh code of theirs: for one use within a quarter of an hour.
func (b *Book) Link(ctx context.Context, by identity.Actor, code string) (string, error) {
	w, err := by.Must(identity.OwnHands, "")
	if err != nil {
		return "", err
	}
	if err := b.who.CheckOwn(ctx, by, code); err != nil {
		return "", err
	}
	raw := make([]byte, 24)
	_, _ = rand.Read(raw)
	token, now := base64.RawURLEncoding.EncodeToString(raw), b.clock.Now()
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Do(ctx, tx, oldFileSQL, pg.Args{"before": now.AddDate(0, 0, -1)}); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, addFileSQL, pg.Args{"hash": hash(token), "me": by.ID, "at": now, "expires": now.Add(linkLife)}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "data_file", ID: by.ID, Action: "make", Place: by.Home, At: now})
	})
	return token, err
}

// Data is everything the house keeps about a person, as the file has it.
type Data struct {
	MadeAt  time.Time
	Account map[string]any
	Rows    []Section
	Plans   []Plan // of the proposals they lead
	Done    []Deed
}

// Section is the rows of one table.
type Section struct {
	Section string
	Body    []map[string]any
}

// Plan is the activities and the budget of a proposal, and what it gets from elsewhere.
type Plan struct {
	Proposal   string
	Activities []map[string]any
	Budget     []map[string]any
	Funding    []map[string]any // what comes from elsewhere
}

// Deed is something the person did, or somebody did in their name.
type Deed struct {
	At     time.Time
	Entity string
	Action string
	To     string
	Helper string
}

// Open spends a link and gives the actor's own data. A second time, another person, or a quarter of an hour later it is
// not there.
func (b *Book) Open(ctx context.Context, by identity.Actor, token string) (Data, error) {
	var d Data
	if _, err := by.Must(identity.OwnHands, ""); err != nil {
		return d, err
	}
	now := b.clock.Now()
	err := b.db.Change(ctx, func(tx pg.Tx) error {
		n, err := pg.Do(ctx, tx, useFileSQL, pg.Args{"hash": hash(token), "me": by.ID, "at": now})
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "这个下载链接用过了，或者已经过期。请重新取一次")
		}
		return err
	})
	if err != nil {
		return d, err
	}
	me, err := b.who.Me(ctx, by)
	if err != nil {
		return d, err
	}
	phone, err := b.who.OwnPhone(ctx, by)
	if err != nil {
		return d, err
	}
	d.MadeAt = now
	d.Account = map[string]any{"id": me.ID, "name": me.Name, "phone": phone, "home": me.HomeName, "home_state": me.HomeState, "lang": me.Lang, "created_at": me.CreatedAt}
	return d, b.db.Snapshot(ctx, func(q pg.Reader) error {
		args := pg.Args{"me": by.ID}
		if d.Rows, err = pg.All[Section](ctx, q, rowsSQL, args); err != nil {
			return err
		}
		if d.Plans, err = pg.All[Plan](ctx, q, planSQL, args); err != nil {
			return err
		}
		d.Done, err = pg.All[Deed](ctx, q, linesSQL, args)
		return err
	})
}

// JSON is the data for machines.
func (d Data) JSON() ([]byte, error) {
	tables := map[string]any{}
	for _, s := range d.Rows {
		tables[s.Section] = s.Body
	}
	return json.MarshalIndent(map[string]any{"made_at": d.MadeAt, "account": d.Account, "tables": tables, "plans": d.Plans, "trail": d.Done}, "", "  ")
}

// Zip packs the data for machines and a page for people.
func (d Data) Zip(page []byte) ([]byte, error) {
	body, err := d.JSON()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range []struct {
		name string
		body []byte
	}{{"data.json", body}, {"data.html", page}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: d.MadeAt})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.body); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
