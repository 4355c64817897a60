package aws

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// TestValuesAgree reads the literals of every plain template here and in the
// fixtures a second way, by the YAML library and encoding/json into goformation's
// structs. What stands there at the path of an attribute is what the node says.
// Whether it is the right path the golden graphs tell.
func TestValuesAgree(t *testing.T) {
	var files []string
	for _, pattern := range []string{
		"testdata/*.yaml", "../../testdata/architectures/*/cfn.yaml", "../../rules/*/*/testdata/*.cfn.yaml", os.Getenv("SERVERLENS_CORPUS") + "/*/*.json",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	compared := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var root yaml.Node
		stack, ok := cloudformation.Load(source.MemoryTree(map[string][]byte{"t.yaml": text}), "t.yaml", cloudformation.Options{})
		if !ok || yaml.Unmarshal(text, &root) != nil {
			continue
		}
		template, _ := literals(root.Content[0]).(map[string]any)
		if _, macros := template["Transform"]; macros {
			continue
		}
		resources, _ := template["Resources"].(map[string]any)
		g := Build([]*source.Stack{stack})
		for id, r := range resources {
			if r, ok := r.(map[string]any); ok {
				compared += compareValues(t, file, g.Node(id), r)
			}
		}
	}
	t.Logf("%d values of %d templates", compared, len(files))
	if compared < 200 {
		t.Errorf("only %d values were compared", compared)
	}
}

// literals is what is written below a node, without what calls a function.
func literals(n *yaml.Node) any {
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return literals(n.Alias)
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			if v := literals(item); v != nil {
				list = append(list, v)
			}
		}
		return list
	case yaml.MappingNode:
		entries := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if key == "Ref" || strings.HasPrefix(key, "Fn::") {
				return nil
			}
			if v := literals(n.Content[i+1]); v != nil {
				entries[key] = v
			}
		}
		return entries
	}
	var v any
	if n.Decode(&v) != nil {
		return nil
	}
	return v
}

// compareValues compares the attributes of a node with the properties of its
// resource, each as far as its struct takes them, and counts them.
func compareValues(t *testing.T, file string, n *graph.Node, resource map[string]any) (compared int) {
	t.Helper()
	typ, _ := resource["Type"].(string)
	r := rowOf(typ)
	if r == nil || r.cfn == nil || n == nil || n.Kind != r.kind || r.of != (prop{}) || r.sameAs != nil {
		return 0
	}
	properties, _ := resource["Properties"].(map[string]any)
	for _, a := range r.attrs {
		path := strings.Split(a.at.cfn, ".")
		if a.as != nil || a.read != nil || properties[path[0]] == nil || strings.ContainsAny(a.at.cfn, "[*") {
			continue
		}
		text, err := json.Marshal(map[string]any{"Type": typ, "Properties": map[string]any{path[0]: properties[path[0]]}})
		if err != nil {
			continue
		}
		typed := reflect.New(reflect.TypeOf(r.cfn).Elem())
		if json.Unmarshal(text, typed.Interface()) != nil { // such as a number that is written as text
			continue
		}
		if want, ok := valueAt(typed, path); ok {
			compared++
			if got := n.Attrs[a.name]; got.Text != want {
				t.Errorf("%s: %s.%s is %q, and %s %q", file, n.ID, a.name, got.Text, a.at.cfn, want)
			}
		}
	}
	return compared
}

func rowOf(typ string) *row {
	for i := range rows {
		if rows[i].cfn != nil && rows[i].cfn.AWSCloudFormationType() == typ {
			return rows[i]
		}
	}
	return nil
}

// valueAt is the scalar at a path of properties, as text.
func valueAt(v reflect.Value, path []string) (string, bool) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return "", false
		}
		v = v.Elem()
	}
	if len(path) > 0 && v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); tag == path[0] {
				return valueAt(v.Field(i), path[1:])
			}
		}
	}
	if len(path) > 0 || v.IsZero() && v.Kind() == reflect.String { // a required text that is not there
		return "", false
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), true
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64), true
	}
	return "", false
}
