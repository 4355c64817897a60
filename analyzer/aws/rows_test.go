package aws

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// newer is the properties that are newer than goformation's last release.
var newer = []string{
	"AWS::Events::EventBus DeadLetterConfig",
	"AWS::KinesisFirehose::DeliveryStream IcebergDestinationConfiguration",
	"AWS::Lambda::EventSourceMapping ProvisionedPollerConfig",
	"AWS::Lambda::Function CapacityProviderConfig",
	"AWS::Lambda::Function DurableConfig",
	"AWS::Lambda::Function RecursiveLoop",
}

// ofNewerTypes is the properties of whole types that are newer than that.
var ofNewerTypes = []string{
	"InvokeConfiguration.RoleArn", "InvokeConfiguration.TargetArn", "OnFailureConfiguration.Arn", // AWS::EventsV2::Subscriber
	"ResourceArn",                                                   // AWS::Lambda::ResourcePolicy
	"GatewayIdentifier", "TargetConfiguration.Mcp.Lambda.LambdaArn", // AWS::BedrockAgentCore::GatewayTarget
}

func isNewer(typ, path string) bool {
	return slices.ContainsFunc(newer, func(n string) bool {
		return n == typ+" "+path || strings.HasPrefix(typ+" "+path, n+".")
	})
}

// TestPropertiesExist finds every CloudFormation property path of the rows in
// goformation's structs, and the type of each attribute in that of its field.
func TestPropertiesExist(t *testing.T) {
	unused := slices.Clone(newer)
	for _, r := range rows {
		if r.cfn == nil {
			continue
		}
		typ := r.cfn.AWSCloudFormationType()
		check := func(within, path string, want scalar) {
			if path == "" || path == "." {
				return
			}
			full := strings.TrimPrefix(within+"."+path, ".")
			if isNewer(typ, full) {
				unused = slices.DeleteFunc(unused, func(n string) bool { return strings.HasPrefix(typ+" "+full, n) })
				return
			}
			f, why := field(reflect.TypeOf(r.cfn), strings.Split(full, "."))
			if why != "" {
				t.Errorf("%s %s: %s", typ, full, why)
			} else if want != "" && !holds(f, want) {
				t.Errorf("%s %s: a %s, and the row says %s", typ, full, f, want)
			}
		}
		attrs := func(within string, all []attr) {
			for _, a := range all {
				if a.as != nil || a.read != nil {
					check(within, a.at.cfn, "")
				} else {
					check(within, a.at.cfn, a.typ)
				}
			}
		}
		check("", r.name.cfn, text)
		check("", r.is.cfn, "")
		check("", r.of.cfn, "")
		attrs("", r.attrs)
		for _, l := range r.links {
			check("", l.each.cfn, "")
			within := ""
			if l.each.cfn != "" {
				within = l.each.cfn + "[]"
			}
			for _, p := range []prop{l.from, l.to, l.dead} {
				check(within, p.cfn, "")
			}
			attrs(within, l.attrs)
		}
	}
	for _, n := range unused {
		t.Errorf("%s is listed as newer and no row uses it", n)
	}
}

// field is the type at a path of properties, or why there is none. What lies below
// free-form JSON is not known.
func field(t reflect.Type, path []string) (reflect.Type, string) {
	t = plain(t)
	if len(path) == 0 || t.Kind() == reflect.Interface || t.Kind() == reflect.String {
		return t, ""
	}
	name, all := strings.CutSuffix(path[0], "[]")
	switch t.Kind() {
	case reflect.Map:
		return field(t.Elem(), path[1:])
	case reflect.Slice:
		return nil, "a list, before " + path[0]
	case reflect.Struct:
		for i := range t.NumField() {
			tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if tag != name && name != "*" {
				continue
			}
			f := plain(t.Field(i).Type)
			if all && f.Kind() == reflect.Slice {
				f = f.Elem()
			}
			found, why := field(f, path[1:])
			if name == "*" && why != "" {
				continue
			}
			return found, why
		}
	}
	return nil, "no property " + name
}

func plain(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// holds reports whether a property of a type can be an attribute of a type.
func holds(f reflect.Type, want scalar) bool {
	if f.Kind() == reflect.Slice { // of which one element is meant
		f = plain(f.Elem())
	}
	switch f.Kind() {
	case reflect.Interface:
		return true
	case reflect.Map:
		return want == entries
	case reflect.String:
		return want == text || want == number // some numbers are written as text
	case reflect.Bool:
		return want == flag
	case reflect.Int, reflect.Int64, reflect.Float64:
		return want == number
	}
	return false
}

// TestPathsInFunctions finds every CloudFormation path that the package names
// anywhere, in functions too, somewhere in the structs of its types.
func TestPathsInFunctions(t *testing.T) {
	var structs []reflect.Type
	var collect func(reflect.Type)
	collect = func(s reflect.Type) {
		for s.Kind() == reflect.Pointer || s.Kind() == reflect.Slice || s.Kind() == reflect.Map {
			s = s.Elem()
		}
		if s.Kind() != reflect.Struct || slices.Contains(structs, s) {
			return
		}
		structs = append(structs, s)
		for i := range s.NumField() {
			if s.Field(i).Tag.Get("json") != "" {
				collect(s.Field(i).Type)
			}
		}
	}
	for _, r := range rows {
		if r.cfn != nil {
			collect(reflect.TypeOf(r.cfn))
		}
	}
	for _, path := range literalPaths(t, 0) {
		known := slices.Contains(ofNewerTypes, path) || slices.ContainsFunc(structs, func(s reflect.Type) bool {
			_, why := field(s, strings.Split(path, "."))
			return why == ""
		})
		if !known && !slices.ContainsFunc(newer, func(n string) bool { return strings.HasSuffix(n, " "+strings.Split(path, ".")[0]) }) {
			t.Errorf("%s: in no type", path)
		}
	}
}

// literalPaths is the paths of one column (0 CloudFormation, 1 Terraform) of every
// prop that the package's source holds as literals.
func literalPaths(t *testing.T, column int) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	add := func(lit *ast.CompositeLit) {
		if column < len(lit.Elts) {
			if b, ok := lit.Elts[column].(*ast.BasicLit); ok {
				if path, err := strconv.Unquote(b.Value); err == nil && path != "" && path != "." {
					out = append(out, path)
				}
			}
		}
	}
	isProp := func(e ast.Expr) bool { id, ok := e.(*ast.Ident); return ok && id.Name == "prop" }
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if isProp(lit.Type) {
				add(lit)
			}
			if list, ok := lit.Type.(*ast.ArrayType); ok && isProp(list.Elt) {
				for _, e := range lit.Elts {
					if inner, ok := e.(*ast.CompositeLit); ok && inner.Type == nil {
						add(inner)
					}
				}
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var (
	attributeName = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	terraformType = regexp.MustCompile(`^aws_[a-z0-9_]+$`)
)

// TestRowsAreComplete reads the catalogue as a reader of the documentation would.
func TestRowsAreComplete(t *testing.T) {
	types := map[string]int{}
	for i, r := range rows {
		for _, name := range r.types() {
			if at, double := types[name]; double {
				t.Errorf("%s is in rows %d and %d", name, at, i)
			}
			types[name] = i
			if !strings.Contains(name, "::") && !terraformType.MatchString(name) {
				t.Errorf("%q is no Terraform type", name)
			}
		}
		if len(r.types()) == 0 {
			t.Errorf("row %d has no type", i)
		}
		for _, l := range r.links {
			if graph.Ending(l.rel) == nil {
				t.Errorf("%v: %q is no relation", r.types(), l.rel)
			}
		}
	}
	for _, k := range graph.Kinds() {
		checkAttributes(t, string(k), attrsOf(k), NodeAttributes(k))
	}
	for _, rel := range graph.Relations() {
		checkAttributes(t, string(rel), attrsOfEdges(rel), EdgeAttributes(rel))
	}
}

func checkAttributes(t *testing.T, of string, all []attr, documented []Attribute) {
	t.Helper()
	for _, a := range all {
		i := slices.IndexFunc(documented, func(d Attribute) bool { return d.Name == a.name })
		if i < 0 || documented[i].Type != string(a.typ) {
			t.Errorf("%s.%s: a %s here and something else elsewhere", of, a.name, a.typ)
		}
	}
	for _, d := range documented {
		switch {
		case !attributeName.MatchString(d.Name):
			t.Errorf("%s.%s: no snake_case name", of, d.Name)
		case !strings.HasSuffix(d.Doc, "."):
			t.Errorf("%s.%s: no sentence says what it is", of, d.Name)
		case d.Default != "" && d.Type != "boolean" && d.Source == "":
			t.Errorf("%s.%s: no source for the default %s", of, d.Name, d.Default)
		case d.Default != "" && len(d.Enum) > 0 && !slices.Contains(d.Enum, d.Default):
			t.Errorf("%s.%s: the default %s is not one of %v", of, d.Name, d.Default, d.Enum)
		}
	}
}

// TestPartsNameAttributes: what a part gives to another node is one of its
// attributes.
func TestPartsNameAttributes(t *testing.T) {
	for _, r := range rows {
		if r.of == (prop{}) {
			continue
		}
		for _, a := range r.attrs {
			if !slices.ContainsFunc(graph.Kinds(), func(k graph.Kind) bool {
				return slices.ContainsFunc(NodeAttributes(k), func(d Attribute) bool { return d.Name == a.name && d.Type == string(a.typ) })
			}) {
				t.Errorf("%v: no kind has the attribute %s", r.types(), a.name)
			}
		}
	}
}
