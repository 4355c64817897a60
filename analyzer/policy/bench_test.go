package policy_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// BenchmarkBuiltin links the rules that come with the program.
func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		if _, err := policy.Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}

// cell is one service of a generated stack: an API, a function, a queue with its
// dead letters and its consumer, a table, a log group; eight resources.
const cell = `
  Api%[1]d: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: a, ProtocolType: HTTP, Target: !GetAtt Web%[1]d.Arn}}
  Web%[1]d: {Type: AWS::Lambda::Function, Properties: {Timeout: 10, Runtime: nodejs22.x, TracingConfig: {Mode: Active}, Environment: {Variables: {QUEUE: !Ref Queue%[1]d}}}}
  Queue%[1]d: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead%[1]d.Arn, maxReceiveCount: 5}}}
  Dead%[1]d: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600}}
  Worker%[1]d: {Type: AWS::Lambda::Function, Properties: {Timeout: 20, MemorySize: 512, Runtime: python3.14, Environment: {Variables: {TABLE: !Ref Table%[1]d}}}}
  Mapping%[1]d: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Queue%[1]d.Arn, FunctionName: !Ref Worker%[1]d}}
  Table%[1]d: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, KeySchema: [{AttributeName: id, KeyType: HASH}]}}
  Log%[1]d: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "/aws/lambda/${Worker%[1]d}"}}
`

// generated is the graph of a template of about n resources.
func generated(t testing.TB, n int) *graph.Graph {
	var s strings.Builder
	s.WriteString("Resources:\n")
	for i := range n / 8 {
		fmt.Fprintf(&s, cell, i)
	}
	return build(t, "big.yaml", []byte(s.String()))
}

// BenchmarkCheck judges generated stacks by all rules, with everything known and
// with one attribute in ten unknown.
func BenchmarkCheck(b *testing.B) {
	e := builtin(b)
	for _, n := range []int{10, 100, 1_000, 10_000} {
		g := generated(b, n)
		b.Run(fmt.Sprintf("%d/known", n), func(b *testing.B) { judge(b, e, g) })
		i := 0
		for _, n := range g.Nodes {
			for _, name := range []string{"timeout_s", "tracing", "retention_s", "runtime"} {
				if _, ok := n.Attrs[name]; ok {
					if i++; i%10 == 0 {
						n.Attrs[name] = source.Value{Kind: source.Unknown, Text: "Unknown", At: n.At}
					}
				}
			}
		}
		b.Run(fmt.Sprintf("%d/unknown", n), func(b *testing.B) { judge(b, e, g) })
	}
}

// BenchmarkRules judges by each rule alone: ten times the resources should cost
// about ten times as much.
func BenchmarkRules(b *testing.B) {
	e := builtin(b)
	for _, n := range []int{1_000, 10_000} {
		g := generated(b, n)
		for _, r := range e.Rules() {
			b.Run(fmt.Sprintf("%s/%d", r.ID, n), func(b *testing.B) { judge(b, e, g, r.ID) })
		}
	}
}

func judge(b *testing.B, e *policy.Engine, g *graph.Graph, only ...string) {
	var found, undecided int
	for b.Loop() {
		r := e.Check(context.Background(), g, policy.Options{Date: today, Only: only})
		for _, f := range r.Failures {
			b.Fatal(f)
		}
		found, undecided = len(r.Findings), len(r.Undecided)
	}
	b.ReportMetric(float64(found), "findings")
	b.ReportMetric(float64(undecided), "undecided")
}
