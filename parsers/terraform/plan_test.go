package terraform

import (
	"os"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

func TestPlan(t *testing.T) {
	text, err := os.ReadFile("testdata/plan/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "testdata/plan-overlay.golden", describe(load(t, "testdata/plan", Options{Plan: &File{"plan.json", text}})))
	tree, err := source.OpenTree("testdata/plan", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	alone, ok := LoadPlan(tree, "plan.json")
	if !ok {
		t.Error("not taken for a plan")
	}
	checkGolden(t, "testdata/plan-alone.golden", describe(alone))
}

func TestNoPlan(t *testing.T) {
	for name, test := range map[string]struct{ text, problem string }{
		"version": {`{"format_version": "2.0", "terraform_version": "9"}`, "format_version"},
		"broken":  {`{"format_version": `, "not JSON"},
		"shapes":  {`{"format_version": "1.0", "resource_changes": [1, {"address": [], "change": {"after": {"a": 1}}}], "planned_values": {"root_module": {"resources": [{}, {"address": "a.b"}], "child_modules": [{}]}}}`, ""},
		"empty":   {"", "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {}\n"}
			s := loadFiles(t, files, Options{Plan: &File{"plan.json", []byte(test.text)}})
			if !declares(s, "aws_sqs_queue.q") || !strings.Contains(problems(s), test.problem) {
				t.Errorf("problems:\n%s", problems(s))
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
