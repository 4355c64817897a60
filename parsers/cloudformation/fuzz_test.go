package cloudformation

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// FuzzLoad: no template, however broken, makes Load panic or hang, and what it
// says is placed in the file.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/places/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(preamble + "!Ref It\n"))
	f.Add([]byte("Transform: AWS::Serverless-2016-10-31\nResources: {F: {Type: AWS::Serverless::Function, Properties: {Events: {E: {Type: Api}}}}}\n"))
	f.Add([]byte("Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: t, Parameters: {P: !GetAtt N.Outputs.O}}}}\nOutputs: {O: {Value: !Ref P}}\nParameters: {P: {}}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, _ := Load(source.MemoryTree(map[string][]byte{"t": text}), "t", Options{})
		check(t, s)
	})
}

// FuzzIntrinsics puts any value in the place of a property of a whole template.
func FuzzIntrinsics(f *testing.F) {
	for _, in := range []string{
		`!Sub ["${X}-${Env}-${!Y}", {X: !Ref Table}]`, `!Join ["-", [a, !If [IsProd, p, !Ref Table]]]`,
		`!Select [1, !Split [",", !Ref Env]]`, `!FindInMap [Sizes, !Ref Env, Memory, {DefaultValue: 1}]`,
		`!Cidr [10.0.0.0/16, 2, 8]`, `{"Fn::ForEach::L": [N, !Ref Names, {"K${N}&{N}": !Sub "${N}"}]}`,
		`{"Fn::Transform": {Name: AWS::Include, Parameters: {Location: t}}}`, `{"Fn::ToJsonString": {A: [!GetAtt Table.Arn]}}`,
		`!If [IsProd, {A: !Ref "AWS::NoValue"}, [!Ref "AWS::NoValue"]]`, `{"Fn::Length": [!If [IsProd, a, !Ref "AWS::NoValue"]]}`,
		`!And [!Condition IsProd, !Not [!Equals [!Ref Open, !FindInMap [Sizes, !Ref Env, Memory]]], !Or [!Equals [a, b]]]`,
		`"{{resolve:secretsmanager:a}}"`, `{"Fn::ImportValue": !Sub "${Open}-x"}`, `{"Fn::Base64": !Sub "${Env}"}`,
	} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		text := []byte(preamble + in + "\n")
		s, _ := Load(source.MemoryTree(map[string][]byte{"t": text}), "t", Options{Params: map[string]string{"Given": "yes please"}})
		check(t, s)
	})
}

// check walks all that a stack holds.
func check(t *testing.T, s *source.Stack) {
	for _, r := range s.Resources {
		if r.Address == "" || r.Type == "" || r.At.IsZero() {
			t.Errorf("resource %+v", r)
		}
		for _, v := range []source.Value{r.Properties, r.Metadata, r.Attributes} {
			checkValue(t, v)
			v.AllRefs()
			show(v)
		}
	}
	for _, o := range s.Outputs {
		checkValue(t, o.Value)
	}
	for _, p := range s.Problems {
		if p.Summary == "" || p.At.File() == "" {
			t.Errorf("problem %+v", p)
		}
		if text := s.Files[p.At.File()]; int(p.At.EndOffset) > len(text) || p.At.Offset > p.At.EndOffset {
			t.Errorf("%s: offsets %d to %d of %d", p, p.At.Offset, p.At.EndOffset, len(text))
		}
	}
	source.Worlds(s.Conditions, nil, s.Allowed, 8)
}

func checkValue(t *testing.T, v source.Value) {
	if v.Kind == source.Unset && (len(v.Items) > 0 || len(v.Entries) > 0) {
		t.Errorf("%s: unset with content", v.At)
	}
	if len(v.Alts()) > maxCases {
		t.Errorf("%s: %d alternatives", v.At, len(v.Alts()))
	}
	for _, item := range v.Items {
		if item.Kind == source.Unset {
			t.Errorf("%s: an item is unset", v.At)
		}
		checkValue(t, item)
	}
	for _, e := range v.Entries {
		if e.Value.Kind == source.Unset {
			t.Errorf("%s: the entry %s is unset", v.At, e.Key)
		}
		checkValue(t, e.Value)
	}
	for _, a := range v.Alts() {
		checkValue(t, a.Value)
	}
}
