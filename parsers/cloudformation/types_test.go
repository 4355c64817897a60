package cloudformation

import (
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

func TestUnknownTypes(t *testing.T) {
	const text = `Resources:
  A: {Type: AWS::SQS::Queue}
  B: {Type: "Custom::Anything"}
  C: {Type: "AWS::SQS::Queu"}
  D: {Type: "AWS::Nowhere::Whatever"}
  E: {Type: "My::Own::Thing::MODULE"}
  F: {Type: "AWS::Serverless::Functoin"}
  G: {Type: "Third::Party::Resource"}
`
	stack, ok := Load(source.MemoryTree(map[string][]byte{"t.yaml": []byte(text)}), "t.yaml", Options{})
	if !ok {
		t.Fatal(stack.Problems)
	}
	var got []string
	for _, p := range stack.Problems {
		if strings.Contains(p.Summary, "resource type") {
			got = append(got, p.String())
		}
	}
	want := []string{
		"t.yaml:4:13: warning: there is no resource type AWS::SQS::Queu; AWS::SQS::Queue is meant, perhaps",
		"t.yaml:5:13: warning: the resource type AWS::Nowhere::Whatever is not known",
		"t.yaml:7:3: warning: F: AWS SAM has no resource type AWS::Serverless::Functoin",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTypesAreSorted(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(types, "\n"), "\n")
	if !slices.IsSorted(lines) {
		t.Error("the services are not in order")
	}
	for _, line := range lines {
		if fields := strings.Fields(line); len(fields) < 2 || !slices.IsSorted(fields[1:]) {
			t.Errorf("%s: not in order", fields[0])
		}
	}
}
