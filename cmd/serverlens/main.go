// Command serverlens says which architecture a serverless template implements
// and what is wrong with it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
)

func main() {
	pace()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// pace has garbage collected when there are 56 MiB of it or, where that is more,
// three fifths of what is in use: a template is linted without a collection, a
// hundred with one or two, and a thousand in no more memory.
func pace() {
	const least = 56 << 20
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(int(max(60, 100*least/max(live[0].Value.Uint64(), 4<<20))))
	runtime.AddCleanup(&struct{ *int }{}, func(struct{}) { pace() }, struct{}{}) // again after the next collection
}

// Exit codes, the same for every command.
const (
	exitOK          = 0
	exitFindings    = 1   // findings at or above the threshold
	exitUsage       = 2   // usage or configuration, nothing to analyse
	exitIncomplete  = 3   // something that was asked for could not be analysed; the rest is reported
	exitInterrupted = 130 // by a signal
)

// exit ends a command with a code; the error, if there is one, is printed.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

// run is main with everything that it touches handed in.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	cmd := root()
	cmd.SetIn(stdin)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	args, err := withVerb(cmd, args)
	if err == nil {
		cmd.SetArgs(args)
		err = interruptible(ctx, func() error { return cmd.ExecuteContext(ctx) })
	}
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "serverlens: interrupted")
		return exitInterrupted
	}
	var e exit
	switch {
	case err == nil:
		return exitOK
	case !errors.As(err, &e): // cobra's own: an unknown command or flag
		e = exit{exitUsage, err}
	}
	if e.err != nil {
		fmt.Fprintf(stderr, "serverlens: %s\n", strings.TrimSpace(e.err.Error()))
	}
	return e.code
}

// interruptible calls f and leaves it behind when it is interrupted: what waits for
// standard input or is deep in a template does not look at the context.
func interruptible(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
