package policy

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// look is one look at something unknown: the name of an attribute of a node, edge
// or entry, of a relation that may have more edges, or (id empty) of a kind that
// may have more nodes.
type look struct {
	id, name string
	more     bool // it is a relation or a kind
}

// witness notes the looks of an evaluation.
type witness struct {
	on      bool
	seen    map[look]int       // to the number of looks before it
	assumed map[look]*ast.Term // what is taken for an attribute that is unknown: no look at it is noted
}

// turn switches the witness on or off and is what it was. A nil witness is off.
func (w *witness) turn(on bool) (was bool) {
	if w == nil {
		return false
	}
	was, w.on = w.on, on
	return was
}

func (w *witness) note(l look) {
	if w == nil || !w.on {
		return
	}
	if w.seen == nil {
		w.seen = map[look]int{}
	}
	if _, again := w.seen[l]; !again {
		w.seen[l] = len(w.seen)
	}
}

// take is what was seen since it was last asked. A nil witness saw nothing.
func (w *witness) take() map[look]int {
	if w == nil {
		return nil
	}
	seen := w.seen
	w.seen = nil
	return seen
}

// look is what is assumed of an unknown attribute; it is noted where nothing is.
func (w *witness) look(l look) *ast.Term {
	if w == nil {
		return nil
	}
	t, assumed := w.assumed[l]
	if !assumed {
		w.note(l)
	}
	return t
}

// isUnknown behind the name of an attribute asks a record whether it is unknown.
// No rule can ask that: the schema has no such name.
const isUnknown = "?"

// watched is an object that notes every look at what it does not hold but might:
// a record, whose fields are made when they are looked at, or, with open set, a
// list: its keys are the numbers from 0, which rules cannot tell from an array.
// The engine reaches documents through these methods only.
type watched struct {
	ast.Object // all of it; of a record only once that is needed
	w          *witness
	id         string
	open       string // the name of the list that may go on
	record     *record
	b          *builder // of the record
	made       []made
}

// made is a field of a record that was looked at.
type made struct {
	name string
	term *ast.Term
}

func (o *watched) Get(k *ast.Term) *ast.Term {
	if o.record == nil {
		t := o.Object.Get(k)
		if t == nil {
			o.w.note(look{o.id, o.open, true})
		}
		return t
	}
	name, ok := k.Value.(ast.String)
	if !ok {
		o.all()
		return nil
	}
	if asked, ok := strings.CutSuffix(string(name), isUnknown); ok {
		return ast.InternedTerm(o.record.hides(asked))
	}
	for _, f := range o.made {
		if f.name == string(name) {
			return f.term
		}
	}
	on := o.w.turn(false)
	t, hidden := o.b.field(o.record, string(name))
	o.w.turn(on)
	if hidden {
		t = o.w.look(look{o.id, string(name), false})
	} else {
		o.made = append(o.made, made{string(name), t})
	}
	return t
}

func (o *watched) Find(path ast.Ref) (ast.Value, error) {
	if len(path) == 0 {
		return o, nil
	}
	if t := o.Get(path[0]); t != nil {
		return t.Value.Find(path[1:])
	}
	return nothing.Find(path)
}

var nothing = ast.NewObject()

// all is the object for whatever depends on its whole content.
func (o *watched) all() ast.Object {
	if o.record == nil {
		o.w.note(look{o.id, o.open, true})
		return o.Object
	}
	for _, m := range o.record.hidden() {
		o.w.note(look{o.id, m, false})
	}
	if o.Object == nil {
		on := o.w.turn(false)
		o.Object = o.b.whole(o.record)
		o.w.turn(on)
	}
	return o.Object
}

// Hash tells a record by its id alone, and a list by whose it is: that says nothing
// of what is in it.
func (o *watched) Hash() int { return ast.String(o.id + o.open).Hash() }

func (o *watched) IsGround() bool { return true }

func bare(v ast.Value) ast.Value {
	if o, ok := v.(*watched); ok {
		return o.all()
	}
	return v
}

func (o *watched) Compare(v ast.Value) int                       { return o.all().Compare(bare(v)) }
func (o *watched) Equal(v ast.Value) bool                        { return o.all().Compare(bare(v)) == 0 }
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
