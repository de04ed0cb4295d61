// Package identity knows who somebody is, what they may do, and where: accounts by phone, sessions, roles with a place,
// and the one table of permissions.
package identity

// Role is what a person is in a place (DOMAIN §5.1). Roles of the place are granted; ties come from an object a person
// belongs to, such as a team.
type Role string

// The roles. Visitor and Resident are never granted: everyone is a visitor, everyone signed in is a resident.
const (
	Visitor          Role = "visitor"
	Resident         Role = "resident"
	TeamLead         Role = "team_lead"      // tie
	TeamMember       Role = "team_member"    // tie
	TeamTreasurer    Role = "team_treasurer" // tie
	OrgOfficer       Role = "org_officer"    // tie
	Self             Role = "self"           // tie: the person whom a row is about
	Judge            Role = "judge"
	Mentor           Role = "mentor"
	CommunityStaff   Role = "community_staff"
	CommunityHead    Role = "community_head"
	SubdistrictStaff Role = "subdistrict_staff"
	SubdistrictHead  Role = "subdistrict_head"
	DistrictStaff    Role = "district_staff"
	DistrictHead     Role = "district_head"
	Finance          Role = "finance_reviewer"
	Cashier          Role = "cashier"
	Supervisor       Role = "supervisor"
	Sysadmin         Role = "sysadmin"
	System           Role = "system" // the house itself: jobs that act on the calendar
)

// Names gives each role its Chinese name, also the key of its translation.
var Names = map[Role]string{
	Visitor: "访客", Resident: "居民", TeamLead: "领办人", TeamMember: "团队成员", TeamTreasurer: "记账员", OrgOfficer: "组织负责人", Self: "本人",
	Judge: "评委", Mentor: "辅导社工", CommunityStaff: "社区工作者", CommunityHead: "社区书记主任", SubdistrictStaff: "街道工作人员",
	SubdistrictHead: "街道负责人", DistrictStaff: "区社区办工作人员", DistrictHead: "区社区办负责人", Finance: "会计", Cashier: "出纳",
	Supervisor: "监督员", Sysadmin: "系统管理员", System: "系统",
}

// Granted lists the roles that can be given to a person at a place, in the order pages show them.
var Granted = []Role{CommunityStaff, CommunityHead, SubdistrictStaff, SubdistrictHead, DistrictStaff, DistrictHead,
	Finance, Cashier, Judge, Mentor, Supervisor, Sysadmin}

// Ties lists the roles that come from belonging to a team or an organisation. Any resident may come to have one, so a
// route that needs a tie is open to residents and the verb decides at the object.
var Ties = []Role{TeamLead, TeamMember, TeamTreasurer, OrgOfficer, Self}

// Strong tells whether a role needs a second factor before it counts (TRUST §3 #40).
func (r Role) Strong() bool {
	switch r {
	case Visitor, Resident, TeamLead, TeamMember, TeamTreasurer, OrgOfficer, Self, System:
		return false
	default:
		return true
	}
}
