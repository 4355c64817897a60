package main

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkLint is the whole job, less the start of the process.
func BenchmarkLint(b *testing.B) {
	for _, w := range []struct {
		name string
		make func(dir string)
	}{
		{"one", func(dir string) { stacks(b, dir, "template.yaml", 1, samStack) }},
		{"sam", func(dir string) { stacks(b, dir, "template.yaml", 100, samStack) }},
		{"terraform", func(dir string) { stacks(b, dir, "main.tf", 100, terraformStack) }},
		{"large", func(dir string) { write(b, filepath.Join(dir, "template.yaml"), stack(samHead, samUnits, 0, 1000)) }},
	} {
		b.Run(w.name, func(b *testing.B) {
			dir := b.TempDir()
			w.make(dir)
			b.ReportAllocs()
			for b.Loop() {
				var problems strings.Builder
				if code := run(context.Background(), []string{"lint", "--exit-zero", dir}, nil, io.Discard, &problems); code != exitOK {
					b.Fatal(code, problems.String())
				}
			}
		})
	}
}
