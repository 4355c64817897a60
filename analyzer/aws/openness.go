package aws

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// openEnd is an edge, or what may be one, of which only one end is known.
type openEnd struct {
	known *graph.Node
	rel   graph.Relation // as read from the known end
	why   string
	kinds []graph.Kind // that the unknown end may have; nil for all
}

// openKind is a kind of which there may be more nodes than are in sight.
type openKind struct {
	kind graph.Kind
	why  string
}

// openness opens the relations of which there may be more than is seen, once all
// nodes and edges are there.
func (b *builder) openness() {
	b.openUnseen()
	for _, o := range b.openKinds {
		if _, already := b.g.Open[o.kind]; !already {
			b.g.OpenKind(o.kind, o.why)
		}
	}
	b.openUncertain()
	b.openEnds()
	for _, s := range b.stacks {
		for i := range s.Opaque {
			b.openOpaque(s, &s.Opaque[i])
		}
	}
	b.openExports()
}

// openUnseen opens every kind where a stack may declare more than is seen.
func (b *builder) openUnseen() {
	for _, s := range b.stacks {
		if s.Unseen == "" {
			continue
		}
		for _, k := range graph.Kinds() {
			b.openKinds = append(b.openKinds, openKind{k, s.Unseen})
		}
		return
	}
}

// openEnds opens what unresolved ends leave open. The partners of a relation are
// opened once and not for each known end.
func (b *builder) openEnds() {
	type opening struct {
		kind  graph.Kind
		rel   graph.Relation
		kinds string
	}
	by := map[opening]*graph.Node{} // the node that opened it first; nil when a second one has
	for _, o := range b.open {
		if o.known == nil {
			b.g.OpenEnd(nil, o.rel, o.why)
			continue
		}
		key := opening{o.known.Kind, o.rel, joinKinds(o.kinds)}
		first, done := by[key]
		if done && (first == nil || first == o.known) {
			openAlone(o.known, o.rel, o.why)
			continue
		}
		by[key] = o.known
		if done {
			by[key] = nil // now the first one's reverse is open too
		}
		b.g.OpenRelation(o.known, o.rel, o.why, o.kinds...)
	}
}

func joinKinds(kinds []graph.Kind) string {
	var s strings.Builder
	for _, k := range kinds {
		s.WriteString(string(k) + " ")
	}
	return s.String()
}

// openAlone opens a relation of a node and of no other: its partners are not in
// sight, or open already.
func openAlone(n *graph.Node, rel graph.Relation, why string) {
	if _, already := n.Open[rel]; !already && len(graph.Partners(n.Kind, rel)) > 0 {
		n.Open[rel] = why
	}
}

// openUncertain opens the kinds and relations of resources of which there may be
// any number.
func (b *builder) openUncertain() {
	for _, r := range b.resources {
		if !r.Uncertain || r.row == nil {
			continue
		}
		why := "how many there are of " + r.Address + " is not known"
		if r.counts() {
			b.g.OpenKind(r.node.Kind, why)
			continue
		}
		partner := func(n *graph.Node) []graph.Kind {
			if r.node == nil || n == nil {
				return nil
			}
			return []graph.Kind{n.Kind}
		}
		for _, e := range b.made[r] {
			if slices.ContainsFunc(r.row.links, func(l link) bool { return l.rel == e.Relation }) {
				b.open = append(b.open, openEnd{known: e.From, rel: e.Relation, why: why, kinds: partner(e.To)},
					openEnd{known: e.To, rel: e.Relation.Reverse(), why: why, kinds: partner(e.From)})
			}
		}
	}
}

// ownRelations is the relations that only the resource itself declares: nobody
// else can add to them.
var ownRelations = []graph.Relation{
	graph.Assumes, graph.Configures, graph.LogsTo, graph.AuthorizedBy, graph.DeadLettersTo,
	graph.TaskOf, graph.TaskOf.Reverse(), graph.Next, graph.Next.Reverse(), graph.CatchTo, graph.CatchTo.Reverse(),
}

// openOpaque opens what a part of the stack that cannot be looked into may
// declare of the nodes whose names are handed to it, and of these alone: what it
// joins them with it has made itself, and no rule sees that, or it was handed that
// too, and then the other end is open by itself. Were every possible partner
// opened, one custom resource would silence what rules say of nodes that it has
// never heard of. A custom resource that has a row does nothing that is not in the
// row.
func (b *builder) openOpaque(s *source.Stack, o *source.Opaque) {
	custom := isCustomResource(o.Source)
	known := custom && byType[o.Source] != nil
	for _, e := range o.Inputs.Entries {
		switch {
		case custom && e.Key == "ServiceToken":
			b.runAtDeployment(s, e.Value)
		case !known:
			b.openMentioned(s, e.Value, o.Address+" cannot be looked into", func(k graph.Kind) []graph.Relation {
				return slices.DeleteFunc(graph.RelationsOf(k), func(r graph.Relation) bool { return slices.Contains(ownRelations, r) })
			})
		}
	}
}

// openMentioned opens some relations of the nodes that a value mentions, and of no
// partners of theirs.
func (b *builder) openMentioned(s *source.Stack, v source.Value, why string, relations func(graph.Kind) []graph.Relation) {
	for _, e := range b.led(s, v, nil) {
		for _, rel := range relations(e.node.Kind) {
			openAlone(e.node, rel, why)
		}
	}
}

// isCustomResource reports whether the source of an opaque part is the type of a
// custom resource.
func isCustomResource(from string) bool {
	return strings.HasPrefix(from, "Custom::") || from == "AWS::CloudFormation::CustomResource"
}

// runAtDeployment marks the function that a custom resource calls while its stack
// is deployed, if nothing else triggers it.
func (b *builder) runAtDeployment(s *source.Stack, token source.Value) {
	for _, e := range b.followValue(s, token, nil, token.At) {
		if e.node.Kind == graph.Function && len(b.g.In(e.node, graph.Triggers, graph.RoutesTo)) == 0 {
			e.node.Attrs["runs_at_deployment"] = source.BoolOf(true, token.At)
		}
	}
}

// modules makes the nodes of the parts that cannot be looked into, but for custom
// resources, with edges to what is handed to them.
func (b *builder) modules() {
	for _, s := range b.stacks {
		for i := range s.Opaque {
			o := &s.Opaque[i]
			if isCustomResource(o.Source) {
				continue
			}
			n := b.module(s, o)
			for _, e := range b.led(s, o.Inputs, nil) {
				if e.node != n {
					b.g.Connect(&graph.Edge{From: n, To: e.node, Relation: graph.Configures, Basis: graph.Inferred, If: e.when, At: e.at})
				}
			}
		}
	}
}

// module is the node of a part that cannot be looked into.
func (b *builder) module(s *source.Stack, o *source.Opaque) *graph.Node {
	return b.g.Add(&graph.Node{
		ID: b.scoped(s, o.Address), Kind: graph.Module, Type: o.Source, At: o.At, Stack: s,
		Attrs: map[string]source.Value{"source": source.StringOf(o.Source, o.At)},
	})
}

// exportOpens is what the readers of an export may declare of the node.
var exportOpens = []graph.Relation{graph.Triggers, graph.AlarmedBy, graph.Permits}

// openExports opens nodes whose names are exported and imported by none of the
// stacks that were read, and no partners of theirs: who imports a name joins it
// with what is its own.
func (b *builder) openExports() {
	exports := func(o source.Output) bool { return o.Export.Kind != source.Unset && o.Export.Kind != source.Null }
	if !slices.ContainsFunc(b.stacks, func(s *source.Stack) bool { return slices.ContainsFunc(s.Outputs, exports) }) {
		return
	}
	imported := map[string]bool{}
	for _, r := range b.resources {
		for _, ref := range r.Properties.AllRefs() {
			if ref.Import != "" {
				imported[ref.Import] = true
			}
		}
	}
	opened := func(graph.Kind) []graph.Relation { return exportOpens }
	for _, s := range b.stacks {
		for _, o := range s.Outputs {
			name, known := o.Export.AsString()
			if exports(o) && (!known || !imported[name]) {
				b.openMentioned(s, o.Value, "it is exported, and who imports it is not in sight", opened)
			}
		}
	}
}
