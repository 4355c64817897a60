package terraform

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

// A value that only a provider would know is a symbol: a known string, its
// token, that carries a mark. Because the token is text, jsonencode and
// templatefile still give a document that can be read; because of the mark the
// reference survives functions that lose the token. The token is made of letters
// and digits only, so escaping, splitting and changes of case leave it whole,
// and all tokens are equally long, so that a cut is noticed.
type symbol struct {
	address   string // of the resource, data source or module; "" of what is no resource
	attribute string
	expr      string // as an author would write it
	via       []int  // of a value that was computed: the symbols that flowed into it
}

// token finds tokens in text, whatever happened to their case.
var token = regexp.MustCompile(`(?i)tfr[0-9]{7}x`)

func tokenText(id int) string { return fmt.Sprintf("tfr%07dx", id) }

func tokenID(text string) int {
	id, _ := strconv.Atoi(text[3:10])
	return id
}

// The marks that a value can carry.
type (
	// refMark says that a resource flowed into the value. named is set where the
	// value is text that the configuration gives that resource.
	refMark struct {
		id    int
		named bool
	}
	sensitiveMark struct{} // never to be printed
	guessMark     struct{} // rests on a comparison with something unknown
	// defaultMark says that the value rests on the default of a variable of the root.
	defaultMark struct{ variable string }
)

type symbols struct {
	table []symbol
	index map[[2]string]int
}

// of is the symbol of an attribute of a resource, data source or module.
func (s *symbols) of(address, attribute string) int {
	key := [2]string{address, attribute}
	if id, ok := s.index[key]; ok {
		return id
	}
	expr := address
	if attribute != "" {
		expr += "." + attribute
	}
	s.index[key] = s.add(symbol{address: address, attribute: attribute, expr: expr})
	return s.index[key]
}

// named is the symbol of something unknown that is no resource: a variable.
func (s *symbols) named(expr string) int {
	key := [2]string{"", expr}
	if _, ok := s.index[key]; !ok {
		s.index[key] = s.add(symbol{expr: expr})
	}
	return s.index[key]
}

func (s *symbols) add(x symbol) int {
	if len(s.table) >= maxSymbols {
		return len(s.table) - 1
	}
	s.table = append(s.table, x)
	return len(s.table) - 1
}

// value is the token of a symbol with its mark.
func (s *symbols) value(id int) cty.Value {
	return cty.StringVal(tokenText(id)).Mark(refMark{id: id})
}

// derived is a new token for text that was computed from marked values.
func (s *symbols) derived(expr string, marks ...cty.ValueMarks) cty.Value {
	x := symbol{expr: expr}
	for id := range refsOf(marks...) {
		x.via = append(x.via, id.id)
	}
	slices.Sort(x.via)
	x.via = slices.Compact(x.via)
	key := [2]string{fmt.Sprint(x.via), expr} // the same expression gives the same token each time
	id, ok := s.index[key]
	if !ok {
		id = s.add(x)
		s.index[key] = id
	}
	return s.value(id).WithMarks(marks...)
}

// sources are the resources, data sources and modules behind symbols, in order.
func (s *symbols) sources(ids ...int) []int {
	var out []int
	seen := map[int]bool{}
	var walk func(id int)
	walk = func(id int) {
		if seen[id] || id >= len(s.table) {
			return
		}
		seen[id] = true
		if s.table[id].address != "" {
			out = append(out, id)
		}
		for _, v := range s.table[id].via {
			walk(v)
		}
	}
	for _, id := range ids {
		walk(id)
	}
	return out
}

// symbolise replaces every unknown leaf of a value by a token.
func (s *symbols) symbolise(v cty.Value, expr string) cty.Value {
	if v.IsWhollyKnown() {
		return v
	}
	unmarked, paths := v.UnmarkDeepWithPaths()
	var made []cty.PathValueMarks
	out, err := cty.Transform(unmarked, func(p cty.Path, x cty.Value) (cty.Value, error) {
		if x.IsKnown() {
			return x, nil
		}
		var marks []cty.ValueMarks
		for _, m := range paths {
			if p.HasPrefix(m.Path) {
				marks = append(marks, m.Marks)
			}
		}
		t, own := s.derived(expr, marks...).Unmark()
		made = append(made, cty.PathValueMarks{Path: p.Copy(), Marks: own})
		return t, nil
	})
	if err != nil { // a collection whose elements would no longer be of one type
		return v
	}
	return remark(out, append(paths, made...))
}

// remark puts marks back; where a path is gone they go to the whole value.
func remark(v cty.Value, paths []cty.PathValueMarks) cty.Value {
	var keep []cty.PathValueMarks
	var whole []cty.ValueMarks
	for _, p := range paths {
		p.Path = inMaps(v, p.Path)
		if x, err := p.Path.Apply(v); err == nil && x != cty.NilVal && !inSet(v, p.Path) {
			keep = append(keep, p)
		} else {
			whole = append(whole, p.Marks)
		}
	}
	return v.MarkWithPaths(keep).WithMarks(whole...)
}

// inMaps is a path into an object as a path into what it was converted to, in
// which objects may be maps.
func inMaps(v cty.Value, path cty.Path) cty.Path {
	out := path.Copy()
	for i, step := range out {
		if a, ok := step.(cty.GetAttrStep); ok && v.Type().IsMapType() {
			out[i] = cty.IndexStep{Key: cty.StringVal(a.Name)}
		}
		next, err := out[i].Apply(v)
		if err != nil {
			return path
		}
		v, _ = next.Unmark()
	}
	return out
}

// inSet reports whether a path leads into a set, whose elements cannot be marked.
func inSet(v cty.Value, path cty.Path) bool {
	for _, step := range path {
		if v.Type().IsSetType() {
			return true
		}
		next, err := step.Apply(v)
		if err != nil {
			return true
		}
		v, _ = next.Unmark()
	}
	return false
}

// refsOf are the reference marks among marks.
func refsOf(marks ...cty.ValueMarks) map[refMark]bool {
	out := map[refMark]bool{}
	for _, m := range marks {
		for x := range m {
			if r, ok := x.(refMark); ok {
				out[r] = true
			}
		}
	}
	return out
}

// sortedRefs are the reference marks among marks in the order in which their
// symbols were made.
func sortedRefs(marks ...cty.ValueMarks) []refMark {
	var out []refMark
	for r := range refsOf(marks...) {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b refMark) int {
		if a.id == b.id && a.named != b.named {
			return map[bool]int{true: -1, false: 1}[a.named]
		}
		return cmp.Compare(a.id, b.id)
	})
	return out
}

// uncertain reports whether a definite value rests on something unknown.
func uncertain(marks cty.ValueMarks) bool {
	if _, ok := marks[guessMark{}]; ok {
		return true
	}
	for r := range refsOf(marks) {
		if !r.named {
			return true
		}
	}
	return false
}

func unionMarks(sets ...cty.ValueMarks) cty.ValueMarks {
	out := cty.ValueMarks{}
	for _, marks := range sets {
		for m := range marks {
			out[m] = struct{}{}
		}
	}
	return out
}
