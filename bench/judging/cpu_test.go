package judging

import (
	"syscall"
	"testing"
)

// cpu is the processor time this process has used, in seconds: what a machine that is busy with others does not falsify.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// spent reports the processor time of each round, and its share of a ceiling in seconds where there is one.
func spent(b *testing.B, began, ceiling float64) {
	each := (cpu() - began) / float64(b.N)
	b.ReportMetric(each, "cpu_s")
	if ceiling > 0 {
		b.ReportMetric(each/ceiling, "of_ceiling")
	}
}
