package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
)

type object = map[string]any

// closed is the schema of an object that has these properties and no others.
func closed(properties object) object {
	return object{"type": "object", "additionalProperties": false, "properties": properties}
}

func arrayOf(items object) object { return object{"type": "array", "items": items} }

func enum(values ...string) object { return object{"type": "string", "enum": values} }

// Schema is the JSON Schema of the input of rules: an array for each kind, the
// relations of a kind on each of its nodes, the recognised patterns, the date and
// the dated tables of AWS. It is made from the vocabulary and the rows.
func (e *Engine) Schema() (map[string]any, error) {
	tables, err := ast.JSON(e.aws.Value)
	if err != nil {
		return nil, err
	}
	return schemaOf(graph.Kinds(), tables), nil
}

// Document is the input of rules as JSON has it, of everything that may exist:
// what differs between worlds is left out as unknown. The values of environment
// variables are not shown.
func (e *Engine) Document(g *graph.Graph, o Options) (map[string]any, error) {
	v, err := asJSON(e.input(g.Union(), nil, o).Value)
	if err != nil {
		return nil, err
	}
	doc := v.(map[string]any)
	for _, k := range graph.Kinds() {
		for _, a := range aws.NodeAttributes(k) {
			if a.Type != "entries" {
				continue
			}
			for _, n := range doc[k.Plural()].([]any) {
				entries, _ := n.(map[string]any)[a.Name].([]any)
				for _, x := range entries {
					delete(x.(map[string]any), "value")
				}
			}
		}
	}
	return doc, nil
}

// asJSON is a value of the input as JSON has it.
func asJSON(v ast.Value) (any, error) {
	switch v := v.(type) {
	case ast.Object:
		out := make(map[string]any, v.Len())
		err := v.Iter(func(k, t *ast.Term) (err error) {
			out[textOf(k)], err = asJSON(t.Value)
			return err
		})
		return out, err
	case *ast.Array:
		out := make([]any, 0, v.Len())
		err := v.Iter(func(t *ast.Term) error {
			x, err := asJSON(t.Value)
			out = append(out, x)
			return err
		})
		return out, err
	}
	return ast.JSON(v)
}

// schemaOf is the schema with the arrays of some kinds only. tables is the dated
// tables as JSON has them; nil leaves them out.
func schemaOf(kinds []graph.Kind, tables any) object {
	definitions, root := object{}, object{}
	for _, k := range kinds {
		node := object{"id": object{"type": "string"}}
		for _, a := range aws.NodeAttributes(k) {
			node[a.Name] = attributeSchema(a)
		}
		for _, r := range graph.RelationsOf(k) {
			name := string(k) + " " + string(r)
			definitions[name] = edgeSchema(r, graph.Partners(k, r))
			node[string(r)] = arrayOf(object{"$ref": "#/definitions/" + name})
		}
		root[k.Plural()] = arrayOf(closed(node))
	}
	root["date"] = object{"type": "string"}
	root["matches"] = arrayOf(matchSchema())
	if tables != nil {
		root["aws"] = tableSchema(tables)
	}
	schema := closed(root)
	schema["$schema"] = "http://json-schema.org/draft-07/schema#"
	schema["definitions"] = definitions
	return schema
}

func attributeSchema(a aws.Attribute) object {
	switch {
	case len(a.Enum) > 0:
		return enum(a.Enum...)
	case a.Type == "entries":
		return arrayOf(closed(object{"id": object{"type": "string"}, "name": object{"type": "string"}, "literal": object{"type": "boolean"}, "value": object{"type": "string"}}))
	}
	return object{"type": a.Type}
}

// edgeSchema is an edge as it is seen from one end.
func edgeSchema(r graph.Relation, partners []graph.Kind) object {
	edge := object{
		"id":    object{"type": "string"},
		"node":  object{"type": "string"},
		"kind":  enum(kindNames(partners)...),
		"basis": enum(bases...),
	}
	for _, a := range aws.EdgeAttributes(forward(r)) {
		edge[a.Name] = attributeSchema(a)
	}
	for _, k := range partners {
		edge[string(k)] = object{"type": "integer"}
	}
	return closed(edge)
}

// bases is what an edge may rest on.
var bases = []string{graph.Declared.String(), graph.Permitted.String(), graph.Inferred.String()}

func kindNames(kinds []graph.Kind) []string {
	var out []string
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return out
}

// forward is the relation as edges are stored.
func forward(r graph.Relation) graph.Relation {
	if stored[r] {
		return r
	}
	return r.Reverse()
}

var stored = func() map[graph.Relation]bool {
	m := map[graph.Relation]bool{}
	for _, r := range graph.Relations() {
		m[r] = true
	}
	return m
}()

func matchSchema() object {
	node := object{"node": object{"type": "string"}}
	for _, k := range graph.Kinds() {
		node[string(k)] = object{"type": "integer"}
	}
	var slugs []string
	for _, p := range patterns.All {
		slugs = append(slugs, p.ID)
	}
	pattern := object{"type": "string"}
	if len(slugs) > 0 {
		pattern = enum(slugs...)
	}
	return closed(object{
		"pattern":    pattern,
		"partial":    object{"type": "boolean"},
		"confidence": enum(patterns.Low.String(), patterns.Medium.String(), patterns.High.String()),
		"roles": arrayOf(closed(object{
			"role":  object{"type": "string"},
			"nodes": arrayOf(closed(node)),
			"edges": arrayOf(closed(object{"edge": object{"type": "string"}})),
		})),
	})
}

// tableSchema is the schema of exactly this value, so that a misspelt name of a
// table is refused like any other.
func tableSchema(v any) object {
	switch v := v.(type) {
	case map[string]any:
		properties := object{}
		for k, x := range v {
			properties[k] = tableSchema(x)
		}
		return closed(properties)
	case []any:
		if len(v) > 0 {
			return arrayOf(tableSchema(v[0]))
		}
		return object{"type": "array"}
	case string:
		return object{"type": "string"}
	case bool:
		return object{"type": "boolean"}
	}
	return object{"type": "number"}
}
