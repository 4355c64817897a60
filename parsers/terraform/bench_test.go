package terraform

import (
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// BenchmarkLoad reads and evaluates roots of testdata; the first uses what most
// roots do, the second calls registry modules that shims stand for.
func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"plain", "documents", "shims"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tree, err := source.OpenTree("testdata/"+name, 0)
				if err != nil {
					b.Fatal(err)
				}
				Load(tree, ".", Options{})
				tree.Close()
			}
		})
	}
}
