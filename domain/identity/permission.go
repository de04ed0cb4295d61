package identity

import "slices"

// Permission is one thing a person may do. The table below is the only place that says who.
type Permission string

// The permissions, in the order of the year.
const (
	Look   Permission = "look"    // public pages
	BeHere Permission = "be_here" // one's own pages, messages, settings
	// OwnHands is what nobody may do for another: the second factor, messages, one's own data and consents.
	OwnHands Permission = "own_hands"

	HelpResidents  Permission = "help_residents" // fill in for a resident, and keep the grace list
	ReadAssisted   Permission = "read_assisted"
	ReadPapers     Permission = "read_papers"     // the signed and stamped sheets themselves
	HandleDisputes Permission = "handle_disputes" // when a resident says that what was filled in was not their will
	DeclareOutages Permission = "declare_outages"
	HandlePrivacy  Permission = "handle_privacy" // requests about personal data

	ConfirmResidents Permission = "confirm_residents"
	GrantRoles       Permission = "grant_roles"
	ReadAudit        Permission = "read_audit"
	RevealPhone      Permission = "reveal_phone"

	NominateTalents Permission = "nominate_talents" // oneself or a neighbour; one's own entry
	KeepTalents     Permission = "keep_talents"
	ReadTalents     Permission = "read_talents"  // those not listed too
	CountTalents    Permission = "count_talents" // how many stand where; no names
	ReadConsents    Permission = "read_consents" // the signed paper of a consent

	ProposeTopics Permission = "propose_topics" // and care for those of neighbours
	ReadTopics    Permission = "read_topics"    // those not public too
	RunTopics     Permission = "run_topics"

	ReadEditions    Permission = "read_editions" // drafts too
	PlanEditions    Permission = "plan_editions"
	PublishEditions Permission = "publish_editions"

	DraftProposals    Permission = "draft_proposals"
	ReadProposals     Permission = "read_proposals" // those submitted, of one's places
	EndorseProposals  Permission = "endorse_proposals"
	ReturnProposals   Permission = "return_proposals"
	CheckEligibility  Permission = "check_eligibility"
	CompareProposals  Permission = "compare_proposals" // look at proposals that are alike and say whether they are one
	ReadAppeals       Permission = "read_appeals"
	DecideAppeals     Permission = "decide_appeals"
	AcceptRefinements Permission = "accept_refinements"
	ImportProposals   Permission = "import_proposals" // enter proposals on paper from a workbook
	ExportProposals   Permission = "export_proposals" // take lists, books and files out
	ConfirmLeads      Permission = "confirm_leads"    // a team's new lead, after its vote
	RecordGuardians   Permission = "record_guardians" // of minors in a team
	VoidProposals     Permission = "void_proposals"   // and lift the ban that goes with it
	ReadBans          Permission = "read_bans"
	ReadDecisions     Permission = "read_decisions"  // the paper by which a proposal was declared void
	FollowProjects    Permission = "follow_projects" // 关注, for oneself alone

	RunRounds      Permission = "run_rounds"
	Score          Permission = "score"
	KeyPapers      Permission = "key_papers"    // type sheets and ballots that came on paper, each twice by two people
	VoteProjects   Permission = "vote_projects" // 居民投票, one vote in each track
	ReadSheets     Permission = "read_sheets"
	ReadJury       Permission = "read_jury"   // the pool of judges: their ties, and how severe they were
	RevealFees     Permission = "reveal_fees" // the account a judge's fee goes to
	AllocateAwards Permission = "allocate_awards"
	PublishNotices Permission = "publish_notices"
	Object         Permission = "object"
	HandleObjects  Permission = "handle_objections"

	DraftAgreements Permission = "draft_agreements"
	SignAsSponsor   Permission = "sign_as_sponsor"
	SignAsHost      Permission = "sign_as_host"
	SignAsTeam      Permission = "sign_as_team"

	ReadProjects     Permission = "read_projects"
	LogActivities    Permission = "log_activities"
	ReviewActivities Permission = "review_activities" // what teams have handed in, on the desk
	VerifyActivities Permission = "verify_activities"
	SpotCheck        Permission = "spot_check" // take a verified activity back
	ClearPhotos      Permission = "clear_photos"
	ReportResults    Permission = "report_results"
	ReadEvaluations  Permission = "read_evaluations"
	EvaluateProjects Permission = "evaluate_projects"
	CloseEvaluations Permission = "close_evaluations"

	RequestTranches   Permission = "request_tranches"
	ReviewTranches    Permission = "review_tranches"
	ApproveTranches   Permission = "approve_tranches"
	ReleaseTranches   Permission = "release_tranches"
	SubmitClaims      Permission = "submit_claims"
	ReadClaims        Permission = "read_claims"
	VerifyClaims      Permission = "verify_claims"
	ReviewVouchers    Permission = "review_vouchers"
	ApproveClaims     Permission = "approve_claims"       // up to the subdistrict's limit
	ApproveLargeClaim Permission = "approve_large_claims" // above it
	PayClaims         Permission = "pay_claims"
	VoidClaims        Permission = "void_claims"
	ReadLedger        Permission = "read_ledger"

	FoundOrgs     Permission = "found_orgs"
	JoinOrgs      Permission = "join_orgs"
	LeadOrgs      Permission = "lead_orgs"
	ReadOrgs      Permission = "read_orgs" // also those not yet public
	RecognizeOrgs Permission = "recognize_orgs"

	SupportProjects Permission = "support_projects" // 附议
	HideWords       Permission = "hide_words"       // take a word of support from view

	OperateSystem Permission = "operate_system"
	KeepCalendar  Permission = "keep_calendar" // what the house does by itself when a date comes
)

var (
	everyone   = []Role{Visitor, Resident}
	residents  = []Role{Resident}
	team       = []Role{TeamLead, TeamMember, TeamTreasurer}
	community  = []Role{CommunityStaff, CommunityHead}
	street     = []Role{SubdistrictStaff, SubdistrictHead}
	district   = []Role{DistrictStaff, DistrictHead}
	desks      = slices.Concat(community, street, district)
	moneyDesks = []Role{Finance, Cashier}
)

// May is the permission table: who may do what. A role counts at its place and everything below it.
var May = map[Permission][]Role{
	Look:     everyone,
	BeHere:   residents,
	OwnHands: residents,

	HelpResidents: {CommunityStaff, CommunityHead, Mentor},
	ReadAssisted:  slices.Concat(desks, []Role{Mentor, Supervisor}),
	// TeamMember is the tie a paper gives the person in whose name it was written.
	ReadPapers:     slices.Concat(desks, []Role{Mentor, Supervisor, TeamMember}),
	HandleDisputes: street,
	DeclareOutages: {DistrictHead},
	HandlePrivacy:  {DistrictStaff},

	ConfirmResidents: community,
	GrantRoles:       {Sysadmin, DistrictHead},
	ReadAudit:        {Supervisor},
	RevealPhone:      desks,

	NominateTalents: residents,
	KeepTalents:     community,
	ReadTalents:     slices.Concat(community, street, []Role{Supervisor}),
	CountTalents:    slices.Concat(desks, []Role{Supervisor}),
	ReadConsents:    slices.Concat(community, street, []Role{Supervisor, Self}),

	ProposeTopics: residents,
	ReadTopics:    slices.Concat(desks, []Role{Supervisor}),
	RunTopics:     community,

	ReadEditions:    slices.Concat(desks, moneyDesks, []Role{Supervisor}),
	PlanEditions:    {DistrictStaff},
	PublishEditions: {DistrictHead},

	DraftProposals:    slices.Concat(residents, team),
	ReadProposals:     slices.Concat(desks, []Role{Finance, Supervisor}),
	EndorseProposals:  {CommunityHead, SubdistrictHead}, // the street steps in where a community refused or has nobody free
	ReturnProposals:   slices.Concat([]Role{CommunityHead}, street),
	CheckEligibility:  {SubdistrictStaff},
	CompareProposals:  slices.Concat([]Role{CommunityHead}, street, district),
	ReadAppeals:       slices.Concat(team, desks, []Role{Supervisor}),
	DecideAppeals:     {DistrictStaff},
	AcceptRefinements: {DistrictStaff},
	ImportProposals:   {CommunityStaff, SubdistrictStaff, DistrictStaff},
	ExportProposals:   slices.Concat(desks, []Role{Supervisor}),
	ConfirmLeads:      {CommunityHead, SubdistrictHead},
	RecordGuardians:   {CommunityStaff},
	VoidProposals:     {DistrictHead},
	ReadBans:          slices.Concat(district, []Role{Supervisor}),
	ReadDecisions:     slices.Concat(district, []Role{Supervisor, Self}),
	FollowProjects:    residents,

	RunRounds:      {DistrictStaff},
	Score:          {Judge},
	KeyPapers:      district,
	VoteProjects:   residents,
	ReadSheets:     slices.Concat(district, []Role{Supervisor}),
	ReadJury:       district,
	RevealFees:     {DistrictStaff},
	AllocateAwards: {DistrictHead},
	PublishNotices: {DistrictHead},
	Object:         residents,
	HandleObjects:  district,

	DraftAgreements: {DistrictStaff},
	SignAsSponsor:   {DistrictHead},
	SignAsHost:      {CommunityHead},
	SignAsTeam:      {TeamLead},

	ReadProjects:     slices.Concat(team, desks, moneyDesks, []Role{Supervisor, Mentor}),
	LogActivities:    {TeamLead, TeamMember},
	ReviewActivities: slices.Concat(desks, []Role{Supervisor}),
	VerifyActivities: {CommunityStaff},
	SpotCheck:        {SubdistrictStaff, DistrictStaff},
	ClearPhotos:      {CommunityStaff},
	ReportResults:    {TeamLead},
	ReadEvaluations:  slices.Concat(street, district, []Role{Finance, Mentor, Supervisor}),
	EvaluateProjects: {SubdistrictStaff, DistrictStaff, Finance, Mentor},
	CloseEvaluations: {DistrictHead},

	RequestTranches:   {CommunityHead},
	ReviewTranches:    {Finance},
	ApproveTranches:   {DistrictHead},
	ReleaseTranches:   {Cashier},
	SubmitClaims:      {TeamLead, TeamTreasurer},
	ReadClaims:        slices.Concat(team, desks, moneyDesks, []Role{Supervisor}),
	VerifyClaims:      {CommunityStaff},
	ReviewVouchers:    {Finance},
	ApproveClaims:     {SubdistrictHead},
	ApproveLargeClaim: {DistrictHead},
	PayClaims:         {Cashier},
	VoidClaims:        {Finance},
	ReadLedger:        slices.Concat(moneyDesks, []Role{DistrictHead, Supervisor}),

	FoundOrgs:     {TeamLead},
	JoinOrgs:      residents,
	LeadOrgs:      {OrgOfficer},
	ReadOrgs:      slices.Concat(desks, []Role{Supervisor}),
	RecognizeOrgs: {CommunityHead},

	SupportProjects: residents,
	HideWords:       {CommunityStaff, CommunityHead, SubdistrictStaff, DistrictStaff},

	OperateSystem: {Sysadmin},
	KeepCalendar:  {System},
}

// Holds tells whether a role has a permission.
func (p Permission) Holds(r Role) bool { return slices.Contains(May[p], r) }
