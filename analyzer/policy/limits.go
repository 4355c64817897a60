package policy

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"time"
)

// limits bound the evaluation of one rule in one world.
type limits struct {
	time   time.Duration // for each thousand nodes of the graph begun
	memory uint64        // bytes of heap over what the process had when the rule began
	every  time.Duration // how often the memory is looked at
}

var defaultLimits = limits{time: time.Second, memory: 128 << 20, every: time.Millisecond}

var errMemory = errors.New("it used more memory than a rule may")

// guard runs f under the limits: its context is cancelled when one is reached.
// The engine looks at the context between steps and in the loops of its dearer
// built-ins. What f noticed of that is told by its error.
func (l limits) guard(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, l.time, fmt.Errorf("it ran for more than %v", l.time))
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	done := make(chan struct{})
	defer close(done)
	go l.watch(done, stop)
	err := f(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		if err = cause; errors.Is(err, errMemory) {
			runtime.GC() // what this rule left must not count against the next
		}
	}
	return err
}

// watch stops an evaluation whose process grows beyond the limit.
func (l limits) watch(done <-chan struct{}, stop context.CancelCauseFunc) {
	tick := time.NewTicker(l.every)
	defer tick.Stop()
	var base uint64
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			now := heap()
			if base == 0 {
				base = now
			}
			if now > base+l.memory {
				stop(errMemory)
			}
		}
	}
}

// heap is the bytes of objects that are live or not yet swept.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
