package main

import (
	"context"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/cmd/seedbed/sample"
	"seedbed/domain/accounts"
	"seedbed/domain/assist"
	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/identity"
	"seedbed/domain/incubation"
	"seedbed/domain/judging"
	"seedbed/domain/money"
	"seedbed/domain/openbook"
	"seedbed/domain/privacy"
	"seedbed/domain/proposal"
	"seedbed/domain/vault"
	"seedbed/jobs"
	serveaccounts "seedbed/server/accounts"
	serveassist "seedbed/server/assist"
	serveaward "seedbed/server/award"
	servedelivery "seedbed/server/delivery"
	serveedition "seedbed/server/edition"
	serveevidence "seedbed/server/evidence"
	servehome "seedbed/server/home"
	serveincubation "seedbed/server/incubation"
	servejudging "seedbed/server/judging"
	servemoney "seedbed/server/money"
	serveprivacy "seedbed/server/privacy"
	serveproposal "seedbed/server/proposal"
	"seedbed/server/web"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
	"seedbed/storage/photo"
)

// House is the product with everything wired: built once, in order, in this file.
type House struct {
	Config   Config
	Engines  *Engines
	Clock    clock.Clock
	Site     *web.Site
	Routes   []web.Route
	Jobs     *jobs.Runner
	draining atomic.Bool

	Accounts  *accounts.Accounts
	Assist    *assist.Book
	Editions  *edition.Book
	Proposals *proposal.Book
	Juries    *judging.Book
	Awards    *award.Book
	Evidence  *evidence.Book
	Projects  *delivery.Book
	Money     *money.Book
	Orgs      *incubation.Book
	Open      *openbook.Book
	Privacy   *privacy.Book
}

// Sample is what only the demo hands in.
type Sample struct {
	Demo serveaccounts.Demo
	On   bool
}

// build opens the engines and wires the house on them.
func build(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger, sample Sample) (*House, error) {
	engines, err := openEngines(ctx, c, log)
	if err != nil {
		return nil, err
	}
	h, err := wire(c, engines, clk, log, sample)
	if err != nil {
		engines.Close()
	}
	return h, err
}

// wire makes the domain, the pages and the jobs, in the order of the year.
func wire(c Config, e *Engines, clk clock.Clock, log *slog.Logger, sample Sample) (*House, error) {
	secret, err := c.secret()
	if err != nil {
		return nil, err
	}
	safe, err := vault.New(secret)
	if err != nil {
		return nil, err
	}
	forms, err := vault.Derive(secret, "forms")
	if err != nil {
		return nil, err
	}
	h := &House{Config: c, Engines: e, Clock: clk}
	h.areas(safe)
	h.Routes = h.routes(sample.Demo)
	if h.Jobs, err = jobs.New(jobs.Options{DB: e.DB, Clock: clk, Redis: e.Redis, Log: log, Listeners: h.listeners(), Schedule: h.schedule()}); err != nil {
		return nil, err
	}
	h.Site = &web.Site{Accounts: h.Accounts, Clock: clk, Log: log, Secret: forms, Proxies: c.Proxies, Demo: sample.On}
	if c.PublicURL != "" {
		h.Site.Public, err = url.Parse(c.PublicURL)
	}
	return h, err
}

func (h *House) areas(safe *vault.Vault) {
	db, clk, store := h.Engines.DB, h.Clock, h.Engines.Objects
	h.Accounts = accounts.New(db, clk, safe, h.Engines.Sender, proposal.ClaimInvitations)
	h.Assist = assist.New(db, store, clk, h.Accounts, h.Config.PublicURL)
	h.Editions = edition.New(db, clk)
	h.Proposals = proposal.New(db, clk, h.Accounts)
	h.Juries = judging.New(db, clk)
	h.Awards = award.New(db, clk)
	h.Projects = delivery.New(db, store, clk)
	h.Money = money.New(db, clk, safe)
	h.Orgs = incubation.New(db, clk)
	h.Open = openbook.New(db)
	h.Privacy = privacy.New(db, clk, h.Accounts, h.Proposals, h.Orgs)
	h.Evidence = evidence.NewBook(db, store, clk, photo.NewDarkroom(2), map[string]evidence.Owner{
		"activity":   {Read: identity.ReadProjects, Page: "/activities/", Ties: delivery.ActivityTies},
		"claim":      {Read: identity.ReadClaims, Page: "/claims/", Ties: money.ClaimTies},
		"assistance": {Read: identity.ReadPapers, Ties: assist.Ties},
		"grace":      {Read: identity.ReadPapers},
	})
}

// routes is the whole route table.
func (h *House) routes(demo serveaccounts.Demo) []web.Route {
	db, clk := h.Engines.DB, h.Clock
	var all []web.Route
	for _, area := range [][]web.Route{
		h.health(),
		servehome.Routes(db, h.Open, h.Accounts, clk),
		serveaccounts.Routes(h.Accounts, db, clk, demo),
		serveassist.Routes(h.Assist, h.Accounts, db),
		serveedition.Routes(h.Editions, db, clk),
		serveproposal.Routes(h.Proposals, db, clk),
		servejudging.Routes(h.Juries, h.Editions, db, clk),
		serveaward.Routes(h.Awards, db, clk),
		serveevidence.Routes(h.Evidence),
		servedelivery.Routes(h.Projects),
		servemoney.Routes(h.Money, db, h.Engines.Objects, clk),
		serveincubation.Routes(h.Orgs),
		serveprivacy.Routes(h.Privacy, h.Accounts, clk, demo.LastCode),
	} {
		all = append(all, area...)
	}
	return all
}

// listeners is the year in one table: what has happened, and who hears of it.
func (h *House) listeners() []jobs.Listener {
	return []jobs.Listener{
		jobs.OnWork("tell who was helped", func(ctx context.Context, f assist.Done) (jobs.Effect, error) { return h.Assist.Told(ctx, f) }),
		jobs.On("tell the teams", proposal.TellCalledOff),
		jobs.On("void its notices", award.VoidNotices),
		jobs.On("free what a winner gave back", award.Release),
		jobs.On("open the project", delivery.Open),
		jobs.On("hide what was public", privacy.HidePublic),
		jobs.On("plan the tranches", h.Money.Plan),
		jobs.On("make the next tranche due", h.Money.HearReview),
		jobs.OnWork("examine the photo", func(ctx context.Context, f evidence.Kept) (jobs.Effect, error) { return h.Evidence.Examine(ctx, f) }),
		jobs.OnWork("sweep what nobody owns", func(ctx context.Context, _ evidence.Nightfall) (jobs.Effect, error) {
			_, err := h.Evidence.Sweep(ctx)
			return nil, err
		}),
	}
}

// schedule is what the calendar asks for.
func (h *House) schedule() []jobs.Scheduled {
	return []jobs.Scheduled{
		{Name: "close calls", Every: time.Minute, Run: edition.CloseDue},
		{Name: "remind drafts", Every: time.Hour, Run: proposal.RemindDrafts},
		{Name: "close notices", Every: time.Minute, Run: award.CloseNotices},
		{Name: "project deadlines", Every: time.Hour, Run: delivery.Deadlines},
		{Name: "tranches by date", Every: time.Hour, Run: money.DueByDate},
		{Name: "remind claims", Every: time.Hour, Run: money.Remind},
		{Name: "remind privacy requests", Every: time.Hour, Run: privacy.Remind},
		{Name: "sweep sessions", Every: 24 * time.Hour, At: 3 * time.Hour, Run: h.Accounts.SweepSessions},
		{Name: "sweep typed forms", Every: time.Hour, Run: h.Accounts.SweepTyped},
		{Name: "sweep objects", Every: 24 * time.Hour, At: 3*time.Hour + 30*time.Minute, Run: func(ctx context.Context, tx pg.Tx, due time.Time) error {
			return outbox.Put(ctx, tx, due, evidence.Nightfall{})
		}},
	}
}

// tools are the doors the sample district is planted through.
func (h *House) tools(hand *clock.Manual) sample.Tools {
	return sample.Tools{DB: h.Engines.DB, Clock: hand, Store: h.Engines.Objects, Accounts: h.Accounts, Assist: h.Assist, Privacy: h.Privacy, Editions: h.Editions, Proposals: h.Proposals, Juries: h.Juries,
		Awards: h.Awards, Projects: h.Projects, Money: h.Money, Orgs: h.Orgs, Settle: h.Jobs.Settle, RunDue: h.Jobs.RunDue}
}

// App is the web server's application.
func (h *House) App() *fiber.App { return web.New(h.Site, h.Routes) }

// Close lets go of the engines.
func (h *House) Close() { h.Engines.Close() }

// allRoutes is the route table without engines: it is made of code alone.
func allRoutes() ([]web.Route, error) {
	h := &House{Engines: &Engines{}, Clock: clock.System{}}
	safe, err := vault.New(make([]byte, 32))
	if err != nil {
		return nil, err
	}
	h.areas(safe)
	return h.routes(serveaccounts.Demo{}), nil
}
