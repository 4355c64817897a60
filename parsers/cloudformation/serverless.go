package cloudformation

import (
	"maps"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/cloudformation/sam"
	"github.com/serverlens/serverlens/parsers/source"
)

// expandSAM turns the SAM resources among the resources of the template into the
// plain ones that AWS makes of them; references of outputs follow.
func (t *template) expandSAM(resources []source.Resource, outputs []source.Output) []source.Resource {
	params := source.Value{Kind: source.Map}
	for _, e := range t.declared.Entries {
		if v, ok := t.parameter(e.Key, false); ok {
			params.Entries = append(params.Entries, source.Entry{Key: e.Key, KeyAt: e.KeyAt, Value: v})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.params)) {
		if strings.HasPrefix(name, "AWS::") {
			params.Entries = append(params.Entries, source.Entry{Key: name, Value: t.pseudo(name, source.Location{}, scope{})})
		}
	}
	expanded, problems := sam.Expand(sam.Template{
		Resources: resources,
		Prefix:    t.prefix,
		Globals:   t.eval(t.root.Get("Globals"), scope{}),
		Params:    params,
		Outputs:   outputs,
		Renamed:   t.renamed,
		Include:   t.definition,
		Guard:     t.guard,
		Declare:   func(c source.Condition) { t.stack.Conditions = append(t.stack.Conditions, c) },
	})
	t.add(problems)
	return expanded
}
