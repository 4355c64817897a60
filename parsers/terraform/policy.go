package terraform

import (
	"encoding/json"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// policyDocument is the JSON text of a data.aws_iam_policy_document (AWS provider
// documentation, aws_iam_policy_document), made of the nodes of its arguments so
// that every part of it knows its place.
func (m *module) policyDocument(b *block, inst instance) node {
	at := b.at
	var statements []node
	_, blocks := m.nestedBlocks(b.body, inst.scope)
	for _, doc := range m.documents(b, inst, "source_policy_documents") {
		statements = mergeStatements(statements, m.statementsOf(doc))
	}
	var own []node
	for _, s := range blocks["statement"] {
		own = append(own, m.statement(s))
	}
	statements = mergeStatements(statements, own)
	for _, doc := range m.documents(b, inst, "override_policy_documents") {
		statements = mergeStatements(statements, m.statementsOf(doc))
	}
	o := &object{m: m, at: at}
	if !o.attr("Version", b.body, "version", inst.scope) {
		o.add("Version", m.literal("2012-10-17", at))
	}
	o.attr("Id", b.body, "policy_id", inst.scope)
	o.add("Statement", m.list(statements, at))
	out := o.node()
	out.made.document = true
	text := m.p.symbols.symbolise(out.made.value, "policy")
	if encoded, err := stdlib.JSONEncode(text); err == nil {
		out.made.value = encoded
	}
	return out
}

// object gathers the properties of an object that is made of nodes.
type object struct {
	m     *module
	at    hcl.Range
	names []string
	kids  []node
}

func (o *object) add(name string, n node) {
	o.names, o.kids = append(o.names, name), append(o.kids, n)
}

// attr adds an argument of a block where it is set, and reports whether it is; a
// list of one is that one, as the provider writes it.
func (o *object) attr(name string, b *body, arg string, sc scope) bool {
	a := b.attr(arg)
	if a == nil {
		return false
	}
	n := node{m: o.m, e: a.expr, sc: sc}
	v, marks := n.eval().Unmark()
	if v.IsKnown() && v.IsNull() {
		return false
	}
	if v.IsKnown() && v.CanIterateElements() && !v.Type().IsObjectType() && !v.Type().IsMapType() {
		switch v.LengthInt() {
		case 0:
			return false
		case 1:
			e := o.m.p.elements(n, v, marks)[0]
			if e.from.isZero() {
				e.from = n.somewhere(n.at())
				e.from.made.value = e.value
			}
			n = e.from
		}
	}
	o.add(name, n)
	return true
}

func (o *object) node() node {
	values := map[string]cty.Value{}
	for i, name := range o.names {
		values[name] = o.kids[i].eval()
	}
	return node{m: o.m, made: &made{names: o.names, kids: o.kids, at: o.at, value: cty.ObjectVal(values)}}
}

func (m *module) list(kids []node, at hcl.Range) node {
	values := make([]cty.Value, len(kids))
	for i, k := range kids {
		values[i] = k.eval()
	}
	return node{m: m, made: &made{kids: kids, at: at, value: cty.TupleVal(values)}}
}

func (m *module) literal(text string, at hcl.Range) node {
	return node{m: m, e: &hclsyntax.LiteralValueExpr{Val: cty.StringVal(text), SrcRange: at}, sc: scope{closed: true}}
}

// statement is one statement block.
func (m *module) statement(s blockInstance) node {
	b, sc := s.block.body, s.scope
	o := &object{m: m, at: s.block.at}
	o.attr("Sid", b, "sid", sc)
	if !o.attr("Effect", b, "effect", sc) {
		o.add("Effect", m.literal("Allow", s.block.at))
	}
	_, blocks := m.nestedBlocks(b, sc)
	m.principals(o, "Principal", blocks["principals"])
	m.principals(o, "NotPrincipal", blocks["not_principals"])
	o.attr("Action", b, "actions", sc)
	o.attr("NotAction", b, "not_actions", sc)
	o.attr("Resource", b, "resources", sc)
	o.attr("NotResource", b, "not_resources", sc)
	m.conditions(o, blocks["condition"])
	return o.node()
}

// text is an argument of a block as text, with tokens for what is unknown.
func (m *module) argument(s blockInstance, name string) string {
	a := s.block.body.attr(name)
	if a == nil {
		return ""
	}
	v, _ := m.p.symbols.symbolise(m.eval(a.expr, s.scope), name).Unmark()
	return primitiveText(v)
}

func (m *module) principals(to *object, name string, blocks []blockInstance) {
	if len(blocks) == 0 {
		return
	}
	o := &object{m: m, at: blocks[0].block.at}
	for _, s := range blocks {
		kind := m.argument(s, "type")
		part := &object{m: m, at: s.block.at}
		part.attr(kind, s.block.body, "identifiers", s.scope)
		if len(part.kids) == 0 {
			continue
		}
		if v, _ := part.kids[0].eval().Unmark(); kind == "*" && primitiveText(v) == "*" {
			to.add(name, part.kids[0])
			return
		}
		m.join(o, kind, part.kids[0])
	}
	if len(o.names) > 0 {
		to.add(name, o.node())
	}
}

// join adds a property, or adds to the list that it is already.
func (m *module) join(o *object, name string, n node) {
	for i, old := range o.names {
		if old == name {
			o.kids[i] = m.list(append(m.flat(o.kids[i]), m.flat(n)...), o.at)
			return
		}
	}
	o.add(name, n)
}

// flat is a node as the nodes of a list.
func (m *module) flat(n node) []node {
	v, _ := n.eval().Unmark()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return []node{n}
	}
	var out []node
	for _, e := range m.p.elements(n, v, nil) {
		if e.from.isZero() {
			e.from = n.somewhere(n.at())
			e.from.made.value = e.value
		}
		out = append(out, e.from)
	}
	return out
}

func (m *module) conditions(to *object, blocks []blockInstance) {
	if len(blocks) == 0 {
		return
	}
	tests := &object{m: m, at: blocks[0].block.at}
	inner := map[string]*object{}
	for _, s := range blocks {
		test := m.argument(s, "test")
		if inner[test] == nil {
			inner[test] = &object{m: m, at: s.block.at}
			tests.names = append(tests.names, test)
		}
		part := &object{m: m, at: s.block.at}
		part.attr("values", s.block.body, "values", s.scope)
		if len(part.kids) > 0 {
			m.join(inner[test], m.argument(s, "variable"), part.kids[0])
		}
	}
	for _, test := range tests.names {
		tests.kids = append(tests.kids, inner[test].node())
	}
	to.add("Condition", tests.node())
}

// documents are the nodes of an argument that lists policy documents.
func (m *module) documents(b *block, inst instance, name string) []node {
	a := b.body.attr(name)
	if a == nil {
		return nil
	}
	return m.flat(node{m: m, e: a.expr, sc: inst.scope})
}

// statementsOf are the statements of a policy document that is text.
func (m *module) statementsOf(doc node) []node {
	from := m.p.follow(doc)
	if from.made != nil && from.made.document {
		statements, _ := m.p.kids(from).named("Statement")
		return m.flat(statements)
	}
	if call, ok := encoder(from); ok {
		statements, _ := m.p.kids(from.with(call.Args[0])).named("Statement")
		if !statements.isZero() {
			return m.flat(statements)
		}
	}
	text, _ := m.p.symbols.symbolise(doc.eval(), "policy").Unmark()
	var parsed struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(primitiveText(text)), &parsed) != nil || len(parsed.Statement) == 0 {
		return nil
	}
	kind, err := ctyjson.ImpliedType(parsed.Statement)
	if err != nil {
		return nil
	}
	v, err := ctyjson.Unmarshal(parsed.Statement, kind)
	if err != nil {
		return nil
	}
	out := doc.somewhere(doc.at())
	out.made.value = v
	if kind.IsObjectType() {
		return []node{out}
	}
	return m.flat(out)
}

// encoder is the call that a node's text is encoded by, if it is one.
func encoder(n node) (*hclsyntax.FunctionCallExpr, bool) {
	if n.e == nil {
		return nil, false
	}
	call, ok := unwrap(n.e).(*hclsyntax.FunctionCallExpr)
	if !ok || len(call.Args) != 1 || call.ExpandFinal {
		return nil, false
	}
	name := strings.TrimPrefix(call.Name, "core::")
	return call, name == "jsonencode" || name == "yamlencode"
}

// mergeStatements adds statements; one with the Sid of an earlier one takes its
// place.
func mergeStatements(to, more []node) []node {
next:
	for _, s := range more {
		if sid := sidOf(s); sid != "" {
			for i, old := range to {
				if sidOf(old) == sid {
					to[i] = s
					continue next
				}
			}
		}
		to = append(to, s)
	}
	return to
}

func sidOf(n node) string {
	v, _ := n.eval().Unmark()
	if !v.IsKnown() || v.IsNull() || !v.Type().IsObjectType() || !v.Type().HasAttribute("Sid") {
		return ""
	}
	return primitiveText(v.GetAttr("Sid"))
}
