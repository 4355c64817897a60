package parsers

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

const queue = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n"

// folder writes files into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// loaded loads paths of a folder and returns the paths of the stacks, and the
// problems.
func loaded(t *testing.T, dir string, opts Options, paths ...string) (stacks, problems []string) {
	t.Helper()
	for i, p := range paths {
		if p != "-" {
			paths[i] = filepath.Join(dir, filepath.FromSlash(p))
		}
	}
	got, found, err := Load(paths, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got {
		stacks = append(stacks, s.Path)
		found = append(found, s.Problems...)
	}
	for _, p := range found {
		problems = append(problems, p.String())
	}
	return stacks, problems
}

func TestLoadFolder(t *testing.T) {
	dir := folder(t, map[string]string{
		"template.yaml":             queue,
		"a/template.yml":            queue,
		"a/deep/stack.json":         `{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}`,
		"b/app.template":            queue,
		"package.json":              `{"name": "x"}`,
		"deployment.yaml":           "apiVersion: apps/v1\nkind: Deployment\nspec: {Resources: \"a::b\"}\n",
		"azure.json":                `{"$schema": "https://schema.management.azure.com/x", "resources": [{"type": "Microsoft.Web/sites"}]}`,
		"serverless.yml":            "service: x\nresources:\n  Resources:\n    Q: {Type: AWS::SQS::Queue}\n",
		"readme.md":                 queue,
		"broken-but-no-stack.yaml":  "a: [\n",
		"node_modules/x/t.yaml":     queue,
		"vendor/t.yaml":             queue,
		".git/t.yaml":               queue,
		".aws-sam/build/t.yaml":     queue,
		".terraform/t.yaml":         queue,
		".serverless/t.yaml":        queue,
		"cdk.out/App.template.json": `{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}`,
	})
	stacks, problems := loaded(t, dir, Options{}, ".")
	want := []string{"template.yaml", "a/template.yml", "b/app.template", "a/deep/stack.json"}
	if !reflect.DeepEqual(stacks, want) || problems != nil {
		t.Errorf("got  %v %v\nwant %v", stacks, problems, want)
	}
	for path, want := range map[string]string{".serverless": ".serverless/t.yaml", "cdk.out": "cdk.out/App.template.json"} {
		if stacks, _ := loaded(t, dir, Options{}, path); !reflect.DeepEqual(stacks, []string{want}) {
			t.Errorf("%s: got %v", path, stacks)
		}
	}
	stacks, _ = loaded(t, dir, Options{}, "b", "template.yaml", ".", "readme.md")
	want = []string{"b/app.template", "template.yaml", "a/template.yml", "a/deep/stack.json", "readme.md"}
	if !reflect.DeepEqual(stacks, want) {
		t.Errorf("several paths: got %v, want %v", stacks, want)
	}
}

func TestLoadNestedTemplateBelongsToItsParent(t *testing.T) {
	parent := func(child string) string {
		return "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: " + child + "}\n"
	}
	dir := folder(t, map[string]string{"a.yaml": queue, "z.yaml": parent("a.yaml")})
	if stacks, problems := loaded(t, dir, Options{}, "."); !reflect.DeepEqual(stacks, []string{"z.yaml"}) || problems != nil {
		t.Errorf("got %v %v", stacks, problems)
	}
	dir = folder(t, map[string]string{"a.yaml": parent("b.yaml"), "b.yaml": parent("a.yaml")})
	stacks, problems := loaded(t, dir, Options{}, ".")
	if !reflect.DeepEqual(stacks, []string{"a.yaml"}) || len(problems) != 1 || !strings.Contains(problems[0], "circle") {
		t.Errorf("in a circle: got %v %v", stacks, problems)
	}
}

func TestLoadBadFiles(t *testing.T) {
	dir := folder(t, map[string]string{
		"good.yaml":     queue,
		"bad.yaml":      "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n   X: [\n",
		"big.yaml":      queue + strings.Repeat("#\n", 500),
		"other.yaml":    "a: b\n",
		"binary.yaml":   "\xff\xfe\x00Resources::",
		"empty.yaml":    "",
		"twice.yaml":    "Resources:\n  Q: {Type: AWS::SQS::Queue, Type: AWS::SQS::Queue}\n",
		"list.yaml":     "AWSTemplateFormatVersion: '2010-09-09'\nResources: []\n",
		"no-type.yaml":  "AWSTemplateFormatVersion: '2010-09-09'\nResources: {A: {}, B: null}\n",
		"sub/last.yaml": queue,
	})
	tests := []struct {
		path   string
		stacks int
		want   []string // of the problems, in order
	}{
		{"bad.yaml", 0, []string{"bad.yaml:4:"}},
		{"big.yaml", 0, []string{"limit of 500"}},
		{"other.yaml", 0, []string{"other.yaml: error: this is no CloudFormation or SAM template"}},
		{"binary.yaml", 0, []string{"binary.yaml:1:1: error"}},
		{"empty.yaml", 0, []string{"empty.yaml: error"}},
		{"twice.yaml", 1, []string{"twice.yaml:2:30: warning: duplicate key"}},
		{"list.yaml", 1, []string{"list.yaml:2:12: error: Resources is a list"}},
		{"no-type.yaml", 1, []string{"no-type.yaml:2:13: error", "no-type.yaml:2:20: error"}},
	}
	for _, tt := range tests {
		stacks, problems := loaded(t, dir, Options{MaxFileSize: 500}, tt.path, "good.yaml")
		if len(stacks) != tt.stacks+1 || len(problems) != len(tt.want) {
			t.Errorf("%s: got %v %q", tt.path, stacks, problems)
			continue
		}
		for i, want := range tt.want {
			if !strings.Contains(problems[i], want) {
				t.Errorf("%s: got %q, want %q in it", tt.path, problems[i], want)
			}
		}
	}
	stacks, problems := loaded(t, dir, Options{MaxFileSize: 500}, ".")
	if want := []string{"good.yaml", "list.yaml", "no-type.yaml", "twice.yaml", "sub/last.yaml"}; !reflect.DeepEqual(stacks, want) {
		t.Errorf("folder: got %v, want %v; %v", stacks, want, problems)
	}
	if !strings.Contains(strings.Join(problems, "\n"), "bad.yaml:4:") {
		t.Errorf("folder: no problem of bad.yaml in %q", problems)
	}
}

// What may not be read is told, and hides nothing else.
func TestLoadUnreadable(t *testing.T) {
	if os.Geteuid() <= 0 {
		t.Skip("the superuser, like whoever runs Windows, may read everything")
	}
	dir := folder(t, map[string]string{"a.yaml": queue, "b.yaml": queue, "closed/c.yaml": queue})
	for _, name := range []string{"b.yaml", "closed"} {
		file := filepath.Join(dir, name)
		if err := os.Chmod(file, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(file, 0o700) })
	}
	stacks, problems := loaded(t, dir, Options{}, ".")
	if want := []string{"a.yaml"}; !slices.Equal(stacks, want) {
		t.Errorf("stacks %v, want %v", stacks, want)
	}
	want := []string{"closed: warning: not searched: permission denied", "b.yaml: warning: permission denied"}
	if !slices.Equal(problems, want) {
		t.Errorf("problems %q, want %q", problems, want)
	}
}

func TestLoadNothing(t *testing.T) {
	dir := folder(t, map[string]string{"a.txt": "x"})
	if _, _, err := Load([]string{dir}, Options{}); !errors.Is(err, ErrNothing) {
		t.Errorf("got %v", err)
	}
	if _, _, err := Load([]string{filepath.Join(dir, "absent")}, Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestLoadStdin(t *testing.T) {
	text := `{"TemplateBody": "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n"}`
	stacks, problems := loaded(t, "", Options{Stdin: strings.NewReader(text)}, "-")
	if !reflect.DeepEqual(stacks, []string{"stdin"}) || problems != nil {
		t.Errorf("got %v %v", stacks, problems)
	}
	if _, _, err := Load([]string{"-"}, Options{Stdin: strings.NewReader(text), MaxFileSize: 10}); err == nil {
		t.Error("no error above the limit")
	}
}

func TestLoadStaysBelowTheRoot(t *testing.T) {
	dir := folder(t, map[string]string{
		"secret.json":           `{"StartAt": "A"}`,
		"repo/.git/HEAD":        "",
		"repo/asl.json":         `{"StartAt": "B"}`,
		"repo/in/template.yaml": machine("../asl.json") + strings.TrimPrefix(machine("../../secret.json"), "Resources:\n"),
	})
	stacks, found, err := Load([]string{filepath.Join(dir, "repo", "in", "template.yaml")}, Options{})
	if err != nil || len(found) > 0 || len(stacks) != 1 {
		t.Fatal(stacks, found, err)
	}
	s := stacks[0]
	if got := s.Resources[0].Properties.Get("Definition", "StartAt").Text; s.Path != "in/template.yaml" || got != "B" {
		t.Errorf("%s: inside: got %q", s.Path, got)
	}
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Summary, "outside") || s.Problems[0].Severity != source.Note {
		t.Errorf("outside: got %v", s.Problems)
	}
	if _, read := s.Files["../secret.json"]; read || len(s.Files) != 2 {
		t.Errorf("read %v", slices.Sorted(maps.Keys(s.Files)))
	}
}

func machine(uri string) string {
	name := "M" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, uri)
	return "Resources:\n  " + name + ":\n    Type: AWS::StepFunctions::StateMachine\n    Properties: {DefinitionS3Location: " + uri + "}\n"
}

func TestRoot(t *testing.T) {
	dir := folder(t, map[string]string{
		"a/b/c/plain.yaml": queue, "a/b/c/up.yaml": "../x", "a/b/c/upup.yaml": "../../x", "a/d/x.yaml": queue, "g/.git": "", "g/h/x.yaml": queue,
	})
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ paths, want string }{
		{"a/b/c/plain.yaml", "a/b/c"}, {"a/b/c", "a/b/c"}, {"a/b/c/up.yaml", "a/b"}, {"a/b/c/upup.yaml", "a"},
		{"a/b/c a/d/x.yaml", "a"}, {"g/h/x.yaml", "g"}, {"g/h", "g"},
	} {
		var paths []string
		for _, p := range strings.Fields(tt.paths) {
			paths = append(paths, filepath.Join(dir, filepath.FromSlash(p)))
		}
		got, err := Root(paths)
		if want := filepath.Join(dir, filepath.FromSlash(tt.want)); err != nil || got != want {
			t.Errorf("%s: got %s, %v", tt.paths, got, err)
		}
	}
}

func TestParams(t *testing.T) {
	want := map[string]string{"Env": "prod", "Names": "a,b", "Size": "3"}
	tests := map[string]string{
		"cli.json":       `[{"ParameterKey": "Env", "ParameterValue": "prod"}, {"ParameterKey": "Names", "ParameterValue": "a,b"}, {"ParameterKey": "Size", "ParameterValue": "3"}, {"ParameterKey": "Old", "UsePreviousValue": true}]`,
		"overrides.json": `["Env=prod", "Names=a,b", "Size=3"]`,
		"plain.json":     `{"Env": "prod", "Names": ["a", "b"], "Size": 3}`,
		"pipeline.json":  `{"Parameters": {"Env": "prod", "Names": "a,b", "Size": "3"}, "Tags": {}}`,
		"plain.yaml":     "Env: prod\nNames: [a, b]\nSize: 3\n",
		"text.toml":      "version = 0.1\n[default.deploy.parameters]\nparameter_overrides = \"Env=\\\"prod\\\" Names='a,b' Size=3\"\n",
		"list.toml":      "[default.deploy.parameters]\nparameter_overrides = [\"Env=prod\", \"Names=a,b\", \"Size=3\"]\n",
		"keys.toml":      "[default.deploy.parameters]\nparameter_overrides = \"ParameterKey=Env,ParameterValue=prod ParameterKey=Names,ParameterValue=a,b ParameterKey=Size,ParameterValue=3\"\n",
		"global.toml":    "[default.global.parameters]\nparameter_overrides = \"Env=dev Names=a,b\"\n[default.deploy.parameters]\nparameter_overrides = \"Env=prod Size=3\"\n",
	}
	dir := folder(t, tests)
	for name := range tests {
		got, err := ReadParams(filepath.Join(dir, name))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	bad := map[string]string{
		"a.json": `"x"`, "b.json": `[1]`, "c.json": `{"A": {"B": 1}}`, "d.json": `{`, "e.toml": "x", "f.toml": "[default.deploy.parameters]\nparameter_overrides = \"Env\"\n",
		"g.toml": "[default.deploy.parameters]\nparameter_overrides = 1\n", "h.json": "",
	}
	dir = folder(t, bad)
	for name := range bad {
		if got, err := ReadParams(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s: got %v and no error", name, got)
		}
	}
}

func TestLoadWithParams(t *testing.T) {
	dir := folder(t, map[string]string{
		"template.yaml": "Parameters: {Env: {Type: String}}\nResources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Env}}\n",
		"params.json":   `{"Env": "file", "AWS::Region": "eu-west-1"}`,
	})
	file := filepath.Join(dir, "template.yaml")
	for want, opts := range map[string]Options{
		"file": {ParamsFile: filepath.Join(dir, "params.json")},
		"flag": {ParamsFile: filepath.Join(dir, "params.json"), Params: map[string]string{"Env": "flag"}},
	} {
		stacks, problems, err := Load([]string{file}, opts)
		if err != nil || len(problems) > 0 || stacks[0].Resources[0].Properties.Get("QueueName").Text != want {
			t.Errorf("%s: %v %v", want, problems, err)
		}
	}
	_, problems, err := Load([]string{file}, Options{Params: map[string]string{"Evn": "typo"}})
	if err != nil || len(problems) != 1 || problems[0].String() != "warning: no stack has a parameter Evn" {
		t.Errorf("typo: %v %v", problems, err)
	}
}

// TestTerraformSettings: values, plans and stand-ins for modules reach the root.
func TestTerraformSettings(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"repo/app/main.tf":      "variable \"a\" {}\nvariable \"b\" {}\nmodule \"up\" { source = \"../up\" }\nmodule \"m\" { source = \"example.com/acme/thing/aws\" }\nresource \"aws_sqs_queue\" \"q\" {\n  name = \"${var.a}${var.b}\"\n}\n",
		"repo/up/main.tf":       "resource \"aws_sns_topic\" \"up\" {}\n",
		"x.tfvars":              "a = \"x\"\n",
		"shims/acme/thing/a.tf": "resource \"aws_sns_topic\" \"shim\" {}\n",
		"plan.json":             `{"format_version":"1.2","resource_changes":[{"address":"aws_sqs_queue.q","change":{"after":{"name":"xy","arn":"arn:q"}}}]}`,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stacks, _, err := Load([]string{filepath.Join(dir, "repo/app")}, Options{
		Params: map[string]string{"b": "y"}, Vars: []Var{{File: filepath.Join(dir, "x.tfvars")}},
		Plan: filepath.Join(dir, "plan.json"), Shims: filepath.Join(dir, "shims"),
	})
	if err != nil || len(stacks) != 1 {
		t.Fatal(stacks, err)
	}
	got := map[string]string{}
	for _, r := range stacks[0].Resources {
		got[r.Address] = r.Properties.Get("name").Text + r.Properties.Get("arn").Text
	}
	want := map[string]string{"aws_sqs_queue.q": "xyarn:q", "module.up.aws_sns_topic.up": "", "module.m.aws_sns_topic.shim": ""}
	if !maps.Equal(got, want) {
		t.Errorf("resources %v, want %v", got, want)
	}
	if _, _, err := Load([]string{dir}, Options{Plan: filepath.Join(dir, "none.json")}); err == nil {
		t.Error("no error for a plan that is not there")
	}
}

// TestLoadPlan: what terraform show prints is a stack by itself.
func TestLoadPlan(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "plan.json")
	text := `{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"resources":[
		{"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","values":{"name":"q"}}]}}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{dir, file} {
		stacks, problems, err := Load([]string{p}, Options{Root: dir})
		if err != nil || len(problems) > 0 || len(stacks) != 1 || len(stacks[0].Resources) != 1 {
			t.Errorf("Load(%s) = %v, %v, %v; want one stack of one resource", p, stacks, problems, err)
		}
	}
}

// TestLoadTerraform: a folder is a stack, a module that it calls is none.
func TestLoadTerraform(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"app/main.tf":       "module \"m\" { source = \"./m\" }\nresource \"aws_sqs_queue\" \"q\" {}\n",
		"app/m/main.tf":     "resource \"aws_sns_topic\" \"t\" {}\n",
		"app/empty/main.tf": "variable \"x\" {}\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []string{dir, filepath.Join(dir, "app/main.tf")} {
		stacks, problems, err := Load([]string{p}, Options{Root: dir})
		if err != nil || len(problems) > 0 || len(stacks) != 1 {
			t.Fatalf("Load(%s) = %d stacks, %v, %v; want one", p, len(stacks), problems, err)
		}
		if s := stacks[0]; s.Path != "app" || s.Format != "terraform" || len(s.Resources) != 2 {
			t.Errorf("Load(%s) = %s, %s, %d resources", p, s.Path, s.Format, len(s.Resources))
		}
	}
}
