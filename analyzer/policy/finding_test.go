package policy_test

import (
	"fmt"
	"strings"
	"testing"
)

const places = `Parameters:
  Hidden: {Type: Number, Default: 40}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: !Ref Hidden
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Timeout: 30
      TracingConfig:
        Mode: PassThrough
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Worker
`

// TestPlaces: where a finding is, what it is related to, how sure it is, and what
// it is called from run to run.
func TestPlaces(t *testing.T) {
	g := build(t, "shop.yaml", []byte(places))
	r := check(t, builtin(t), g, "visibility-margin", "function-tracing", "consumed-queue-dead-letter")
	var got []string
	for _, f := range r.Findings {
		line := fmt.Sprintf("%s-%d:%d %s %s %s %s", f.At, f.At.EndLine(), f.At.EndColumn(), f.Rule.ID, f.Severity, f.Certainty, f.Key)
		for _, x := range f.Related {
			line += fmt.Sprintf("\n  %s-%d:%d %s", x.At, x.At.EndLine(), x.At.EndColumn(), x.Message)
		}
		got = append(got, line)
	}
	want := `shop.yaml:4:3-4:9 consumed-queue-dead-letter error exact consumed-queue-dead-letter|shop.yaml|Orders|dead_letters_to
  shop.yaml:18:26-18:32 queue Orders triggers function Worker
shop.yaml:7:26-7:37 visibility-margin warning default visibility-margin|shop.yaml|Orders|visibility_timeout_s|Worker
  shop.yaml:2:35-2:37 written here
  shop.yaml:8:3-8:9 function Worker
  shop.yaml:18:26-18:32 queue Orders triggers function Worker
shop.yaml:13:15-13:26 function-tracing warning exact function-tracing|shop.yaml|Worker|tracing`
	if strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// TestSeverities: a rule is sorted out by what its findings may at most be.
func TestSeverities(t *testing.T) {
	for _, r := range builtin(t).Rules() {
		for _, s := range r.Severities[1:] {
			if s > r.Severity() {
				t.Errorf("%s: %s before %s; the severest comes first", r.ID, r.Severity(), s)
			}
		}
	}
}
