package source

import (
	"iter"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Kind says which payload of a Value is meaningful.
type Kind uint8

const (
	Unset   Kind = iota // not written; At is the block where it could have been
	Unknown             // written, but deployment decides it
	Null
	Bool
	Number
	String
	List
	Map
)

// String is the word that problems use.
func (k Kind) String() string {
	return [...]string{"unset", "unknown", "null", "boolean", "number", "string", "list", "map"}[k]
}

// Value is one value of a template. Values are never changed once they are made,
// so they may share what lies below them.
type Value struct {
	Kind      Kind
	Sensitive bool // never printed
	Default   bool // rests on the default of a parameter or variable
	// Text is the text of a String, a Number as it was written, "true" or "false"
	// of a Bool; of an Unknown the expression that could not be resolved, as its
	// author would write it.
	Text    string
	Items   []Value // of a List
	Entries []Entry // of a Map, in source order, keys unique
	At      Location

	trace *Trace // nil for most
}

// Trace is what there is to know of a value beside what is written at its place.
// Most values have none of it.
type Trace struct {
	// Parts are the pieces of a text in order: of an Unknown text, and of a String
	// that was put together from several places. Nil where none is known, or the
	// text was written in one place.
	Parts []Part
	Refs  []Ref         // every resource that flowed in, whatever the Kind
	Alts  []Alternative // of an Unknown that an open condition decides: what it can be
	Doc   *Value        // of a String or Unknown: the value that the text encodes as JSON, where it was made from one
	Def   *Location     // where it was written, when At is a place of use (YAML alias, SAM Globals, parameter default)
}

// Trace is all that is known of v beside what is written at its place.
func (v Value) Trace() Trace {
	if v.trace == nil {
		return Trace{}
	}
	return *v.trace
}

// With is v with another trace.
func (v Value) With(t Trace) Value {
	v.trace = nil
	if len(t.Parts) > 0 || len(t.Refs) > 0 || len(t.Alts) > 0 || t.Doc != nil || t.Def != nil {
		kept := t
		v.trace = &kept
	}
	return v
}

// WithParts is v made of other pieces.
func (v Value) WithParts(parts []Part) Value {
	t := v.Trace()
	t.Parts = parts
	return v.With(t)
}

// WithRefs is v with other mentions.
func (v Value) WithRefs(refs []Ref) Value {
	t := v.Trace()
	t.Refs = refs
	return v.With(t)
}

// WithDef is v written elsewhere.
func (v Value) WithDef(def *Location) Value {
	t := v.Trace()
	t.Def = def
	return v.With(t)
}

// Below is v with f applied to everything directly below it: items, values of
// entries, alternatives, the document that the text encodes.
func (v Value) Below(f func(Value) Value) Value {
	v.Items = slices.Clone(v.Items)
	for i := range v.Items {
		v.Items[i] = f(v.Items[i])
	}
	v.Entries = slices.Clone(v.Entries)
	for i := range v.Entries {
		v.Entries[i].Value = f(v.Entries[i].Value)
	}
	if len(v.Alts()) == 0 && v.Doc() == nil {
		return v
	}
	t := v.Trace()
	t.Alts = slices.Clone(t.Alts)
	for i := range t.Alts {
		t.Alts[i].Value = f(t.Alts[i].Value)
	}
	if t.Doc != nil {
		doc := f(*t.Doc)
		t.Doc = &doc
	}
	return v.With(t)
}

// Concealed is v marked as sensitive, and all that is below it.
func (v Value) Concealed() Value {
	v.Sensitive = true
	return v.Below(Value.Concealed)
}

// Parts is the pieces of the text, see [Trace].
func (v Value) Parts() []Part {
	if v.trace == nil {
		return nil
	}
	return v.trace.Parts
}

// Refs is every resource that flowed in, see [Trace].
func (v Value) Refs() []Ref {
	if v.trace == nil {
		return nil
	}
	return v.trace.Refs
}

// Alts is what an open condition makes of v, see [Trace].
func (v Value) Alts() []Alternative {
	if v.trace == nil {
		return nil
	}
	return v.trace.Alts
}

// Doc is the value that the text encodes as JSON, nil where that is not known.
func (v Value) Doc() *Value {
	if v.trace == nil {
		return nil
	}
	return v.trace.Doc
}

// Def is where v was written, nil where that is its place.
func (v Value) Def() *Location {
	if v.trace == nil {
		return nil
	}
	return v.trace.Def
}

// Entry is one key of a Map.
type Entry struct {
	Key   string
	KeyAt Location
	Value Value
}

// Alternative is what a value is under a guard. A value that is absent there
// (AWS::NoValue) is Unset.
type Alternative struct {
	If    Guard
	Value Value
}

// Get follows a path of keys ("*" is no wildcard). A missing key is Unset with
// the place of the block that lacks it; anything below an Unknown is Unknown,
// below alternatives it is the alternatives of what lies there.
func (v Value) Get(path ...string) Value {
	for i, key := range path {
		switch {
		case len(v.Alts()) > 0:
			return v.mapAlts(func(a Value) Value { return a.Get(path[i:]...) })
		case v.Kind == Unknown:
			return Value{Kind: Unknown, Text: v.Text, At: v.At}.WithRefs(v.Refs())
		}
		next, ok := v.Entry(key)
		if !ok {
			return Value{At: v.At}.WithDef(v.Def())
		}
		v = next.Value
	}
	return v
}

// mapAlts is v with f applied to each alternative; what is the same in all of
// them is no longer an alternative.
func (v Value) mapAlts(f func(Value) Value) Value {
	out := Trace{Def: v.Def()}
	same := true
	for _, a := range v.Alts() {
		x := f(a.Value)
		out.Alts = append(out.Alts, Alternative{a.If, x})
		out.Refs = append(out.Refs, x.AllRefs()...)
		same = same && x.Equal(out.Alts[0].Value)
	}
	if same && len(out.Alts) > 0 {
		return out.Alts[0].Value
	}
	return Value{Kind: Unknown, Text: v.Text, At: v.At}.With(out)
}

// Apply is f of v; of alternatives it is the alternatives of what f makes of each,
// or that itself where it is the same for all.
func (v Value) Apply(f func(Value) Value) Value {
	if len(v.Alts()) == 0 {
		return f(v)
	}
	return v.mapAlts(func(a Value) Value { return a.Apply(f) })
}

// Entry is the entry of a key of a Map, and whether there is one.
func (v Value) Entry(key string) (Entry, bool) {
	for i := range v.Entries {
		if v.Entries[i].Key == key {
			return v.Entries[i], true
		}
	}
	return Entry{}, false
}

// Cases yields what v can be, each with the guard under which it is so: v itself
// under no guard where no open condition decides it. Nested alternatives are
// yielded flat. Absent (Unset) cases are yielded too.
func (v Value) Cases() iter.Seq2[Guard, Value] {
	return func(yield func(Guard, Value) bool) { v.cases(nil, yield) }
}

func (v Value) cases(g Guard, yield func(Guard, Value) bool) bool {
	if len(v.Alts()) == 0 {
		return yield(g, v)
	}
	for _, a := range v.Alts() {
		both, ok := g.And(a.If)
		if ok && !a.Value.cases(both, yield) {
			return false
		}
	}
	return true
}

// Elements yields the elements of a List, each with the guard under which it is
// there, with alternatives of the list and of its elements taken apart. A single
// value that is not a List is its own only element, as in IAM and CloudFormation;
// Unset and Null have none. An Unknown that may be a list is yielded as it is.
func (v Value) Elements() iter.Seq2[Guard, Value] {
	return func(yield func(Guard, Value) bool) {
		v.cases(nil, func(g Guard, c Value) bool {
			switch c.Kind {
			case Unset, Null:
				return true
			case List:
				for _, item := range c.Items {
					if !item.cases(g, func(g Guard, x Value) bool { return x.Kind == Unset || yield(g, x) }) {
						return false
					}
				}
				return true
			}
			return yield(g, c)
		})
	}
}

// Fields yields the entries of a Map, each with the guard under which it is
// there, with alternatives of the map and of its values taken apart.
func (v Value) Fields() iter.Seq2[Guard, Entry] {
	return func(yield func(Guard, Entry) bool) {
		v.cases(nil, func(g Guard, c Value) bool {
			for _, e := range c.Entries {
				ok := e.Value.cases(g, func(g Guard, x Value) bool {
					return x.Kind == Unset || yield(g, Entry{e.Key, e.KeyAt, x})
				})
				if !ok {
					return false
				}
			}
			return true
		})
	}
}

// IsKnown reports whether v and everything below it is known.
func (v Value) IsKnown() bool {
	if v.Kind == Unknown {
		return false
	}
	for i := range v.Items {
		if !v.Items[i].IsKnown() {
			return false
		}
	}
	for i := range v.Entries {
		if !v.Entries[i].Value.IsKnown() {
			return false
		}
	}
	return true
}

// AsString is the text of a String, Number or Bool, and whether v is one:
// CloudFormation and Terraform take each where text is wanted.
func (v Value) AsString() (string, bool) {
	switch v.Kind {
	case String, Number, Bool:
		return v.Text, true
	}
	return "", false
}

// maxDigits is the length of a number that is still one: reading a text of digits
// takes time that grows with the square of its length, and 309 are beyond any
// float64.
const maxDigits = 400

// AsNumber is the number that v is or, as text, spells out, and whether it does.
// It is finite.
func (v Value) AsNumber() (float64, bool) {
	if v.Kind != Number && v.Kind != String || len(v.Text) > maxDigits {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(v.Text), 64)
	if err != nil && v.Kind == Number { // 0x1F, 0o17 and 1_000 are numbers in YAML
		i, ok := new(big.Int).SetString(v.Text, 0)
		if !ok {
			return 0, false
		}
		f, _ = new(big.Float).SetInt(i).Float64()
		err = nil
	}
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// AsBool is the boolean that v is or, as text, spells out, and whether it does.
func (v Value) AsBool() (value, ok bool) {
	if v.Kind != Bool && v.Kind != String {
		return false, false
	}
	switch strings.ToLower(v.Text) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// AllRefs is every reference in v and below it, in source order, alternatives
// included.
func (v Value) AllRefs() []Ref {
	if len(v.Items) == 0 && len(v.Entries) == 0 {
		return slices.Clip(v.Refs())
	}
	return v.appendRefs(nil)
}

func (v Value) appendRefs(out []Ref) []Ref {
	out = append(out, v.Refs()...)
	if len(v.Alts()) > 0 { // v.Refs is their union
		return out
	}
	for i := range v.Items {
		out = v.Items[i].appendRefs(out)
	}
	for i := range v.Entries {
		out = v.Entries[i].Value.appendRefs(out)
	}
	return out
}

// Equal reports whether v and w are the same value, wherever they were written.
// Unknown values are equal only where their expression and references are.
func (v Value) Equal(w Value) bool {
	if v.Kind != w.Kind || v.Text != w.Text || len(v.Items) != len(w.Items) || len(v.Entries) != len(w.Entries) ||
		len(v.Refs()) != len(w.Refs()) || len(v.Alts()) != len(w.Alts()) {
		return false
	}
	for i := range v.Items {
		if !v.Items[i].Equal(w.Items[i]) {
			return false
		}
	}
	for i := range v.Entries {
		e := &v.Entries[i]
		if f, ok := w.Entry(e.Key); !ok || !e.Value.Equal(f.Value) {
			return false
		}
	}
	for i := range v.Refs() {
		a, b := v.Refs()[i], w.Refs()[i]
		if a.Address != b.Address || a.Attribute != b.Attribute || a.Import != b.Import {
			return false
		}
	}
	for i := range v.Alts() {
		if !v.Alts()[i].If.Equal(w.Alts()[i].If) || !v.Alts()[i].Value.Equal(w.Alts()[i].Value) {
			return false
		}
	}
	return true
}

// StringOf makes a String that was computed at a place rather than written there.
func StringOf(s string, at Location) Value { return Value{Kind: String, Text: s, At: at} }

// NumberOf makes a Number.
func NumberOf(f float64, at Location) Value {
	return Value{Kind: Number, Text: strconv.FormatFloat(f, 'f', -1, 64), At: at}
}

// BoolOf makes a Bool.
func BoolOf(b bool, at Location) Value {
	return Value{Kind: Bool, Text: strconv.FormatBool(b), At: at}
}

// ListOf makes a List.
func ListOf(at Location, items ...Value) Value { return Value{Kind: List, Items: items, At: at} }

// MapOf makes a Map.
func MapOf(at Location, entries ...Entry) Value {
	return Value{Kind: Map, Entries: entries, At: at}
}

// RefOf makes the Unknown text that a mention of a resource stands for.
func RefOf(r Ref) Value {
	expr := r.Address
	if r.Attribute != "" {
		expr += "." + r.Attribute
	}
	if r.Import != "" {
		expr = "Fn::ImportValue " + r.Import
	}
	refs := []Ref{r}
	return Value{Kind: Unknown, Text: expr, At: r.At}.With(Trace{Refs: refs, Parts: []Part{{Ref: &refs[0], Expr: expr, At: r.At}}})
}

// Pieces is v as pieces of text: its Parts where it has some, one known piece for
// a String, Number or Bool that was written in one place, and a single unknown
// piece where nothing is known.
func (v Value) Pieces() []Part {
	if len(v.Parts()) > 0 {
		return v.Parts()
	}
	if s, ok := v.AsString(); ok {
		return []Part{{Text: s, At: v.At, In: v.At}}
	}
	if v.Kind == Unknown {
		return []Part{{Expr: v.Text, At: v.At}}
	}
	return nil
}
