package cloudformation

import (
	"os"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// BenchmarkLoad reads and evaluates one small template.
func BenchmarkLoad(b *testing.B) {
	text, err := os.ReadFile("testdata/places/shop.yaml")
	if err != nil {
		b.Fatal(err)
	}
	part, err := os.ReadFile("testdata/places/part.yaml")
	if err != nil {
		b.Fatal(err)
	}
	tree := source.MemoryTree(map[string][]byte{"shop.yaml": text, "part.yaml": part})
	b.SetBytes(int64(len(text) + len(part)))
	b.ReportAllocs()
	for b.Loop() {
		Load(tree, "shop.yaml", Options{})
	}
}
