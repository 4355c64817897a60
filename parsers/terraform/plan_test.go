package terraform

import (
	"os"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// TestPlan reads a plan and a state, over the source and alone.
func TestPlan(t *testing.T) {
	for _, name := range []string{"plan", "state"} {
		file := name + ".json"
		text, err := os.ReadFile("testdata/plan/" + file)
		if err != nil {
			t.Fatal(err)
		}
		checkGolden(t, "testdata/"+name+"-overlay.golden", describe(load(t, "testdata/plan", Options{Plan: readPlan(t, text)})))
		tree, err := source.OpenTree("testdata/plan", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		alone, ok := LoadPlan(tree, file)
		if !ok {
			t.Errorf("%s is not taken for a plan", file)
		}
		checkGolden(t, "testdata/"+name+"-alone.golden", describe(alone))
	}
}

// TestFit: a plan is of the root that declares what it names.
func TestFit(t *testing.T) {
	plan := readPlan(t, []byte(`{"format_version": "1.2", "resource_changes": [
		{"address": "aws_sqs_queue.a[\"x\"]", "change": {"after": {}}},
		{"address": "aws_sqs_queue.b", "change": {"after": {}}},
		{"address": "module.m[0].aws_sqs_queue.c", "change": {"after": {}}},
		{"address": "aws_sqs_queue.destroyed", "change": {"after": null}},
		{"address": "data.aws_sqs_queue.d", "mode": "data", "change": {"after": {}}}
	]}`))
	const queue = "resource \"aws_sqs_queue\" "
	for text, want := range map[string]float64{
		queue + "\"a\" {\n for_each = {}\n}\n" + queue + "\"b\" {}\nmodule \"m\" { source = \"x\" }\n": 2.0 / 3,
		queue + "\"a\" {}\n" + queue + "\"b\" {}\nmodule \"m\" { source = \"x\" }\n":                   1,
		queue + "\"a\" {}\n" + queue + "\"b\" {}\n" + queue + "\"new\" {}\n":                           0.5,
		queue + "\"a\" {}\n" + queue + "\"destroyed\" {}\n":                                            0,
		"data \"aws_sqs_queue\" \"d\" {}\n":                                                            0,
		"":                                                                                             0,
	} {
		if got := plan.Fit(Components(loadFiles(t, map[string]string{"main.tf": text}, Options{}))); got != want {
			t.Errorf("%v, want %v for\n%s", got, want, text)
		}
	}
}

// TestPlanAgrees: a policy whose lists are sorted is the same policy, and what stands in
// for a module is not held against the plan.
func TestPlanAgrees(t *testing.T) {
	files := map[string]string{"main.tf": `
resource "aws_iam_policy" "p" {
  policy = jsonencode({ Statement = [{ Action = ["s3:PutObject", "s3:GetObject"], Resource = "*" }] })
}
module "queue" {
  source = "terraform-aws-modules/sqs/aws"
  name   = "q"
}
resource "aws_sqs_queue" "other" { name = "here" }
`}
	plan := readPlan(t, []byte(`{"format_version": "1.2", "resource_changes": [
		{"address": "aws_iam_policy.p", "change": {"after": {"policy": "{\"Statement\": [{\"Resource\": \"*\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\"]}]}"}}},
		{"address": "module.queue.aws_sqs_queue.this[0]", "change": {"after": {"name": "another"}}},
		{"address": "aws_sqs_queue.other", "change": {"after": {"name": "there"}}}
	]}`))
	s := loadFiles(t, files, Options{Plan: plan})
	text := problems(s)
	if strings.Count(text, "the plan has another value here") != 1 || !strings.Contains(text, "main.tf:9:43: warning: the plan has another value here") {
		t.Errorf("problems:\n%s", text)
	}
	if got := property(t, s, "module.queue.aws_sqs_queue.this[0]", "name").Text; got != "another" {
		t.Errorf("the queue of the module is called %s", got)
	}
}

// TestPlannedVariables: a plan was made with values, which win; text in them is text.
func TestPlannedVariables(t *testing.T) {
	plan := readPlan(t, []byte(`{"format_version": "1.2", "variables": {
		"text": {"value": "${not.evaluated}"}, "number": {"value": 5}, "on": {"value": true}, "other": {"value": "x"},
		"object": {"value": {"list": [1, "a", null]}}, "secret": {"value": "hunter2"}, "shapes": 1
	}}`))
	s := loadFiles(t, map[string]string{"main.tf": `
variable "text" {}
variable "number" { type = number }
variable "on" { type = bool }
variable "object" { type = any }
variable "secret" { sensitive = true }
variable "shapes" { default = "d" }
resource "x_y" "z" {
  count  = var.on ? 1 : 0
  v      = [var.text, var.number + 1, var.object.list[1], var.shapes]
  secret = var.secret
}
`}, Options{Inputs: []Input{{Name: "number", Value: "1"}}, Plan: plan})
	if got, want := show(property(t, s, "x_y.z[0]", "v")), "[${not.evaluated} 6 a d]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !property(t, s, "x_y.z[0]", "secret").Sensitive || len(s.Conditions) > 0 {
		t.Errorf("the secret is shown, or there are conditions: %v", s.Conditions)
	}
}

func readPlan(t *testing.T, text []byte) *Plan {
	t.Helper()
	plan, problems := ReadPlan(File{"plan.json", text})
	if plan == nil {
		t.Fatal(problems)
	}
	return plan
}

func TestNoPlan(t *testing.T) {
	for name, test := range map[string]struct{ text, problem string }{
		"version": {`{"format_version": "2.0", "terraform_version": "9"}`, "format_version"},
		"broken":  {`{"format_version": `, "not JSON"},
		"shapes":  {`{"format_version": "1.0", "resource_changes": [1, {"address": [], "change": {"after": {"a": 1}}}], "planned_values": {"root_module": {"resources": [{}, {"address": "a.b"}], "child_modules": [{}]}}}`, ""},
		"empty":   {"", "not JSON"},
		"raw":     {`{"version": 4, "terraform_version": "1.11.4", "resources": []}`, "neither a plan nor a state as terraform show -json prints them"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {}\n"}
			plan, found := ReadPlan(File{"plan.json", []byte(test.text)})
			if (plan != nil) != (test.problem == "") || test.problem != "" && (len(found) != 1 || !strings.Contains(found[0].Summary, test.problem)) {
				t.Errorf("plan %v, problems %v", plan, found)
			}
			if s := loadFiles(t, files, Options{Plan: plan}); !declares(s, "aws_sqs_queue.q") {
				t.Errorf("the queue is lost; problems:\n%s", problems(s))
			}
			_, ok := LoadPlan(source.MemoryTree(map[string][]byte{"plan.json": []byte(test.text)}), "plan.json")
			if ok != (test.problem == "") {
				t.Errorf("LoadPlan says %v", ok)
			}
		})
	}
}

func TestIsPlan(t *testing.T) {
	for text, want := range map[string]bool{
		`{"format_version":"1.2","terraform_version":"1.11.4"}`: true,
		`{"AWSTemplateFormatVersion":"2010-09-09"}`:             false,
		`{"version": 4, "terraform_version": "1.11.4"}`:         false,
	} {
		if IsPlan([]byte(text)) != want {
			t.Errorf("IsPlan(%s) = %v", text, !want)
		}
	}
}
