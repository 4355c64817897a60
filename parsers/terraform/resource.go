package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// resourceValue is what an expression sees of a resource or data source: the
// attributes that it asks for.
func (m *module) resourceValue(kind, name string, asked *asking) cty.Value {
	key, attrs := kind+"."+name, asked.attrs
	b := m.c.resources[key]
	if b == nil {
		m.undeclared(key)
		object := map[string]cty.Value{}
		for a := range attrs {
			if a == "*" {
				return cty.DynamicVal
			}
			object[a] = m.p.symbols.value(m.p.symbols.named(m.addr(key) + "." + a))
		}
		return cty.ObjectVal(object)
	}
	set := m.asked(kind, attrs)
	if attrs["*"] {
		for _, a := range b.body.attrs {
			set[a.name] = true
		}
	}
	x := m.expand(key, b)
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(set)), func(a string) bool { return metaArguments[a] })
	memo := key + " " + strings.Join(names, " ")
	if x.unknown {
		memo += fmt.Sprint(" ", asked.all, asked.keys)
	}
	if v, ok := m.memo[memo]; ok {
		return v
	}
	refused := m.p.refused
	v := x.collect(m, m.addr(key), asked, func(i int) cty.Value {
		object := map[string]cty.Value{}
		for _, a := range names {
			object[a] = m.attr(kind, key, b, x.instances[i], a)
		}
		return cty.ObjectVal(object)
	})
	if m.p.refused == refused { // nothing in it waits for itself
		m.memo[memo] = v
	}
	return v
}

// attr is one attribute of one instance of a resource, seen from outside.
func (m *module) attr(kind, key string, b *block, inst instance, name string) cty.Value {
	memo := key + inst.key + "." + name
	if v, ok := m.memo[memo]; ok {
		return v
	}
	if !m.enter(memo, b.at) {
		return m.p.symbols.value(m.p.symbols.of(m.addr(key)+inst.key, name))
	}
	defer m.leave(memo)
	v := m.readAttr(kind, key, b, inst, name)
	m.memo[memo] = v
	return v
}

// fixed are attributes of data sources that are the same in every account of the
// commercial partition.
var fixed = map[string]string{"data.aws_partition.partition": "aws", "data.aws_partition.dns_suffix": "amazonaws.com"}

// surroundings are data sources that say where and as whom Terraform runs. Their
// attributes are no mention of a resource.
var surroundings = map[string]bool{"data.aws_caller_identity": true, "data.aws_region": true, "data.aws_partition": true,
	"data.aws_canonical_user_id": true, "data.aws_availability_zones": true, "data.aws_organizations_organization": true}

func (m *module) readAttr(kind, key string, b *block, inst instance, name string) cty.Value {
	if v, ok := fixed[kind+"."+name]; ok {
		return cty.StringVal(v)
	}
	if v, ok := m.regionName(kind, b, name); ok {
		return v
	}
	id := m.p.symbols.of(m.addr(key)+inst.key, name)
	if surroundings[kind] {
		id = m.p.symbols.named(m.addr(key) + inst.key + "." + name)
	}
	if n, ok := m.rendered(kind, b, inst, name); ok {
		return n.eval()
	}
	if a := b.body.attr(name); a != nil && b.kind == "resource" {
		return m.configured(m.eval(a.expr, inst.scope), id)
	}
	nested := len(b.body.nested(name)) > 0
	for _, d := range b.body.nested("dynamic") {
		nested = nested || len(d.labels) > 0 && d.labels[0] == name
	}
	if nested || m.p.usage.deep[kind+"."+name] || isCollection(kind, name) {
		return cty.DynamicVal.Mark(refMark{id: id})
	}
	return m.p.symbols.value(id)
}

// configured is an attribute that the configuration sets. A known value stays
// known and says whose it is; what is null may still be filled in by the
// provider.
func (m *module) configured(v cty.Value, id int) cty.Value {
	bare, marks := v.UnmarkDeep()
	switch {
	case bare.IsNull():
		return m.p.symbols.value(id)
	case bare.Type() == cty.String && (!bare.IsKnown() || token.MatchString(bare.AsString())):
		out := m.p.symbols.value(id)
		if _, ok := marks[sensitiveMark{}]; ok {
			out = out.Mark(sensitiveMark{})
		}
		return out
	}
	return v.Mark(refMark{id: id, named: bare.IsWhollyKnown()})
}

// isCollection reports whether a computed attribute is a list or map, as the
// provider's documentation says. There is no schema to ask.
func isCollection(kind, name string) bool {
	switch kind + "." + name {
	case "data.aws_availability_zones.zone_ids", "data.external.result", "aws_acm_certificate.domain_validation_options",
		"aws_elasticache_cluster.cache_nodes", "aws_memorydb_cluster.cluster_endpoint", "aws_eks_cluster.certificate_authority",
		"aws_eks_cluster.identity", "aws_mq_broker.instances", "aws_ses_domain_dkim.dkim_tokens", "aws_route53_zone.name_servers",
		"aws_sesv2_email_identity.dkim_signing_attributes", "aws_vpc_endpoint.dns_entry", "aws_vpc_endpoint.network_interface_ids":
		return true
	}
	return strings.HasPrefix(kind, "data.") && (name == "ids" || name == "arns" || name == "names" || name == "identity_store_ids")
}

// regionName is the region of the provider where the configuration says it.
func (m *module) regionName(kind string, b *block, name string) (cty.Value, bool) {
	if kind != "data.aws_region" || name != "name" && name != "id" && name != "region" || b.body.attr("name") != nil {
		return cty.NilVal, false
	}
	p := m.providerOf(b)
	if p == nil || p.block.body.attr("region") == nil {
		return cty.NilVal, false
	}
	v := p.m.eval(p.block.body.attr("region").expr, scope{})
	bare, _ := v.Unmark()
	return v, bare.IsKnown() && !bare.IsNull() && bare.Type() == cty.String && !token.MatchString(bare.AsString())
}

// rendered finds the text that some data sources compute from their own
// arguments.
func (m *module) rendered(kind string, b *block, inst instance, name string) (node, bool) {
	switch {
	case kind == "data.aws_iam_policy_document" && (name == "json" || name == "minified_json"):
	case kind == "data.template_file" && name == "rendered" && b.body.attr("template") != nil:
	case kind == "data.local_file" && name == "content" && b.body.attr("filename") != nil:
		e := b.body.attr("filename").expr
		return node{m: m, e: &hclsyntax.FunctionCallExpr{Name: "file", Args: []hclsyntax.Expression{e}, NameRange: e.Range(), CloseParenRange: e.Range()}, sc: inst.scope}, true
	default:
		return node{}, false
	}
	key := m.addr(kind+"."+b.labels[1]) + inst.key
	n, ok := m.p.documents[key]
	if !ok {
		n = &node{} // stays so for a document that is made of itself
		m.p.documents[key] = n
		if kind == "data.template_file" {
			*n = m.templateFile(b, inst)
		} else {
			*n = m.policyDocument(b, inst)
		}
	}
	return *n, !n.isZero()
}

// templateFile is the text of a template_file data source.
func (m *module) templateFile(b *block, inst instance) node {
	n := node{m: m, e: b.body.attr("template").expr, sc: inst.scope}
	v, marks := n.eval().Unmark()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return node{}
	}
	t := m.p.templateOf(n, v.AsString(), b)
	if t == nil {
		return node{}
	}
	out := node{m: m, e: t, sc: scope{closed: true}, marks: marks}
	if vars := b.body.attr("vars"); vars != nil {
		out.sc = m.p.templateScope(node{m: m, e: vars.expr, sc: inst.scope})
	}
	return out
}

// blockInstance is one nested block as dynamic blocks expand to it.
type blockInstance struct {
	block *block
	scope scope
	guard source.Guard
	maybe bool // it may be there any number of times
}

// notProperties are nested blocks that say nothing of what is deployed.
var notProperties = map[string]bool{"lifecycle": true, "provisioner": true, "connection": true}

// nestedBlocks are the nested blocks of a body in source order, dynamic blocks
// expanded, and the names of their types in the order of their first occurrence.
func (m *module) nestedBlocks(b *body, sc scope) (names []string, blocks map[string][]blockInstance) {
	blocks = map[string][]blockInstance{}
	add := func(name string, x blockInstance) {
		if _, ok := blocks[name]; !ok {
			names = append(names, name)
		}
		if len(blocks[name]) < maxInstances {
			blocks[name] = append(blocks[name], x)
		}
	}
	for _, x := range b.blocks {
		switch {
		case notProperties[x.kind]:
		case x.kind == "dynamic" && len(x.labels) > 0:
			for _, inst := range m.dynamic(x, sc) {
				add(x.labels[0], inst)
			}
		default:
			add(x.kind, blockInstance{block: x, scope: sc})
		}
	}
	return names, blocks
}

// dynamic expands one dynamic block.
func (m *module) dynamic(b *block, sc scope) []blockInstance {
	each, contents := b.body.attr("for_each"), b.body.nested("content")
	if each == nil || len(contents) == 0 {
		return nil
	}
	name := b.labels[0]
	if a := b.body.attr("iterator"); a != nil {
		if t := traversalText(a.expr); t != "" {
			name = t
		}
	}
	var out []blockInstance
	add := func(key, value cty.Value, from node, guard source.Guard, maybe bool) {
		it := eachScope(name, key, value, from)
		out = append(out, blockInstance{contents[0], sc.with(name, it.vars[name]), guard, maybe})
	}
	for _, c := range m.p.cases(node{m: m, e: each.expr, sc: sc}) {
		v, marks := c.value.Unmark()
		switch {
		case v.IsKnown() && v.IsNull():
		case !v.IsKnown() || !v.CanIterateElements():
			unknown := cty.DynamicVal.WithMarks(marks)
			add(unknown, unknown, node{}, c.guard, true)
		default:
			for _, e := range m.p.elements(c.from, v, marks) {
				add(e.key, e.value, e.from, c.guard, uncertain(marks))
			}
		}
		if len(out) > maxInstances {
			m.p.problem(source.Error, b.at, "more than %d blocks: the rest is not analysed", maxInstances)
			return out[:maxInstances]
		}
	}
	return out
}
