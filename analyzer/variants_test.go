package analyzer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// A variant is another spelling of a template that means the same.
var variants = []struct {
	name string
	of   func(template, source.Value) (template, source.Value)
}{
	{"as JSON", func(x template, v source.Value) (template, source.Value) { return x, v }},
	{"shuffled", func(x template, v source.Value) (template, source.Value) { return x, shuffled(v) }},
	{"Ref as Fn::Sub", func(x template, v source.Value) (template, source.Value) { return x, substituted(v, idsOf(v)) }},
	{"renamed", renamed},
}

// The order of resources, the format, the form of references and every name that
// an author chooses are without meaning. Sagas may lean on words, to medium
// confidence at most; those that do are listed.
func TestNamesAndOrderProveNothing(t *testing.T) {
	byWords := 0
	for _, x := range append(fixtures(t), corpusTemplates(t)...) {
		stack := x.load()
		tree, _ := document.Parse(x.path, x.files[x.path])
		if stack == nil || tree.Kind != source.Map {
			continue
		}
		r, _ := found(stack)
		want := answer(r)
		for _, variant := range variants {
			y, v := variant.of(x.with(x.path), tree)
			y.files[y.path] = []byte(asJSON(v))
			stack := y.load()
			if stack == nil {
				t.Errorf("%s %s is no template", x.name, variant.name)
				continue
			}
			r, _ := found(stack)
			switch got := answer(r); {
			case got == want:
			case variant.name == "renamed" && strings.Contains(want, "primary saga"):
				byWords++
				t.Logf("%s is a saga by its words", x.name)
			default:
				t.Errorf("%s %s is another:\n%swant\n%s", x.name, variant.name, got, want)
			}
		}
	}
	t.Logf("%d sagas by their words", byWords)
}

// What the patterns see of any stack, Terraform's too, is without names and order:
// the ids and names of the graph say nothing, but for the addresses of others.
func TestGraphNamesProveNothing(t *testing.T) {
	for _, x := range stacks(t) {
		r, g := found(x.Stack)
		got, want := answer(patterns.Find(renamedGraph(g))), answer(r)
		if got != want && !strings.Contains(want, "primary saga") {
			t.Errorf("%s is another:\n%swant\n%s", x.name, got, want)
		}
	}
}

// renamedGraph is a graph with other ids and names, in another order.
func renamedGraph(g *graph.Graph) *graph.Graph {
	out := graph.New()
	random := rand.New(rand.NewSource(1))
	to := map[*graph.Node]*graph.Node{}
	for _, i := range random.Perm(len(g.Nodes)) {
		n := *g.Nodes[i]
		if n.Kind != graph.External {
			n.ID, n.Name = fmt.Sprintf("r%d", len(to)), ""
		}
		n.Attrs = maps.Clone(n.Attrs)
		delete(n.Attrs, "comment")
		to[g.Nodes[i]] = out.Add(&n)
	}
	for old, n := range to {
		if parent, ok := old.Attrs["parent"].AsString(); ok {
			n.Attrs["parent"] = source.StringOf(to[g.Node(parent)].ID, n.At)
		}
	}
	for _, i := range random.Perm(len(g.Edges)) {
		e := *g.Edges[i]
		e.From, e.To = to[e.From], to[e.To]
		out.Connect(&e)
	}
	return out
}

// with is a copy of a template under another path, without its text.
func (x template) with(path string) template {
	files := map[string][]byte{}
	for name, text := range x.files {
		if name != x.path {
			files[name] = text
		}
	}
	return template{name: x.name, path: path, files: files}
}

// asJSON writes a value as JSON.
func asJSON(v source.Value) string {
	var out strings.Builder
	writeJSON(&out, v)
	return out.String()
}

func writeJSON(out *strings.Builder, v source.Value) {
	quote := func(s string) {
		text, _ := json.Marshal(s)
		out.Write(text)
	}
	switch v.Kind {
	case source.Map:
		out.WriteByte('{')
		for i, e := range v.Entries {
			if i > 0 {
				out.WriteString(",\n")
			}
			quote(e.Key)
			out.WriteString(": ")
			writeJSON(out, e.Value)
		}
		out.WriteByte('}')
	case source.List:
		out.WriteByte('[')
		for i, x := range v.Items {
			if i > 0 {
				out.WriteString(", ")
			}
			writeJSON(out, x)
		}
		out.WriteByte(']')
	case source.Null:
		out.WriteString("null")
	case source.Bool:
		out.WriteString(v.Text)
	case source.Number:
		if json.Valid([]byte(v.Text)) {
			out.WriteString(v.Text)
		} else {
			quote(v.Text)
		}
	default:
		quote(v.Text)
	}
}

// mapped is a copy of a value with the change made to every part of it, from the
// outside in; path is the keys that lead there.
func mapped(v source.Value, path []string, change func(source.Value, []string) (source.Value, bool)) source.Value {
	v, whole := change(v, path)
	if whole {
		return v
	}
	v.Items, v.Entries = slices.Clone(v.Items), slices.Clone(v.Entries)
	for i := range v.Items {
		v.Items[i] = mapped(v.Items[i], append(path, "[]"), change)
	}
	for i := range v.Entries {
		v.Entries[i].Value = mapped(v.Entries[i].Value, append(path, v.Entries[i].Key), change)
	}
	return v
}

func idsOf(v source.Value) []string {
	var out []string
	for _, e := range v.Get("Resources").Entries {
		out = append(out, e.Key)
	}
	return out
}

// shuffled is a template with its resources in another order.
func shuffled(v source.Value) source.Value {
	return mapped(v, nil, func(v source.Value, path []string) (source.Value, bool) {
		if len(path) == 1 && path[0] == "Resources" {
			v.Entries = slices.Clone(v.Entries)
			rand.New(rand.NewSource(1)).Shuffle(len(v.Entries), func(i, j int) { v.Entries[i], v.Entries[j] = v.Entries[j], v.Entries[i] })
		}
		return v, false
	})
}

// needRef is the keys below which SAM understands a reference in one form only.
var needRef = []string{"Events", "Auth", "Connectors", "Source", "Destination", "RestApiId", "ApiId", "Layers"}

// substituted is a template with each Ref of a resource as Fn::Sub.
func substituted(v source.Value, ids []string) source.Value {
	return mapped(v, nil, func(v source.Value, path []string) (source.Value, bool) {
		if v.Kind != source.Map || len(v.Entries) != 1 || v.Entries[0].Key != "Ref" || !slices.Contains(ids, v.Entries[0].Value.Text) ||
			slices.ContainsFunc(path, func(key string) bool { return slices.Contains(needRef, key) }) {
			return v, false
		}
		text := source.StringOf("${"+v.Entries[0].Value.Text+"}", v.At)
		return source.MapOf(v.At, source.Entry{Key: "Fn::Sub", Value: text}), true
	})
}

var (
	isDefinition = regexp.MustCompile(`\.(json|ya?ml)$`)
	inText       = regexp.MustCompile(`\$\{(\w+)`)
	nameKeys     = regexp.MustCompile(`^((Function|Table|Queue|Topic|Bucket|StateMachine|Role|Stream|DeliveryStream|Rule|Cluster|UserPool|Api|LogGroup)?Name|DBClusterIdentifier)$`)
	fileKeys     = []string{"CodeUri", "ContentUri", "DefinitionUri", "SchemaUri", "Location", "TemplateURL"}
	stateKeys    = []string{"Next", "StartAt", "Default"}
)

// renamed is a template in which everything that an author names is called r1, r2
// and so on: its file, logical ids, physical names, states, descriptions.
func renamed(x template, v source.Value) (template, source.Value) {
	n := &names{to: map[string]string{}, reserved: map[string]bool{}}
	y := x.with(strings.TrimSuffix(x.path, baseOf(x.path)) + "r0.json")
	docs := map[string]source.Value{} // definitions and what the template includes
	for name, text := range y.files {
		if doc, _ := document.Parse(name, text); isDefinition.MatchString(name) && doc.Kind == source.Map && doc.Get("Resources").Kind == source.Unset {
			docs[name] = doc
		}
	}
	n.collect(append(slices.Collect(maps.Values(docs)), v)...)
	for name, doc := range docs {
		y.files[name] = []byte(asJSON(mapped(doc, nil, n.rename)))
	}
	v = mapped(v, nil, n.rename)
	return y, v
}

func baseOf(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// names is what the names of a template become.
type names struct {
	ids, physical, states []string
	to                    map[string]string
	reserved              map[string]bool // keys and types: words of the formats
}

// collect finds the names in a template and what belongs to it.
func (n *names) collect(docs ...source.Value) {
	for _, doc := range docs {
		n.ids = append(n.ids, idsOf(doc)...)
		mapped(doc, nil, n.see)
	}
	for i, name := range slices.Concat(n.ids, n.states) {
		n.to[name] = fmt.Sprintf("r%d", i+1)
	}
	n.physical = slices.DeleteFunc(n.physical, func(s string) bool { return len(s) < 4 || n.reserved[s] || strings.ContainsAny(s, "${}:/") })
	for i, name := range n.physical {
		if n.to["="+name] == "" {
			n.to["="+name] = fmt.Sprintf("r%d-named", i+1) // as telling as a name is, or a variable with it would be no mention
		}
	}
	slices.SortFunc(n.physical, func(a, b string) int { return len(b) - len(a) })
}

// see notes the names in one part of a document.
func (n *names) see(v source.Value, path []string) (source.Value, bool) {
	last := ""
	if len(path) > 0 {
		last = path[len(path)-1]
	}
	for _, e := range v.Entries {
		switch {
		case last == "States":
			n.states = append(n.states, e.Key)
		case last != "Resources":
			n.reserved[e.Key] = true
		}
		if e.Key == "Type" {
			n.reserved[e.Value.Text] = true
		}
		if nameKeys.MatchString(e.Key) && e.Value.Kind == source.String && len(path) > 1 && last == "Properties" {
			n.physical = append(n.physical, e.Value.Text)
		}
	}
	return v, false
}

// id is the new logical id; SAM makes ids of others by putting words behind them.
func (n *names) id(id string) string {
	best := ""
	for _, known := range n.ids {
		if strings.HasPrefix(id, known) && len(known) > len(best) && (id == known || len(known) > 2) {
			best = known
		}
	}
	if best == "" {
		return id
	}
	return n.to[best] + id[len(best):]
}

func (n *names) text(s string) string {
	for _, name := range n.physical {
		s = regexp.MustCompile(`(^|[^\w-]|%2F)`+regexp.QuoteMeta(name)+`($|[^\w-])`).ReplaceAllString(s, "${1}"+n.to["="+name]+"${2}")
	}
	return s
}

func (n *names) rename(v source.Value, path []string) (source.Value, bool) {
	last, before := "", ""
	if len(path) > 0 {
		last = path[len(path)-1]
	}
	if len(path) > 1 {
		before = path[len(path)-2]
	}
	switch {
	case v.Kind == source.Map:
		v.Entries = slices.Clone(v.Entries)
		for i, e := range v.Entries {
			if len(path) == 1 && last == "Resources" || last == "States" && n.to[e.Key] != "" {
				v.Entries[i].Key = n.to[e.Key]
			}
		}
	case v.Kind != source.String:
	case slices.Contains(fileKeys, last): // files keep their names
	case last == "Description" || last == "Comment":
		v.Text = "r"
	case last == "Ref", last == "DependsOn", before == "DependsOn", last == "Id" && (before == "Source" || before == "Destination"):
		v.Text = n.id(v.Text)
	case last == "Fn::GetAtt", before == "Fn::GetAtt":
		id, attribute, dotted := strings.Cut(v.Text, ".")
		if v.Text = n.id(id); dotted {
			v.Text += "." + attribute
		}
	case last == "Fn::Sub", before == "Fn::Sub":
		v.Text = n.text(inText.ReplaceAllStringFunc(v.Text, func(m string) string { return "${" + n.id(m[2:]) }))
	case slices.Contains(stateKeys, last) && n.to[v.Text] != "":
		v.Text = n.to[v.Text]
	case last != "Type":
		v.Text = n.text(v.Text)
	}
	return v, false
}
