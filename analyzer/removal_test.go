package analyzer_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/parsers/source"
)

// Each edge of the evidence of a Terraform root stands on an argument, an item or a
// block: blotted out of the text, the edge is gone from the match.
func TestTerraformEvidenceStandsOnText(t *testing.T) {
	edges, unplaced := 0, 0
	for _, x := range roots(t) {
		stack := x.load()
		r, _ := found(stack)
		for _, m := range r.Present {
			for e := range evidence(m) {
				edges++
				less, ok := x.blotted(stack, e.At)
				if !ok {
					unplaced++
					t.Logf("%s: %s stands on no text of the root, %v", x.name, e.ID, e.At)
					continue
				}
				r, _ := found(less.load())
				for _, o := range r.Present {
					if o.Pattern == m.Pattern && slices.ContainsFunc(slices.Collect(keys(evidence(o))), func(o *graph.Edge) bool { return sameEdge(o, e) }) {
						t.Errorf("%s: %s of %s is still there without what it stands on, %v", x.name, e.ID, m.Pattern.ID, e.At)
					}
				}
			}
		}
	}
	t.Logf("%d edges, %d of them stand on no text of the root", edges, unplaced)
	if 20*unplaced > edges {
		t.Errorf("%d of %d edges stand on no text", unplaced, edges)
	}
}

// Without the text of all that plays a required role the pattern is gone, or partial,
// or lacks that role.
func TestTerraformRolesCarryWeight(t *testing.T) {
	roles := 0
	for _, x := range roots(t) {
		stack := x.load()
		r, _ := found(stack)
		for _, m := range r.Present {
			for _, f := range m.Roles {
				if !f.Role.Required {
					continue
				}
				roles++
				again, _ := found(x.without(stack, f).load())
				for _, o := range again.Present {
					if o.Pattern == m.Pattern && !o.Partial {
						t.Errorf("%s: %s is complete without its %s\n%s", x.name, m.Pattern.ID, f.Role.Name, answer(again))
					}
				}
			}
		}
	}
	t.Logf("%d roles taken away", roles)
}

// without is the root without what plays a role: the nodes, and where they are
// mentioned, for what is mentioned and not declared is there outside.
func (x root) without(s *source.Stack, f patterns.Filled) root {
	var places []source.Location
	for _, n := range f.Nodes {
		places = append(places, n.At)
	}
	for _, e := range f.Edges {
		places = append(places, e.At)
	}
	x, _ = x.blotted(s, places...)
	return x
}

// blotted is the root with blanks for the innermost arguments, items or blocks that
// hold some places; all else stays where it is. Of other documents the whole goes.
func (x root) blotted(s *source.Stack, places ...source.Location) (less root, ok bool) {
	files := map[string][]byte{}
	all := x.configurations(s)
	ok = true
	for _, at := range places {
		src, there := files[at.File()]
		if !there {
			src, there = x.files[at.File()]
		}
		r := hcl.Range{End: hcl.Pos{Byte: len(src)}}
		if i := slices.IndexFunc(all, func(c configuration) bool { return c.file == at.File() }); i >= 0 {
			r, there = all[i].innermost(at)
		}
		if ok = ok && there; there {
			files[at.File()] = blanks(src, r)
		}
	}
	return x.with(files), ok
}

// innermost is the smallest part of a file that can be left out and holds a place.
func (c configuration) innermost(at source.Location) (best hcl.Range, ok bool) {
	better := func(r hcl.Range) {
		if r.Start.Byte <= int(at.Offset) && int(at.Offset) < r.End.Byte && (!ok || r.End.Byte-r.Start.Byte < best.End.Byte-best.Start.Byte) {
			best, ok = r, true
		}
	}
	var within func(b *hclsyntax.Body)
	within = func(b *hclsyntax.Body) {
		for _, a := range b.Attributes {
			better(a.SrcRange)
			visit(a.Expr, func(n hclsyntax.Node) bool {
				switch e := n.(type) {
				case *hclsyntax.ObjectConsExpr:
					for _, i := range e.Items {
						better(c.withComma(hcl.RangeBetween(i.KeyExpr.Range(), i.ValueExpr.Range())))
					}
				case *hclsyntax.TupleConsExpr:
					for _, i := range e.Exprs {
						better(c.withComma(i.Range()))
					}
				}
				return true
			})
		}
		for _, x := range b.Blocks {
			better(wholeOf(x))
			within(x.Body)
		}
	}
	within(c.body)
	return best, ok
}

// withComma is a part of a list or an object with the comma behind it.
func (c configuration) withComma(r hcl.Range) hcl.Range {
	rest := c.src[r.End.Byte:]
	if after := bytes.TrimLeft(rest, " \t\r\n"); len(after) > 0 && after[0] == ',' {
		r.End.Byte += len(rest) - len(after) + 1
	}
	return r
}

// blanks is a text with blanks for a part of it, line by line.
func blanks(src []byte, r hcl.Range) []byte {
	out := bytes.Clone(src)
	for i := r.Start.Byte; i < r.End.Byte; i++ {
		if out[i] != '\n' {
			out[i] = ' '
		}
	}
	return out
}
