package report

import (
	"io"
	"slices"

	"github.com/serverlens/serverlens/analyzer"
)

// graphDoc is the document of graph -f json; GraphSchema describes it.
type graphDoc struct {
	Version int           `json:"version"`
	Systems []graphSystem `json:"systems"`
}

type graphSystem struct {
	Stacks []graphStack   `json:"stacks"`
	Input  map[string]any `json:"input"`
}

type graphStack struct {
	Path   string `json:"path"`
	Name   string `json:"name"`
	Format string `json:"format"`
}

func writeGraphJSON(w io.Writer, r *analyzer.Report, _ Options) error {
	doc := graphDoc{Version: 1, Systems: []graphSystem{}}
	for i := range r.Systems {
		sys := &r.Systems[i]
		input, err := sys.Input()
		if err != nil {
			return err
		}
		s := graphSystem{Stacks: []graphStack{}, Input: input}
		for _, x := range sys.Stacks {
			s.Stacks = append(s.Stacks, graphStack{x.Path, x.Name, x.Format})
		}
		doc.Systems = append(doc.Systems, s)
	}
	return writeJSON(w, doc)
}

// WriteGraphSchema writes the JSON Schema of graph -f json. input is the schema of
// what rules read.
func WriteGraphSchema(w io.Writer, input map[string]any) error {
	inner := map[string]any{}
	for k, v := range input {
		if k != "$schema" && k != "definitions" {
			inner[k] = v
		}
	}
	object := func(properties map[string]any) map[string]any {
		required := []string{}
		for name := range properties {
			required = append(required, name)
		}
		return map[string]any{"type": "object", "additionalProperties": false, "required": sorted(required), "properties": properties}
	}
	array := func(items any) map[string]any { return map[string]any{"type": "array", "items": items} }
	text := map[string]any{"type": "string"}
	schema := object(map[string]any{
		"version": map[string]any{"const": 1},
		"systems": array(object(map[string]any{
			"stacks": array(object(map[string]any{"path": text, "name": text, "format": text})),
			"input":  inner,
		})),
	})
	schema["$schema"], schema["definitions"] = input["$schema"], input["definitions"]
	return writeJSON(w, schema)
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
