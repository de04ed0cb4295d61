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
	"seedbed/domain/gallery"
	"seedbed/domain/identity"
	"seedbed/domain/incubation"
	"seedbed/domain/judging"
	"seedbed/domain/money"
	"seedbed/domain/openbook"
	"seedbed/domain/papers"
	"seedbed/domain/privacy"
	"seedbed/domain/proposal"
	"seedbed/domain/talent"
	"seedbed/domain/topic"
	"seedbed/domain/vault"
	"seedbed/jobs"
	serveaccounts "seedbed/server/accounts"
	serveassist "seedbed/server/assist"
	serveaward "seedbed/server/award"
	servedelivery "seedbed/server/delivery"
	serveedition "seedbed/server/edition"
	serveevidence "seedbed/server/evidence"
	servegallery "seedbed/server/gallery"
	servehome "seedbed/server/home"
	serveincubation "seedbed/server/incubation"
	servejudging "seedbed/server/judging"
	servemoney "seedbed/server/money"
	servepapers "seedbed/server/papers"
	serveprivacy "seedbed/server/privacy"
	serveproposal "seedbed/server/proposal"
	servetalent "seedbed/server/talent"
	servetopic "seedbed/server/topic"
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
	Talents   *talent.Book
	Topics    *topic.Book
	Assist    *assist.Book
	Editions  *edition.Book
	Proposals *proposal.Book
	Papers    *papers.Book
	Juries    *judging.Book
	Awards    *award.Book
	Evidence  *evidence.Book
	Projects  *delivery.Book
	Money     *money.Book
	Orgs      *incubation.Book
	Open      *openbook.Book
	Gallery   *gallery.Book
	Privacy   *privacy.Book
}

// Sample is what only the demo hands in.
type Sample struct {
	Demo serveaccounts.Demo
	On   bool
}

// build opens the engines and wires the house on them.
func build(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger) (*House, error) {
	engines, err := openEngines(ctx, c, log)
	if err != nil {
		return nil, err
	}
	h, err := wire(c, engines, clk, log, Sample{})
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
	h.Site = &web.Site{Accounts: h.Accounts, Clock: clk, Log: log, Secret: forms, Proxies: c.Proxies, Demo: sample.On, Store: e.Objects}
	if c.PublicURL != "" {
		h.Site.Public, err = url.Parse(c.PublicURL)
	}
	return h, err
}

func (h *House) areas(safe *vault.Vault) {
	db, clk, store := h.Engines.DB, h.Clock, h.Engines.Objects
	h.Accounts = accounts.New(db, clk, safe, h.Engines.Sender, func(ctx context.Context, tx pg.Tx, personID string, phoneIndex []byte) error {
		if err := h.Talents.Claim(ctx, tx, personID, phoneIndex); err != nil {
			return err
		}
		return proposal.ClaimInvitations(ctx, tx, personID, phoneIndex)
	})
	h.Talents = talent.New(db, store, clk, safe, h.Accounts)
	h.Topics = topic.New(db, store, clk)
	h.Assist = assist.New(db, store, clk, h.Accounts, h.Config.PublicURL)
	h.Editions = edition.New(db, clk)
	h.Proposals = proposal.New(db, clk, h.Accounts)
	h.Papers = papers.New(db, store, clk, h.Accounts, h.Proposals, h.Config.PDFFont)
	h.Juries = judging.New(db, clk).Seals(h.Accounts)
	h.Juries.KeepPapers(judging.Papers{Store: store, Font: h.Config.PDFFont, Throttle: h.Accounts.Throttle})
	h.Editions.KnowHappenings(h.Juries.Happenings)
	h.Awards = award.New(db, clk)
	h.Awards.PrintWith(h.Config.PDFFont)
	h.Awards.CountVotes(judging.Ballots)
	h.Awards.MoreFiles(award.PlanFiles)
	h.Projects = delivery.New(db, store, clk)
	h.Money = money.New(db, clk, safe)
	h.Orgs = incubation.New(db, clk)
	h.Open = openbook.New(db)
	h.Privacy = privacy.New(db, clk, h.Accounts, h.Proposals, h.Orgs)
	h.Gallery = gallery.New(db, clk, h.Accounts.Throttle)
	h.Evidence = evidence.NewBook(db, store, clk, photo.NewDarkroom(2), map[string]evidence.Owner{
		"proposal":   {Page: "/proposals/", Sees: proposal.SeesFile, Shown: gallery.CoverShown},
		"opinion":    {Read: identity.ReadProposals},
		"appeal":     {Read: identity.ReadAppeals, Ties: proposal.AppealTies},
		"activity":   {Read: identity.ReadProjects, Page: "/activities/", Ties: delivery.ActivityTies},
		"claim":      {Read: identity.ReadClaims, Page: "/claims/", Ties: money.ClaimTies},
		"talent":     {Read: identity.ReadConsents, Page: "/desk/talents/", Ties: talent.Ties},
		"topic":      {Read: identity.ReadTopics, Page: "/desk/topics/"},
		"edition":    {Read: identity.ReadEditions, Page: "/desk/editions/", Open: edition.FilesOpen},
		"guardian":   {Read: identity.RecordGuardians, Page: "/desk/guardians/", Ties: proposal.GuardianTies},
		"assistance": {Read: identity.ReadPapers, Ties: assist.Ties},
		"grace":      {Read: identity.ReadPapers},
		"twice":      {Read: identity.KeyPapers},
		"minute":     {Read: identity.ReadSheets},
		"ban":        {Read: identity.ReadDecisions, Page: "/desk/bans", Ties: proposal.BanTies},
	})
	h.Proposals.KeepPapers(store)
	h.Proposals.KnowOrgs(h.orgsOf)
	h.Proposals.JoinReview(judging.Join)
}

// orgsOf are the organisations somebody leads, for the proposals they make in their name.
func (h *House) orgsOf(ctx context.Context, by identity.Actor) ([]proposal.OrgChoice, error) {
	orgs, err := incubation.Mine(ctx, h.Engines.DB, by)
	var list []proposal.OrgChoice
	for _, o := range orgs {
		if o.LeaderID == by.ID {
			list = append(list, proposal.OrgChoice{ID: o.ID, Name: o.Name})
		}
	}
	return list, err
}

// routes is the whole route table.
func (h *House) routes(demo serveaccounts.Demo) []web.Route {
	db, clk := h.Engines.DB, h.Clock
	var all []web.Route
	for _, area := range [][]web.Route{
		h.health(),
		servehome.Routes(db, h.Open, h.Gallery, h.Accounts, clk),
		serveaccounts.Routes(h.Accounts, db, clk, demo),
		servetalent.Routes(h.Talents, db, clk),
		servetopic.Routes(h.Topics, db, clk, proposal.Onward),
		serveassist.Routes(h.Assist, h.Accounts, db),
		serveedition.Routes(h.Editions, db, clk),
		serveedition.CallRoutes(h.Editions, db, h.Engines.Objects, clk),
		serveproposal.Routes(h.Proposals, db, h.Engines.Objects, clk),
		serveproposal.AnswerRoutes(h.Proposals, h.Engines.Objects),
		servepapers.Routes(h.Papers, db, h.Engines.Objects),
		serveproposal.Photos(h.Proposals, proposal.NewAlbum(h.Proposals, h.Evidence, h.Engines.Objects), db, clk),
		servejudging.Routes(h.Juries, h.Editions, db, clk),
		servejudging.SheetRoutes(h.Juries, db, h.Engines.Objects, clk),
		serveaward.Routes(h.Awards, db, clk),
		serveaward.DecideRoutes(h.Awards, h.Juries, db, clk),
		serveaward.AgainRoutes(h.Awards, h.Juries, db, clk),
		serveevidence.Routes(h.Evidence),
		servedelivery.Routes(h.Projects),
		servemoney.Routes(h.Money, db, h.Engines.Objects, clk),
		serveincubation.Routes(h.Orgs),
		servegallery.Routes(h.Gallery),
		serveprivacy.Routes(h.Privacy, h.Accounts, clk, demo.LastCode),
	} {
		all = append(all, area...)
	}
	return all
}

// listeners is the year in one table: what has happened, and who hears of it.
func (h *House) listeners() []jobs.Listener {
	return []jobs.Listener{
		jobs.On("tell the residents", edition.TellResidents),
		jobs.On("tell of new questions", proposal.TellFormChanged),
		jobs.OnWork("tell who was helped", func(ctx context.Context, f assist.Done) (jobs.Effect, error) { return h.Assist.Told(ctx, f) }),
		jobs.On("take back consents nobody gave", assist.HearRefuted),
		jobs.On("take down a card nobody wanted", talent.HearRefuted),
		jobs.On("take down a topic nobody raised", topic.HearRefuted),
		jobs.On("withdraw what nobody wrote", proposal.HearRefuted),
		jobs.On("take back a voice nobody gave", gallery.HearRefuted),
		jobs.On("tell the teams", proposal.TellCalledOff),
		jobs.On("look for its like", h.Proposals.HearHandedIn),
		jobs.On("hand in as wished", h.Proposals.HearStandingDue),
		jobs.On("void its notices", award.VoidNotices),
		jobs.On("free what a winner gave back", award.Release),
		jobs.On("open the project", delivery.Open),
		jobs.On("annex the new lead", award.Succeed),
		jobs.On("give the project to its new lead", delivery.Succeed),
		jobs.On("hide what was public", privacy.HidePublic),
		jobs.On("tell followers of the start", gallery.HearOpened),
		jobs.On("tell followers of the end", gallery.HearAccepted),
		jobs.On("plan the tranches", h.Money.Plan),
		jobs.On("make the next tranche due", h.Money.HearReview),
		jobs.OnWork("examine the photo", func(ctx context.Context, f evidence.Kept) (jobs.Effect, error) { return h.Evidence.Examine(ctx, f) }),
		making(h.Papers),
		jobs.OnWork("sweep what nobody owns", func(ctx context.Context, _ evidence.Nightfall) (jobs.Effect, error) {
			_, err := h.Evidence.Sweep(ctx)
			return nil, err
		}),
	}
}

// making makes what the desks take out; a full book of an edition takes its time.
func making(book *papers.Book) jobs.Listener {
	l := jobs.OnWork("make the export", func(ctx context.Context, f papers.Asked) (jobs.Effect, error) { return book.Make(ctx, f) })
	l.Limit = 30 * time.Minute
	return l
}

// schedule is what the calendar asks for.
func (h *House) schedule() []jobs.Scheduled {
	return []jobs.Scheduled{
		{Name: "close calls", Every: time.Minute, Run: edition.CloseDue},
		{Name: "remind drafts", Every: time.Hour, Run: proposal.RemindDrafts},
		{Name: "remind opinions", Every: time.Hour, Run: proposal.RemindOpinions},
		{Name: "mark older proposals", Every: 10 * time.Minute, Run: proposal.MarkOlder},
		{Name: "hand in as wished", Every: time.Minute, Run: h.Proposals.LookAtStanding},
		{Name: "lapse merges", Every: 10 * time.Minute, Run: h.Proposals.LapseMerges},
		{Name: "lapse votes", Every: time.Hour, Run: h.Proposals.LapseVotes},
		{Name: "remind judges", Every: time.Hour, Run: judging.Remind},
		{Name: "remind pitches", Every: time.Hour, Run: judging.RemindPitches},
		{Name: "close notices", Every: time.Minute, Run: award.CloseNotices},
		{Name: "remind of notices", Every: time.Hour, Run: award.RemindNotices},
		{Name: "remind of plans", Every: time.Hour, Run: award.RemindPlans},
		{Name: "tend the reserves", Every: 10 * time.Minute, Run: h.Awards.TendReserves},
		{Name: "project deadlines", Every: time.Hour, Run: delivery.Deadlines},
		{Name: "tranches by date", Every: time.Hour, Run: money.DueByDate},
		{Name: "read the gallery", Every: time.Minute, Run: gallery.Read},
		{Name: "tell followers", Every: 10 * time.Minute, Run: gallery.TellFollowers},
		{Name: "archive notices", Every: 24 * time.Hour, At: 3*time.Hour + 20*time.Minute, Run: gallery.Archive},
		{Name: "remind claims", Every: time.Hour, Run: money.Remind},
		{Name: "tend the talent bank", Every: time.Hour, Run: h.Talents.Tend},
		{Name: "tend the topics", Every: time.Hour, Run: h.Topics.Tend},
		{Name: "remind privacy requests", Every: time.Hour, Run: privacy.Remind},
		{Name: "sweep sessions", Every: 24 * time.Hour, At: 3 * time.Hour, Run: h.Accounts.SweepSessions},
		{Name: "let old papers go", Every: time.Hour, Run: h.Papers.Lapse},
		{Name: "sweep typed forms", Every: time.Hour, Run: h.Accounts.SweepTyped},
		{Name: "sweep saves", Every: 24 * time.Hour, At: 3*time.Hour + 10*time.Minute, Run: proposal.SweepSaves},
		{Name: "sweep uploads", Every: time.Hour, Run: evidence.SweepUploads},
		{Name: "sweep objects", Every: 24 * time.Hour, At: 3*time.Hour + 30*time.Minute, Run: func(ctx context.Context, tx pg.Tx, due time.Time) error {
			return outbox.Put(ctx, tx, due, evidence.Nightfall{})
		}},
	}
}

// tools are the doors the sample district is planted through.
func (h *House) tools(hand *clock.Manual) sample.Tools {
	return sample.Tools{DB: h.Engines.DB, Clock: hand, Store: h.Engines.Objects, Accounts: h.Accounts, Assist: h.Assist, Privacy: h.Privacy, Talents: h.Talents, Topics: h.Topics, Editions: h.Editions, Proposals: h.Proposals, Album: proposal.NewAlbum(h.Proposals, h.Evidence, h.Engines.Objects), Juries: h.Juries,
		Awards: h.Awards, Projects: h.Projects, Money: h.Money, Orgs: h.Orgs, Gallery: h.Gallery, Settle: h.Jobs.Settle, RunDue: h.Jobs.RunDue}
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
