package delivery

import (
	"context"
	"strconv"
	"time"
	"unicode/utf8"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// gaps says what an activity still lacks before it can be handed in or verified (DOMAIN §11.2), by field.
func gaps(a Activity, photos []evidence.Attachment, twins []evidence.Twin, rules edition.Rules) fault.Fields {
	var wrong fault.Fields
	if n := utf8.RuneCountInString(a.Content); n < contentLeast {
		wrong.Add("content", "活动内容至少写 %d 个字，现在是 %d 个", contentLeast, n)
	}
	if a.ServedTimes < 1 {
		wrong.Add("served_times", "请写服务人次：来参加的居民有多少，志愿者和工作人员不算")
	}
	if a.SignIn == "" {
		wrong.Add("sign_in", "请选择签到方式")
	}
	have := map[string]int{}
	whole := 0
	for _, p := range photos {
		if p.Counts() {
			have[p.Kind]++
			whole++
		}
	}
	switch most := max(rules.MinPhotos, 3); {
	case have["panorama"] == 0:
		wrong.Add("photos", "还缺一张全景照片：能看到现场和参加的人")
	case have["process"]+have["people"]+have["result"] == 0:
		wrong.Add("photos", "还缺一张过程照片：能看到大家在做什么")
	case have["sheet"] == 0:
		wrong.Add("photos", "还缺签到表的照片或接龙截图")
	case whole < most:
		wrong.Add("photos", "至少要 %d 张照片，现在有 %d 张", most, whole)
	}
	if len(twins) > 0 && a.TwinReason == "" {
		wrong.Add("twin_reason", "有 %d 张照片和别的活动用的一模一样。如果传错了请删掉；如果没错，请写明原因", len(twins))
	}
	return wrong
}

// gaps is what a stored activity still lacks.
func (b *Book) gaps(ctx context.Context, q pg.Reader, a Activity, rules edition.Rules) (fault.Fields, error) {
	photos, err := evidence.Of(ctx, q, a.ID)
	if err != nil {
		return nil, err
	}
	twins, err := evidence.ExactTwins(ctx, q, a.ID)
	return gaps(a, photos, twins, rules), err
}

const (
	submitSQL = `update activity set state = 'submitted', reason = '', submitted_by = @by::uuid, submitted_at = @at, verified_by = null, verified_at = null, version = version + 1 where id = @id::uuid`
	verifySQL = `update activity set state = 'verified', reason = '', verified_by = @by::uuid, verified_at = @at, version = version + 1 where id = @id::uuid`
	countSQL  = `update project set act_n = act_n + @acts::int, served_times = served_times + @served::int, volunteer_times = volunteer_times + @volunteers::int where id = @id::uuid`
)

// Submit hands an activity's record in to the community; the evidence must be complete.
func (b *Book) Submit(ctx context.Context, by identity.Actor, id string, s Step) error {
	_, p, w, err := b.mayActivity(ctx, by, identity.ReportResults, id)
	if err != nil {
		return err
	}
	rules, err := rulesOf(ctx, b.db, p)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	return b.change(ctx, id, s, Submitted, func(a Activity) bool { return a.SubmittedBy == by.ID }, func(tx pg.Tx, a Activity) error {
		if !p.Live() {
			return fault.New(fault.Conflict, "这个项目已经结束，不能再交活动记录")
		}
		wrong, err := b.gaps(ctx, tx, a, rules)
		if err != nil {
			return err
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, submitSQL, pg.Args{"id": id, "by": by.ID, "at": now}); err != nil {
			return err
		}
		staff, err := notice.Holders(ctx, tx, p.Place, identity.CommunityStaff)
		if err != nil {
			return err
		}
		err = notice.Tell(ctx, tx, notice.Letter{Code: "N18", To: staff, Text: fault.Say("有一场活动等您核验：%s", a.Theme), Link: "/desk/activities/" + id, Key: key(a), At: now})
		if err != nil {
			return err
		}
		return b.record(ctx, tx, w, a, "submit", Submitted, "")
	})
}

// Verify confirms that an activity was held as recorded. Its counts enter the project's figures in the same
// transaction (I-F5), and its cleared photos go out.
func (b *Book) Verify(ctx context.Context, by identity.Actor, id string, s Step) error {
	a, p, w, err := b.judges(ctx, by, id, identity.VerifyActivities)
	if err != nil {
		return err
	}
	if by.ID == a.SubmittedBy || by.ID == a.CreatedBy {
		return fault.New(fault.Forbidden, "这场活动是您自己交的，要请别的同事核验")
	}
	rules, err := rulesOf(ctx, b.db, p)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	return b.change(ctx, id, s, Verified, func(a Activity) bool { return a.VerifiedBy == by.ID }, func(tx pg.Tx, a Activity) error {
		wrong, err := b.gaps(ctx, tx, a, rules)
		if err != nil {
			return err
		}
		if !p.Live() {
			return fault.New(fault.Conflict, "这个项目已经结束，不能再核验活动")
		}
		if len(wrong) > 0 {
			return fault.New(fault.Conflict, "还不能核验：%s", wrong[wrong.Names()[0]])
		}
		if _, err := pg.Do(ctx, tx, verifySQL, pg.Args{"id": id, "by": by.ID, "at": now}); err != nil {
			return err
		}
		p, err := b.count(ctx, tx, a, 1)
		if err != nil {
			return err
		}
		if err := evidence.Publish(ctx, tx, w, id, now); err != nil {
			return err
		}
		if err := b.tellLead(ctx, tx, p, a, fault.Say("活动「%s」核验通过了", a.Theme)); err != nil {
			return err
		}
		if err := b.record(ctx, tx, w, a, "verify", Verified, ""); err != nil {
			return err
		}
		return halfDone(ctx, tx, p, rules, now)
	})
}

// Return sends an activity back to its team. One already verified is taken back by a spot check, with its counts and
// its public photos (DOMAIN §7.10).
func (b *Book) Return(ctx context.Context, by identity.Actor, id string, s Step) error {
	if err := reasoned(s); err != nil {
		return err
	}
	a, err := pg.One[Activity](ctx, b.db, activitySQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	right := identity.VerifyActivities
	if a.State == Verified || a.State == Returned && by.Can(identity.SpotCheck, a.Place) { // the second is a second tap
		right = identity.SpotCheck
	}
	a, p, w, err := b.judges(ctx, by, id, right)
	if err != nil {
		return err
	}
	return b.change(ctx, id, s, Returned, sameReason(s), func(tx pg.Tx, now Activity) error {
		if now.State != a.State {
			return stale()
		}
		if a.State == Verified {
			if !p.Live() {
				return fault.New(fault.Conflict, "这个项目已经结束，活动不能再退回")
			}
			if _, err := b.count(ctx, tx, now, -1); err != nil {
				return err
			}
			if err := evidence.Withdraw(ctx, tx, w, id, b.clock.Now()); err != nil {
				return err
			}
		}
		if err := b.tellLead(ctx, tx, p, a, fault.Say("活动「%s」退回来补充：%s", a.Theme, s.Reason)); err != nil {
			return err
		}
		return b.move(ctx, tx, w, now, "return", Returned, s.Reason)
	})
}

// Reject refuses an activity for good, with one of RejectCodes.
func (b *Book) Reject(ctx context.Context, by identity.Actor, id string, s Step) error {
	if !edition.Known(RejectCodes, s.Code) {
		return fault.Field("code", "请选择不予核验的原因")
	}
	if err := reasoned(s); err != nil {
		return err
	}
	_, p, w, err := b.judges(ctx, by, id, identity.VerifyActivities)
	if err != nil {
		return err
	}
	s.Reason = edition.NameOf(RejectCodes, s.Code) + "：" + s.Reason
	return b.change(ctx, id, s, Rejected, sameReason(s), func(tx pg.Tx, a Activity) error {
		if err := b.tellLead(ctx, tx, p, a, fault.Say("活动「%s」不能核验。%s", a.Theme, s.Reason)); err != nil {
			return err
		}
		return b.move(ctx, tx, w, a, "reject", Rejected, s.Reason)
	})
}

func reasoned(s Step) error {
	switch n := utf8.RuneCountInString(s.Reason); {
	case n == 0:
		return fault.Field("reason", "请写明原因，让团队知道怎么改")
	case n > reasonMost:
		return fault.Field("reason", "最多 %d 个字，现在是 %d 个", reasonMost, n)
	}
	return nil
}

func sameReason(s Step) func(Activity) bool {
	return func(a Activity) bool { return a.Reason == s.Reason }
}

// judges is the warrant of somebody who may judge an activity and does not belong to its project.
func (b *Book) judges(ctx context.Context, by identity.Actor, id string, right identity.Permission) (Activity, Project, identity.Warrant, error) {
	a, p, w, err := b.mayActivity(ctx, by, right, id)
	if err != nil {
		return a, p, w, err
	}
	return a, p, w, b.apart(ctx, by, p)
}

// count puts an activity's figures into its project's, or takes them out again, and gives the project with them.
func (b *Book) count(ctx context.Context, tx pg.Tx, a Activity, sign int) (Project, error) {
	if _, err := Lock(ctx, tx, a.ProjectID); err != nil {
		return Project{}, err
	}
	if _, err := pg.Do(ctx, tx, countSQL, pg.Args{"id": a.ProjectID, "acts": sign, "served": sign * a.ServedTimes, "volunteers": sign * a.Volunteers}); err != nil {
		return Project{}, err
	}
	return Get(ctx, tx, a.ProjectID)
}

func (b *Book) tellLead(ctx context.Context, tx pg.Tx, p Project, a Activity, text fault.Message) error {
	return notice.Tell(ctx, tx, notice.Letter{Code: "N18", To: []string{p.LeadID}, Text: text, Link: "/activities/" + a.ID, Key: key(a), At: b.clock.Now()})
}

// key names one step of an activity for its notices.
func key(a Activity) string { return a.ID + "." + strconv.Itoa(a.Version) }

// halfDone calls for the mid-term review when half of the planned activities are verified and the award needs one.
func halfDone(ctx context.Context, tx pg.Tx, p Project, rules edition.Rules, now time.Time) error {
	if p.State != InProgress || p.Award <= rules.MidAbove || p.ActTarget < 2 || p.ActN*2 < p.ActTarget {
		return nil
	}
	w, err := identity.House().Must(identity.KeepCalendar, p.Place)
	if err != nil {
		return err
	}
	return midDue(ctx, tx, w, p, now)
}
