package policy

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// limits bound the evaluation of one rule in one world.
type limits struct {
	time   time.Duration // in which the process runs, for each thousand nodes of the graph begun
	memory uint64        // bytes of heap over what the process had when the rule began
	every  time.Duration // how often the memory is looked at
}

var defaultLimits = limits{time: time.Second, memory: 128 << 20, every: time.Millisecond}

// longestLook is how many times longer than asked for it is until the next look
// while the process runs: a timer waits for a busy scheduler for 10 ms at most. What
// goes beyond is time that others had, on a machine with more to do than it can.
const longestLook = 10

var errMemory = errors.New("it used more memory than a rule may")

// guard runs f under the limits: its context is cancelled when one is reached.
// The engine looks at the context between steps and in the loops of its dearer
// built-ins. What f noticed of that is told by its error.
func (l limits) guard(ctx context.Context, f func(context.Context) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	w := watch{limits: l, ctx: ctx, stop: stop, looked: time.Now()}
	w.start()
	defer w.end()
	err := f(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		if err = cause; errors.Is(err, errMemory) {
			runtime.GC() // what this rule left must not count against the next
		}
	}
	return err
}

// watch stops an evaluation that takes too long or whose process grows beyond the
// limit. Most evaluations have ended before it looks for the first time.
type watch struct {
	limits
	ctx    context.Context
	stop   context.CancelCauseFunc
	looked time.Time     // when it looked last
	ran    time.Duration // how long the process ran until then
	base   uint64        // heap at the first look

	starting sync.Mutex
	timer    *time.Timer
}

func (w *watch) start() {
	w.starting.Lock()
	defer w.starting.Unlock()
	w.timer = time.AfterFunc(w.every, w.look)
}

func (w *watch) end() {
	w.stop(nil)
	w.timer.Stop()
}

func (w *watch) look() {
	w.starting.Lock()
	defer w.starting.Unlock()
	used := heap()
	if w.base == 0 {
		w.base = used
	}
	w.count(time.Now())
	switch {
	case w.ctx.Err() != nil:
	case used > w.base+w.memory:
		w.stop(errMemory)
	case w.ran > w.time:
		w.stop(fmt.Errorf("it ran for more than %v", w.time))
	default:
		w.timer.Reset(w.every)
	}
}

// count adds the time since the last look, as far as the process ran.
func (w *watch) count(now time.Time) {
	w.ran += min(now.Sub(w.looked), longestLook*w.every)
	w.looked = now
}

// heap is the bytes of objects that are live or not yet swept.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
