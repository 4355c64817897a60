package aws

import (
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// policyOf makes the permits edges of a resource policy that stands beside the
// resource: of the nodes of a kind that one property names, by the document that
// another holds.
func policyOf(k graph.Kind, nodes, document prop) func(*builder, *resource) {
	return func(b *builder, r *resource) {
		for _, e := range b.resolve(r, r.get(r.Properties, nodes), []graph.Kind{k}) {
			if e.node.Kind == k {
				b.permits(r, e.node, r.get(r.Properties, document))
			}
		}
	}
}

// permits makes the edges of a resource policy: for each statement that allows,
// to the resources that its conditions name as source, else to its principals.
func (b *builder) permits(r *resource, n *graph.Node, doc source.Value) {
	if n == nil || doc.Kind == source.Unset || doc.Kind == source.Null {
		return
	}
	if doc = b.opened(r, doc); doc.Kind == source.Unknown && len(doc.Alts()) == 0 {
		b.open = append(b.open, openEnd{known: n, rel: graph.Permits, why: "policy " + doc.Text})
		return
	}
	for g, s := range doc.Get("Statement").Elements() {
		if effect, ok := s.Get("Effect").AsString(); !ok || effect != "Allow" {
			continue
		}
		base, ok := b.guard(r.stack, r.If).And(b.guard(r.stack, g))
		if !ok {
			continue
		}
		attrs := map[string]source.Value{}
		principal := joined(principals(s.Get("Principal")), s.At)
		if principal.Kind != source.Unset {
			attrs["principal"] = principal
		}
		if a := joined(s.Get("Action"), s.At); a.Kind != source.Unset {
			attrs["action"] = a
		}
		sources := conditionSources(s.Get("Condition"))
		attrs["conditioned"] = source.BoolOf(len(s.Get("Condition").Entries) > 0, s.At)
		for _, e := range b.permitted(r, sources, principal) {
			if when, ok := base.And(e.when); ok && e.node != n {
				b.connect(r, edge{rel: graph.Permits, from: end{node: n}, to: e, when: when, at: s.At, attrs: attrs})
			}
		}
	}
}

// permitted is whom a statement lets in: the resources named as source, else
// whoever the principal is.
func (b *builder) permitted(r *resource, sources []source.Value, principal source.Value) []end {
	var out []end
	for _, v := range sources {
		out = append(out, b.resolve(r, v, partnersOf(graph.Permits, true))...)
	}
	if len(out) > 0 || principal.Kind == source.Unset {
		return out
	}
	return b.principal(r, principal)
}

// principal is who a principal is; of a service of AWS the service is told.
func (b *builder) principal(r *resource, v source.Value) []end {
	out := b.resolve(r, v, partnersOf(graph.Permits, true))
	for _, e := range out {
		if service, ok := strings.CutSuffix(e.node.ID, ".amazonaws.com"); ok && e.node.Kind == graph.External {
			e.node.Attrs["service"] = source.StringOf(service, source.Location{})
		}
	}
	return out
}

// principals is the names below Principal, whatever their sort: AWS, Service,
// Federated, or the text "*".
func principals(v source.Value) source.Value {
	if v.Kind != source.Map {
		return v
	}
	var all []source.Value
	for _, e := range v.Fields() {
		for _, x := range e.Value.Elements() {
			all = append(all, x)
		}
	}
	return source.ListOf(v.At, all...)
}

// conditionSources is the ARNs that a Condition compares aws:SourceArn or
// aws:PrincipalArn with (IAM User Guide, AWS global condition context keys; key
// names are not case-sensitive).
func conditionSources(v source.Value) []source.Value {
	var out []source.Value
	for _, operator := range v.Fields() {
		if strings.Contains(operator.Key, "Not") {
			continue
		}
		for _, e := range operator.Value.Fields() {
			switch strings.ToLower(e.Key) {
			case "aws:sourcearn", "aws:principalarn":
				out = append(out, e.Value)
			}
		}
	}
	return out
}

// joined is a text or list of texts as one text, ", " between them.
func joined(v source.Value, at source.Location) source.Value {
	var words []string
	for g, x := range v.Elements() {
		s, ok := x.AsString()
		if !ok || len(g) > 0 {
			if x.Kind == source.Unknown {
				x.Text = spell(x.Pieces())
			}
			return source.Value{Kind: source.Unknown, Text: x.Text, At: v.At}.With(source.Trace{Refs: v.AllRefs(), Parts: x.Parts()})
		}
		words = append(words, s)
	}
	if len(words) == 0 {
		return source.Value{At: at}
	}
	return source.StringOf(strings.Join(words, ", "), v.At)
}
