package aws_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// FuzzIAM reads any document as a policy.
func FuzzIAM(f *testing.F) {
	fuzz(f, "iam.yaml", func(doc source.Value) []source.Resource {
		return []source.Resource{
			resource("Worker", "AWS::Lambda::Function", field("Role", refTo("Role"))),
			resource("Role", "AWS::IAM::Role", field("Policies", source.ListOf(source.Location{}, object(field("PolicyDocument", doc)))),
				field("ManagedPolicyArns", doc)),
			resource("Beside", "aws_iam_role_policy", field("role", refTo("Role")), field("policy", doc)),
			resource("Orders", "AWS::DynamoDB::Table", field("TableName", source.StringOf("orders", source.Location{}))),
		}
	})
}

// FuzzWorkflow reads any document as a state machine's definition.
func FuzzWorkflow(f *testing.F) {
	fuzz(f, "workflow.yaml", func(doc source.Value) []source.Resource {
		return []source.Resource{
			resource("Flow", "AWS::StepFunctions::StateMachine", field("Definition", doc),
				field("DefinitionSubstitutions", object(field("Orders", refTo("Orders")), field("Number", source.StringOf("3", source.Location{}))))),
			resource("Orders", "AWS::DynamoDB::Table"),
			resource("Worker", "AWS::Lambda::Function", field("Environment", object(field("Variables", doc)))),
		}
	})
}

// FuzzOpenAPI reads any document as an API's definition.
func FuzzOpenAPI(f *testing.F) {
	fuzz(f, "openapi.yaml", func(doc source.Value) []source.Resource {
		return []source.Resource{
			resource("Rest", "AWS::ApiGateway::RestApi", field("Body", doc)),
			resource("Http", "aws_apigatewayv2_api", field("body", doc)),
			resource("Worker", "AWS::Lambda::Function"),
		}
	})
}

// fuzz builds the graph of resources that hold an arbitrary document, as a value
// and as text, and checks that it is whole and does not depend on chance.
func fuzz(f *testing.F, seed string, resources func(source.Value) []source.Resource) {
	data, err := os.ReadFile(filepath.Join("testdata", seed))
	if err != nil {
		f.Fatal(err)
	}
	doc, _ := document.Parse("seed", data)
	for _, r := range doc.Get("Resources").Entries {
		for _, p := range r.Value.Get("Properties").Entries {
			f.Add(data[p.Value.At.Offset:p.Value.At.EndOffset])
		}
	}
	f.Add([]byte(`{"Statement":{"Effect":"Allow","Action":["*",1],"Resource":{"Ref":"Orders"}}}`))
	f.Add([]byte(`{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"${Orders}"},"Next":"A"}}}`))
	f.Add([]byte(`{"paths":{"/":{"get":{"x-amazon-apigateway-integration":{"uri":"arn:aws:apigateway:r:sqs:path/1/q"}}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		value, _ := document.Parse("fuzz", data)
		text := source.StringOf(string(data), source.NewFile("text", data).Region(0, 0))
		for _, doc := range []source.Value{withRefs(value), text} {
			first := describe(aws.Build(stackOf(resources(doc))))
			g := aws.Build(stackOf(resources(doc)))
			if second := describe(g); first != second {
				t.Fatalf("two graphs of one stack differ:\n%s", difference(first, second))
			}
			for _, e := range g.Edges {
				for _, n := range []*graph.Node{e.From, e.To} {
					if n != nil && g.Node(n.ID) != n {
						t.Fatalf("%s: a node that is not in the graph", e.ID)
					}
				}
			}
		}
	})
}

// withRefs puts references where a document says {"Ref": name}.
func withRefs(v source.Value) source.Value {
	if len(v.Entries) == 1 && v.Entries[0].Key == "Ref" {
		return source.RefOf(source.Ref{Address: v.Entries[0].Value.Text, At: v.At})
	}
	v.Items, v.Entries = slices.Clone(v.Items), slices.Clone(v.Entries)
	for i := range v.Items {
		v.Items[i] = withRefs(v.Items[i])
	}
	for i := range v.Entries {
		v.Entries[i].Value = withRefs(v.Entries[i].Value)
	}
	return v
}

func stackOf(resources []source.Resource) []*source.Stack {
	return []*source.Stack{{Path: "fuzz", Name: "fuzz", Resources: resources}}
}

func resource(address, typ string, properties ...source.Entry) source.Resource {
	return source.Resource{Address: address, Type: typ, Properties: object(properties...)}
}

func object(entries ...source.Entry) source.Value {
	return source.MapOf(source.Location{}, entries...)
}

func field(key string, v source.Value) source.Entry { return source.Entry{Key: key, Value: v} }

func refTo(address string) source.Value { return source.RefOf(source.Ref{Address: address}) }
