package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write scripts and generated documentation anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"serverlens": main})
}

// The scripts are what a user types and sees.
func TestScript(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SOURCE_DATE_EPOCH", "1769817600") // 2026-01-31
			e.Setenv("ROOT", root)
			e.Setenv("NEWLINE", "\n")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "fill": fill, "bomb": bomb, "binary": binary, "wrap": wrap},
	})
}

// exits CODE PROGRAM ARG… runs a program and wants its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// fill FILE BYTES writes a template of so many bytes.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	head := "Resources: {Q: {Type: AWS::SQS::Queue}}\n"
	text := head + strings.Repeat("#", n-len(head))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// bomb FILE writes YAML whose aliases stand for a billion nodes.
func bomb(ts *testscript.TestScript, neg bool, args []string) {
	var text strings.Builder
	text.WriteString("AWSTemplateFormatVersion: '2010-09-09'\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n")
	for i := range 9 {
		n, m := strconv.Itoa(i+1), strconv.Itoa(i)
		text.WriteString("x" + n + ": &x" + n + " [" + strings.TrimSuffix(strings.Repeat("*x"+m+", ", 10), ", ") + "]\n")
	}
	text.WriteString("Resources: {Q: {Type: AWS::SQS::Queue, Properties: *x9}}\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text.String()), 0o644))
}

// binary FILE writes what is no text.
func binary(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("\x7fELF\x00\x01Resources::\xff\xfe\x00"), 0o644))
}

// wrap FILE writes a shell script that runs serverlens.
func wrap(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("#!/bin/sh\nexec serverlens \"$@\"\n"), 0o755))
}
