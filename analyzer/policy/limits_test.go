package policy

import (
	"fmt"
	"testing"
	"time"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
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

// What a rule is undecided about ends by a count, so that every machine lists the
// same.
func TestUndecidedEnd(t *testing.T) {
	g := graph.New()
	for i := range maxTrials + 10 {
		g.Add(&graph.Node{ID: fmt.Sprint("Q", i), Kind: graph.Queue, Attrs: map[string]source.Value{
			"visibility_timeout_s": {Kind: source.Unknown},
		}})
	}
	e := engineOf(t, map[string]string{
		"short": `findings contains {"at": [q.id, "visibility_timeout_s"], "message": "m"} if { some q in input.queues; q.visibility_timeout_s < 30 }`,
	})
	r := e.Check(t.Context(), g, Options{})
	if len(r.Undecided) != maxTrials || len(r.Failures) != 0 {
		t.Errorf("%d undecided, want %d; failures %v", len(r.Undecided), maxTrials, r.Failures)
	}
}
