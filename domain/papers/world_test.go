package papers

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/vault"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)

const (
	hood  = "jz.wuhan.dianchang"
	hood2 = "jz.nan.xiyuan" // of the other street
)

// world is a district of two streets with an open call.
type world struct {
	*testing.T
	db        *pg.DB
	store     objects.Store
	clock     *clock.Manual
	accounts  *accounts.Accounts
	proposals *proposal.Book
	book      *Book
	edition   edition.Edition
	staff     identity.Actor // of the community
	street    identity.Actor
	street2   identity.Actor // of the other street
	district  identity.Actor
	watcher   identity.Actor // may look, and reveal nothing
	people    int
}

type silent struct{}

func (silent) Send(context.Context, string, string) error { return nil }

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	db := pgtest.New(t)
	v, err := vault.New(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(noon)
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	people := accounts.New(db, c, v, silent{}, proposal.ClaimInvitations)
	proposals := proposal.New(db, c, people)
	w := &world{T: t, db: db, store: store, clock: c, accounts: people, proposals: proposals, book: New(db, store, c, people, proposals, "")}
	w.run(`insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '锦州路区', 'Jinzhou', 'jz', '2020-01-01'),
  ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan Road', 'wh', '2020-01-01'), ('jz.wuhan.dianchang', 'community', '电厂社区', 'Dianchang', 'dc', '2020-01-01'),
  ('jz.wuhan.xiyuan', 'community', '西苑社区', 'Xiyuan', 'xy', '2020-01-01'),
  ('jz.nan', 'subdistrict', '南街道', 'South', 'nn', '2020-01-01'), ('jz.nan.xiyuan', 'community', '西苑社区', 'Xiyuan', 'x2', '2020-01-01')`, nil)
	w.staff = w.enlist("社区小王", hood, identity.Grant{Role: identity.CommunityStaff, Place: hood})
	w.street = w.enlist("街道小李", hood, identity.Grant{Role: identity.SubdistrictStaff, Place: "jz.wuhan"})
	w.street2 = w.enlist("南街小张", hood2, identity.Grant{Role: identity.SubdistrictStaff, Place: "jz.nan"})
	w.district = w.enlist("区里小赵", hood, identity.Grant{Role: identity.DistrictStaff, Place: "jz"})
	w.watcher = w.enlist("监督老钱", hood, identity.Grant{Role: identity.Supervisor, Place: "jz"})
	director := w.enlist("区里负责人", hood, identity.Grant{Role: identity.DistrictHead, Place: "jz"})
	editions := edition.New(db, c)
	e, err := editions.Create(ctx, w.district, edition.NewEdition{Title: "第一届"})
	w.do(err)
	w.do(editions.Edit(ctx, w.district, e.ID, edition.Plan{Version: 1, Title: e.Title, CallText: "欢迎申报", Contact: "0379-1234567", OpensAt: noon, ClosesAt: noon.AddDate(0, 0, 24),
		RunsFrom: clock.Day(noon).AddDate(0, 0, 60), RunsTo: clock.Day(noon).AddDate(0, 8, 0), Funds: []edition.Fund{{Name: "财政", Kind: "budget", Amount: 100_000_00}}}))
	w.do(editions.Publish(ctx, director, e.ID, edition.Pressed{Version: 2}))
	w.edition, err = edition.Get(ctx, db, e.ID)
	w.do(err)
	return w
}

func (w *world) do(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) run(sql string, args pg.Args) {
	w.Helper()
	w.do(w.db.Change(context.Background(), func(tx pg.Tx) error { _, err := pg.Do(context.Background(), tx, sql, args); return err }))
}

func (w *world) count(sql string, args pg.Args) int {
	w.Helper()
	n, err := pg.Value[int](context.Background(), w.db, sql, args)
	w.do(err)
	return n
}

func phoneOf(n int) string {
	return "1390000" + string([]byte{'1', byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)})
}

func (w *world) enlist(name, home string, grants ...identity.Grant) identity.Actor {
	w.Helper()
	w.people++
	a, err := w.accounts.Enlist(context.Background(), name, phoneOf(w.people), home, grants...)
	w.do(err)
	return a
}

// good is a draft with nothing missing but the team.
func good(saves int, title string) proposal.Draft {
	return proposal.Draft{Saves: saves, Title: title, Pitch: "把旧衣改成布袋送给独居老人", Track: "resident_team", Category: "mutual_aid", Colour: "orange",
		TeamName: "巧手队", Venue: "社区活动室", StartsOn: noon.AddDate(0, 0, 61), EndsOn: noon.AddDate(0, 5, 0), Problem: "楼道里堆着旧衣服", Affected: []string{"elders"},
		HowFound: "own_life", Goal: "改出三百个布袋", Method: "每周六一起缝", Activities: []proposal.Activity{{Name: "缝纫课", Times: 8, Month: "每周六", Place: "活动室", People: 20}},
		ActTarget: 8, ServedTarget: 160, PeopleTarget: 60, VolunteerTarget: 6, SatisfactionTarget: 90,
		Lines:    []proposal.Line{{Category: "M", Item: "布料和针线", UnitPrice: 40_00, Qty: 40}, {Category: "P", Item: "海报", UnitPrice: 100_50, Qty: 2, Note: "彩印"}},
		Funding:  []proposal.Funding{{Source: "街道工会", Kind: "social", Amount: 500_00}, {Source: "楼下五金店", Kind: "in_kind", Amount: 200_50, Note: "借工具"}},
		Declared: []string{"own_idea", "one_fund", "audit", "adult", "no_conflict", "privacy"}}
}

// submitted hands a proposal in, led by somebody new of a community.
func (w *world) submitted(lead, title, home string) proposal.Full {
	w.Helper()
	ctx := context.Background()
	by := w.enlist(lead, home)
	id, err := w.proposals.Start(ctx, by, w.edition.ID, proposal.Beginning{})
	w.do(err)
	_, err = w.proposals.Save(ctx, by, id, good(1, title))
	w.do(err)
	p, err := proposal.Get(ctx, w.db, id)
	w.do(err)
	for range 2 {
		friend := w.enlist("邻居", home)
		member := newID()
		w.do(w.proposals.Invite(ctx, by, id, proposal.NewMember{ID: member, Name: "邻居", Phone: phoneOf(w.people), Role: "member"}))
		w.do(w.proposals.Accept(ctx, friend, member, proposal.Answer{Version: 1, Agree: true, Age: "adult"}))
	}
	f, err := w.proposals.Submit(ctx, by, p.ID, 2, w.clock.Now())
	w.do(err)
	return f
}

// made has an export made as the worker does, and gives its bytes.
func (w *world) made(by identity.Actor, n NewExport) []byte {
	w.Helper()
	ctx := context.Background()
	n.ID = formID(n.ID)
	w.do(w.book.Ask(ctx, by, w.edition.ID, n, "https://example.org"))
	effect, err := w.book.Make(ctx, Asked{n.ID, "https://example.org"})
	w.do(err)
	w.do(w.db.Change(ctx, func(tx pg.Tx) error { return effect(ctx, tx) }))
	content, err := w.book.Fetch(ctx, by, n.ID)
	w.do(err)
	defer content.Close()
	var out bytes.Buffer
	_, err = out.ReadFrom(content)
	w.do(err)
	return out.Bytes()
}

// accountOf is somebody who has an account, as they are when signed in.
func (w *world) accountOf(id string) identity.Actor {
	w.Helper()
	name, err := pg.Value[string](context.Background(), w.db, `select name from person where id = @id::uuid`, pg.Args{"id": id})
	w.do(err)
	return identity.Actor{ID: id, Name: name, Home: hood, Grants: []identity.Grant{{Role: identity.Resident}}}
}

func asText(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
