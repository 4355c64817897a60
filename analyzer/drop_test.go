package analyzer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
)

// drop is one thing that a template says less.
type drop struct {
	what string
	do   func(template map[string]any) (dropped any)
}

func at(v any, path ...string) any {
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// drops lists every event, policy and connector of a template.
func drops(template map[string]any) (out []drop) {
	resources, _ := template["Resources"].(map[string]any)
	in := func(key string, path ...string) func(map[string]any) any {
		return func(t map[string]any) any {
			m, _ := at(t, path...).(map[string]any)
			dropped := m[key]
			delete(m, key)
			return dropped
		}
	}
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		typ, _ := at(resources, id, "Type").(string)
		if typ == "AWS::Serverless::Connector" {
			out = append(out, drop{"connector " + id, in(id, "Resources")})
		}
		embedded, _ := at(resources, id, "Connectors").(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(embedded)) {
			out = append(out, drop{"connector " + id + " " + name, in(name, "Resources", id, "Connectors")})
		}
		if typ != "AWS::Serverless::Function" && typ != "AWS::Serverless::StateMachine" {
			continue
		}
		events, _ := at(resources, id, "Properties", "Events").(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(events)) {
			kind, _ := at(events, name, "Type").(string)
			out = append(out, drop{"event " + kind + " " + id + " " + name, in(name, "Resources", id, "Properties", "Events")})
		}
		switch policies := at(resources, id, "Properties", "Policies").(type) {
		case []any:
			for i := range policies {
				out = append(out, drop{fmt.Sprintf("policy %s %d", id, i), func(t map[string]any) any {
					p := at(t, "Resources", id, "Properties").(map[string]any)
					all := p["Policies"].([]any)
					p["Policies"] = slices.Concat(all[:i], all[i+1:])
					return all[i]
				}})
			}
		case nil:
		default:
			out = append(out, drop{"policy " + id, in("Policies", "Resources", id, "Properties")})
		}
	}
	return out
}

// TestDropsChangeGraph drops every event, policy and connector of every SAM
// template of the oracle, one at a time: the graph must change, unless
// testdata/oracle/drops.tsv says why it does not.
func TestDropsChangeGraph(t *testing.T) {
	explained := readReasons(t, "testdata/oracle/drops.tsv")
	all, same := 0, 0
	for _, p := range oraclePairs(t) {
		text := opened(t, p.sam)
		read := func() (template map[string]any) {
			if err := json.Unmarshal(text, &template); err != nil {
				t.Fatal(err)
			}
			return template
		}
		before := facts(graphOf(t, text))
		for _, d := range drops(read()) {
			all++
			less := read()
			dropped := d.do(less)
			smaller, err := json.Marshal(less)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(before, facts(graphOf(t, smaller))) {
				continue
			}
			same++
			said, err := json.Marshal(dropped)
			if err != nil {
				t.Fatal(err)
			}
			if line := p.name + " " + d.what + " " + string(said); !explained.match(line) {
				t.Errorf("not explained: the graph stays the same without %s", line)
			}
		}
	}
	explained.report(t)
	measured(t, "oracle drops that change the graph", all-same)
	t.Logf("dropped %d events, policies and connectors; %d leave the graph as it is", all, same)
}
