package aws

import (
	"cmp"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// row is what one resource type is in the graph. CloudFormation's and
// Terraform's spelling of everything stand side by side in it.
type row struct {
	kind  graph.Kind         // of its node; "" for a type that only makes edges or is followed
	cfn   cloudFormationType // such as (*sqs.Queue)(nil); nil for a type that only Terraform has
	newer string             // CloudFormation type that is newer than goformation's last release
	tf    string             // Terraform types, several apart by a blank
	name  prop               // physical name
	is    prop               // what names the resource that this one is only another name of (alias, version, deployment); with a kind: where it is written
	// sameAs finds the resource with which one shares its node, nil if none.
	sameAs func(*builder, *resource) *resource
	of     prop // what names the resource whose attributes are written here
	attrs  []attr
	links  []link
	// make adds what the row cannot say. It runs when all nodes and links are there.
	make func(*builder, *resource)
}

// cloudFormationType is what goformation's resource structs say of themselves.
type cloudFormationType interface{ AWSCloudFormationType() string }

// types is every spelling of the row's resource type.
func (r *row) types() []string {
	out := strings.Fields(r.tf)
	if r.cfn != nil {
		out = append(out, r.cfn.AWSCloudFormationType())
	}
	if r.newer != "" {
		out = append(out, r.newer)
	}
	return out
}

// prop is the path of a property in both formats: keys with dots between them,
// [] after a list of which every element is meant, * for whichever key has what
// follows, "." alone for the value itself. Terraform's nested blocks are lists of
// one and need no []. "" where a format has no such property.
type prop struct{ cfn, tf string }

// scalar is the type of an attribute in the rules' input.
type scalar string

const (
	text   scalar = "string"
	number scalar = "number"
	flag   scalar = "boolean"
	// entries is a map of texts. Rules see a list of entries, each with the name,
	// the value and an id of its own, so that they can find something at one.
	entries scalar = "entries"
)

// attr is one attribute of a node or of an edge.
type attr struct {
	name   string // snake_case, with its unit
	typ    scalar
	enum   []string
	at     prop
	def    any    // what AWS assumes where it is not written: string, int, float64 or bool; nil if nothing
	least  int    // of a number: the smallest that AWS takes
	most   int    // and the largest; 0 if none is documented
	always string // what it is for every resource of the row; at is then empty
	source string // of the fact: the AWS page by name
	doc    string // one sentence for whoever writes a rule
	// as makes the attribute of what stands at at; its second argument is the
	// resource's name, for what is not written.
	as func(source.Value, source.Location) source.Value
	// read replaces at where a path does not say it. in is the resource's
	// properties, or for an edge the element that the edge stands for.
	read func(b *builder, r *resource, in source.Value) source.Value
}

// link is one edge that properties state: from the resource, or the node that
// from names, to the resource or the node that to names. Its basis is Declared.
type link struct {
	rel      graph.Relation
	each     prop // list of which every element is an edge; the other paths are then relative to the element
	from, to prop // both empty at once is no link; the empty one is the resource itself
	// findFrom and findTo replace from and to where a path does not say it; in is
	// what the link stands for, as for attr.read.
	findFrom, findTo func(b *builder, r *resource, in source.Value) []end
	toKinds          []graph.Kind // of what to names, where it can be of few
	mode             string
	attrs            []attr
	dead             prop           // dead-letter target of this edge
	deadFrom         graph.Kind     // which end the dead letter starts at: the kind of the end; "" for From
	deadRel          graph.Relation // DeadLettersTo unless set
}

// get is the value of a property of v.
func (r *resource) get(v source.Value, p prop) source.Value {
	path := p.cfn
	if r.terraform() {
		path = p.tf
	}
	switch path {
	case "":
		return source.Value{At: v.At}
	case ".":
		return v
	}
	return r.dig(v, path)
}

// isAlias reports whether the resource is only another name of another one.
func (r *resource) isAlias() bool {
	if r.row == nil || r.row.is == (prop{}) {
		return false
	}
	return r.row.kind == "" || r.get(r.Properties, r.row.is).Kind != source.Unset
}

// dig follows a path and sees through alternatives, lists and encoded text: a
// list on the way stands for its only element, or with [] for all of them.
func (r *resource) dig(v source.Value, path string) source.Value {
	for path != "" {
		if len(v.Alts()) > 0 {
			return v.Apply(func(v source.Value) source.Value { return r.dig(v, path) })
		}
		if v.Kind == source.List && len(v.Items) == 1 {
			v = v.Items[0]
			continue
		}
		v = r.decoded(v)
		key, rest, _ := strings.Cut(path, ".")
		name, all := strings.CutSuffix(key, "[]")
		if name == "*" {
			return r.digAny(v, rest)
		}
		if v = v.Get(name); all && rest != "" {
			return r.digEach(v, rest)
		}
		path = rest
	}
	return v
}

// digEach is the list of what lies at a path below each element of a list; a list
// there stands for its elements.
func (r *resource) digEach(v source.Value, path string) source.Value {
	var items []source.Value
	for g, x := range r.decoded(v).Elements() {
		for inner, y := range r.dig(x, path).Elements() {
			when, ok := g.And(inner)
			if !ok {
				continue
			}
			if len(when) > 0 {
				y = source.Value{Kind: source.Unknown, At: y.At}.With(source.Trace{Refs: y.Refs(), Alts: []source.Alternative{{If: when, Value: y}}})
			}
			items = append(items, y)
		}
	}
	return source.ListOf(v.At, items...)
}

// digAny is what lies at a path below the first key that has it.
func (r *resource) digAny(v source.Value, path string) source.Value {
	for _, e := range v.Entries {
		if x := r.dig(e.Value, path); x.Kind != source.Unset {
			return x
		}
	}
	return v.Get("*")
}

// maxWithin bounds the bytes of text that are read as documents in one graph: a
// text that is written once may be mentioned by any number of resources.
const maxWithin = 64 << 20

// decoded is what a text encodes, where something below a text is asked for, and
// else v. What is wrong with the text is said by who reads it as a document.
func (r *resource) decoded(v source.Value) source.Value {
	if v.Kind != source.String && v.Kind != source.Unknown {
		return v
	}
	out, _ := r.within(v)
	return out
}

// within reads the document that a text holds.
func (r *resource) within(v source.Value) (source.Value, []source.Problem) {
	if r.readable != nil && v.Doc() == nil {
		for _, c := range v.Cases() {
			for _, p := range c.Pieces() {
				*r.readable -= len(p.Text)
			}
		}
		if *r.readable < 0 {
			return source.Value{Kind: source.Unknown, Text: "a document", At: v.At}.WithRefs(v.Refs()), []source.Problem{{
				Severity: source.Error, At: v.At, Summary: "there is more text inside texts than is read",
			}}
		}
	}
	return document.Within(r.file, v)
}

func (r *resource) file(name string) []byte { return r.stack.Files[name] }

func (r *resource) terraform() bool { return !strings.Contains(r.Type, "::") }

// present is whether a value is written, in each alternative; at is the place
// where it is not.
func present(v source.Value, at source.Location) source.Value {
	return v.Apply(func(v source.Value) source.Value {
		if v.Kind == source.Unset || v.Kind == source.Null || v.Kind == source.List && len(v.Items) == 0 {
			return source.BoolOf(false, at)
		}
		return source.BoolOf(true, v.At)
	})
}

// equals is whether a value is a certain text, in each alternative: false where it
// is not written.
func equals(text string) func(source.Value, source.Location) source.Value {
	return func(v source.Value, at source.Location) source.Value {
		return v.Apply(func(v source.Value) source.Value {
			switch v.Kind {
			case source.Unknown:
				return v
			case source.Unset, source.Null:
				return source.BoolOf(false, at)
			}
			return source.BoolOf(v.Text == text, v.At)
		})
	}
}

// Attribute is what rules may read of a node or an edge.
type Attribute struct {
	Name    string
	Type    string   // JSON Schema type: string, number, boolean; or entries, a map of texts
	Enum    []string // all values, if they are few
	Default string   // what AWS assumes, "" if nothing
	Least   int      // of a number: the smallest that AWS takes
	Most    int      // and the largest; 0 if none is documented
	Doc     string
	Source  string // of the facts
}

// NodeAttributes is the attributes of a kind, sorted by name.
func NodeAttributes(k graph.Kind) []Attribute { return attributes(attrsOf(k)) }

func attrsOf(k graph.Kind) []attr {
	var all []attr
	for _, r := range rows {
		if r.kind == k {
			all = append(all, r.attrs...)
		}
	}
	return append(all, computed[k]...)
}

// EdgeAttributes is the attributes of the edges of a relation, sorted by name.
func EdgeAttributes(rel graph.Relation) []Attribute { return attributes(attrsOfEdges(rel)) }

func attrsOfEdges(rel graph.Relation) []attr {
	var all []attr
	for _, r := range rows {
		for _, l := range r.links {
			if l.rel == rel {
				all = append(all, l.attrs...)
			}
		}
	}
	return append(all, edgeAttrs[rel]...)
}

func attributes(all []attr) []Attribute {
	var out []Attribute
	for _, a := range all {
		i := slices.IndexFunc(out, func(o Attribute) bool { return o.Name == a.name })
		if i < 0 {
			out = append(out, Attribute{Name: a.name, Type: string(a.typ), Enum: a.enum, Default: literal(a.def).Text, Least: a.least, Most: a.most, Doc: a.doc, Source: a.source})
			continue
		}
		out[i].Doc = cmp.Or(out[i].Doc, a.doc)
		out[i].Source = cmp.Or(out[i].Source, a.source)
		out[i].Least, out[i].Most = cmp.Or(out[i].Least, a.least), cmp.Or(out[i].Most, a.most)
		for _, v := range a.enum {
			if !slices.Contains(out[i].Enum, v) {
				out[i].Enum = append(slices.Clip(out[i].Enum), v)
			}
		}
	}
	slices.SortFunc(out, func(a, b Attribute) int { return strings.Compare(a.Name, b.Name) })
	return out
}
