package policy

import (
	"testing"
	"time"
)

// What a rule may take is time in which the process runs: on a busy machine it is
// the others' time that passes.
func TestTimeOfOthers(t *testing.T) {
	for gap, want := range map[time.Duration]time.Duration{
		time.Millisecond:      90 * time.Millisecond,
		5 * time.Millisecond:  450 * time.Millisecond,
		10 * time.Millisecond: 900 * time.Millisecond,
		time.Minute:           900 * time.Millisecond,
	} {
		now := time.Now()
		w := watch{limits: defaultLimits, looked: now}
		for range 90 {
			now = now.Add(gap)
			w.count(now)
		}
		if w.ran != want {
			t.Errorf("90 looks, each after %v: it ran for %v, want %v", gap, w.ran, want)
		}
	}
}
