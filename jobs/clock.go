package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seedbed/domain/clock"
	"seedbed/storage/pg"
)

// Scheduled is something the calendar asks for. Each due time is run once, whichever of the processes gets to it; a
// time that passed while none was running is made up for, but only the latest one.
type Scheduled struct {
	Name  string
	Every time.Duration // the step, counted from Monday midnight in the district: 24h is daily, 7*24h weekly
	At    time.Duration // how far into the step: Every 24h, At 2h30m is half past two at night
	// Run does the work in one transaction with the mark that this time was run: if it fails, both are undone and it is
	// tried again. Long work, or work outside the database, belongs to a listener: put a fact here.
	Run func(ctx context.Context, tx pg.Tx, due time.Time) error
}

// monday is a Monday's midnight that all steps are counted from.
var monday = time.Date(2001, 1, 1, 0, 0, 0, 0, clock.Shanghai)

// due is the latest time at or before now that s asks for.
func (s Scheduled) due(now time.Time) time.Time {
	since := now.Sub(monday) - s.At
	into := since % s.Every
	if into < 0 {
		into += s.Every
	}
	return monday.Add(since - into + s.At)
}

func checkSchedule(all []Scheduled) error {
	names := map[string]bool{}
	for _, s := range all {
		if s.Name == "" || names[s.Name] || s.Run == nil || s.Every <= 0 || s.At < 0 || s.At >= s.Every {
			return fmt.Errorf("scheduled job %q: it needs a name of its own, a Run, a step, and a time within the step", s.Name)
		}
		names[s.Name] = true
	}
	return nil
}

// errElsewhere tells that another process is running the job at this moment.
var errElsewhere = errors.New("the job is being run elsewhere")

// keep runs one job whenever it is due, until ctx ends; a run under way goes on until work ends.
func (r *Runner) keep(ctx, work context.Context, job Scheduled) {
	var last time.Time // the due time known to be run
	var wait time.Duration
	for {
		due := job.due(r.clock.Now())
		if !due.Equal(last) {
			err := r.runOnce(work, job, due)
			switch {
			case err == nil:
				last, wait = due, 0
				r.Wake()
			case errors.Is(err, errElsewhere): // it may fail there
			case ctx.Err() == nil:
				wait = backoff(wait, r.pace.resume, 5*time.Minute)
				r.log.ErrorContext(ctx, "a scheduled job failed and will be tried again", "job", job.Name, "due", due, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(wait, r.pace.tick)):
		}
	}
}

// RunDue runs every scheduled job whose time has come, here and now: for tests and sample data.
func (r *Runner) RunDue(ctx context.Context) error {
	for _, job := range r.schedule {
		if err := r.runOnce(ctx, job, job.due(r.clock.Now())); err != nil {
			return fmt.Errorf("scheduled job %s: %w", job.Name, err)
		}
	}
	return nil
}

const (
	// Two processes reach for a due job in the same second; the one that comes second need not wait for the first.
	aloneSQL  = `select pg_try_advisory_xact_lock(hashtextextended('scheduled job ' || @job, 0))`
	claimSQL  = `insert into job_run (job, due, at) values (@job, @due, @at) on conflict do nothing`
	forgetSQL = `delete from job_run where job = @job and due < @due::timestamptz - interval '60 days'`
)

func (r *Runner) runOnce(ctx context.Context, job Scheduled, due time.Time) (err error) {
	defer caught(&err)
	return r.db.Change(ctx, func(tx pg.Tx) error {
		alone, err := pg.Value[bool](ctx, tx, aloneSQL, pg.Args{"job": job.Name})
		if err != nil {
			return err
		}
		if !alone {
			return errElsewhere
		}
		claimed, err := pg.Do(ctx, tx, claimSQL, pg.Args{"job": job.Name, "due": due, "at": r.clock.Now()})
		if err != nil || claimed == 0 {
			return err
		}
		if _, err := pg.Do(ctx, tx, forgetSQL, pg.Args{"job": job.Name, "due": due}); err != nil {
			return err
		}
		return job.Run(ctx, tx, due)
	})
}
