package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// look is one look at something unknown: the name of an attribute or relation of
// a node, edge or entry, or (id empty) the array of a kind.
type look struct{ id, name string }

// witness notes the looks of an evaluation.
type witness struct {
	on   bool
	seen map[look]bool
}

func (w *witness) note(l look) {
	if !w.on {
		return
	}
	if w.seen == nil {
		w.seen = map[look]bool{}
	}
	w.seen[l] = true
}

// take is what was seen since it was last asked. A nil witness saw nothing.
func (w *witness) take() map[look]bool {
	if w == nil {
		return nil
	}
	seen := w.seen
	w.seen = nil
	return seen
}

// watched is an object that notes every look at what it does not hold but might.
// With open set it stands for a list: its keys are the numbers from 0, which rules
// cannot tell from an array. The engine reaches documents through these methods
// only.
type watched struct {
	ast.Object
	w       *witness
	id      string
	missing []string // names that are unknown
	open    string   // the name of the list that may go on
}

func (o *watched) Get(k *ast.Term) *ast.Term {
	t := o.Object.Get(k)
	if t != nil {
		return t
	}
	if o.open != "" {
		o.w.note(look{o.id, o.open})
		return nil
	}
	if name, ok := k.Value.(ast.String); ok {
		for _, m := range o.missing {
			if m == string(name) {
				o.w.note(look{o.id, m})
			}
		}
		return nil
	}
	o.all()
	return nil
}

func (o *watched) Find(path ast.Ref) (ast.Value, error) {
	if len(path) == 0 {
		return o, nil
	}
	if t := o.Get(path[0]); t != nil {
		return t.Value.Find(path[1:])
	}
	return o.Object.Find(path)
}

// all is the object for whatever depends on its whole content.
func (o *watched) all() ast.Object {
	if o.open != "" {
		o.w.note(look{o.id, o.open})
	}
	for _, m := range o.missing {
		o.w.note(look{o.id, m})
	}
	return o.Object
}

func bare(v ast.Value) ast.Value {
	if o, ok := v.(*watched); ok {
		return o.all()
	}
	return v
}

func (o *watched) Compare(v ast.Value) int                       { return o.all().Compare(bare(v)) }
func (o *watched) Equal(v ast.Value) bool                        { return o.all().Compare(bare(v)) == 0 }
func (o *watched) Hash() int                                     { return o.all().Hash() }
func (o *watched) Len() int                                      { return o.all().Len() }
func (o *watched) Keys() []*ast.Term                             { return o.all().Keys() }
func (o *watched) KeysIterator() ast.ObjectKeysIterator          { return o.all().KeysIterator() }
func (o *watched) Iter(f func(*ast.Term, *ast.Term) error) error { return o.all().Iter(f) }
func (o *watched) Until(f func(*ast.Term, *ast.Term) bool) bool  { return o.all().Until(f) }
func (o *watched) Foreach(f func(*ast.Term, *ast.Term))          { o.all().Foreach(f) }
func (o *watched) Copy() ast.Object                              { return o.all().Copy() }
func (o *watched) String() string                                { return o.all().String() }
func (o *watched) MarshalJSON() ([]byte, error)                  { return []byte(o.all().String()), nil }
func (o *watched) Diff(x ast.Object) ast.Object                  { return o.all().Diff(x) }
func (o *watched) Intersect(x ast.Object) [][3]*ast.Term         { return o.all().Intersect(x) }
func (o *watched) Merge(x ast.Object) (ast.Object, bool)         { return o.all().Merge(x) }
func (o *watched) Filter(x ast.Object) (ast.Object, error)       { return o.all().Filter(x) }
func (o *watched) Map(f func(*ast.Term, *ast.Term) (*ast.Term, *ast.Term, error)) (ast.Object, error) {
	return o.all().Map(f)
}
func (o *watched) MergeWith(x ast.Object, f func(*ast.Term, *ast.Term) (*ast.Term, bool)) (ast.Object, bool) {
	return o.all().MergeWith(x, f)
}
