package policy_test

import (
	"context"
	"testing"

	"github.com/serverlens/serverlens/analyzer/policy"
)

func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		if _, err := policy.Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	e := builtin(b)
	for _, f := range fixtures(b) {
		if f.file != "timeouts/visibility-margin/testdata/avoid.yaml" {
			continue
		}
		g := f.graph(b)
		b.ResetTimer()
		for b.Loop() {
			e.Check(context.Background(), g, policy.Options{Date: today})
		}
	}
}
