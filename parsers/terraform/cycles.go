package terraform

import (
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// cycles reports resources that need each other. Evaluation does not see them: it
// goes attribute by attribute, and Terraform resource by resource.
func (p *project) cycles(s *source.Stack) {
	index := map[string]int{}
	for i, r := range s.Resources {
		index[r.Address] = i
	}
	next := make([][]int, len(s.Resources))
	for i, r := range s.Resources {
		for _, ref := range append(r.Properties.AllRefs(), r.Metadata.AllRefs()...) {
			if j, ok := index[ref.Address]; ok {
				next[i] = append(next[i], j)
			}
		}
	}
	for _, ring := range rings(next) {
		var names []string
		for _, i := range ring {
			names = append(names, s.Resources[i].Address)
		}
		p.problemAt(source.Error, s.Resources[ring[0]].At, "resources that need each other: %s", strings.Join(names, ", "))
	}
}

// rings are the strongly connected parts of a graph with more than one node, or
// one that leads to itself (R. Tarjan's algorithm, without recursion).
func rings(next [][]int) [][]int {
	const unseen = -1
	number, low := make([]int, len(next)), make([]int, len(next))
	onStack := make([]bool, len(next))
	for i := range number {
		number[i] = unseen
	}
	type frame struct{ node, edge int }
	var out [][]int
	var stack []int
	count := 0
	for root := range next {
		if number[root] != unseen {
			continue
		}
		frames := []frame{{root, 0}}
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			v := f.node
			if f.edge == 0 && number[v] == unseen {
				number[v], low[v] = count, count
				count++
				stack, onStack[v] = append(stack, v), true
			}
			if f.edge < len(next[v]) {
				w := next[v][f.edge]
				f.edge++
				if number[w] == unseen {
					frames = append(frames, frame{w, 0})
				} else if onStack[w] {
					low[v] = min(low[v], number[w])
				}
				continue
			}
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				parent := frames[len(frames)-1].node
				low[parent] = min(low[parent], low[v])
			}
			if low[v] != number[v] {
				continue
			}
			var ring []int
			for {
				w := stack[len(stack)-1]
				stack, onStack[w] = stack[:len(stack)-1], false
				ring = append([]int{w}, ring...)
				if w == v {
					break
				}
			}
			if len(ring) > 1 {
				out = append(out, ring)
			}
		}
	}
	return out
}
