package document

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// template is a SAM template of n functions, each with a queue; one of them is
// about 600 bytes.
func template(n int) []byte {
	var b strings.Builder
	b.WriteString("AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n")
	for i := range n {
		fmt.Fprintf(&b, `  # orders of shop %[1]d
  Orders%[1]d:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: nodejs22.x
      MemorySize: 512
      Tracing: Active
      Environment:
        Variables:
          QUEUE_URL: !Ref Queue%[1]d
          TABLE: !Sub "${AWS::StackName}-orders-%[1]d"
      Policies:
        - SQSSendMessagePolicy: {QueueName: !GetAtt Queue%[1]d.QueueName}
      Events:
        Shop:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue%[1]d.Arn
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]
  Queue%[1]d:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 180
`, i)
	}
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{3, 300} {
		src := template(n)
		b.Run(fmt.Sprintf("%dB/nodes", len(src)), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				var y yaml.Node
				if err := yaml.NewDecoder(bytes.NewReader(src)).Decode(&y); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%dB/values", len(src)), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if _, problems := Parse("t", src); len(problems) > 0 {
					b.Fatal(problems)
				}
			}
		})
	}
}

func BenchmarkParseJSON(b *testing.B) {
	var queues []string
	for i := range 30 {
		queues = append(queues, fmt.Sprintf(`"Q%d": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 180}}`, i))
	}
	src := []byte(`{"Resources": {` + strings.Join(queues, ",\n") + `}}`)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := Parse("t", src); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

// BenchmarkRegion finds the variable of a Fn::Sub, in a small file and a large one.
func BenchmarkRegion(b *testing.B) {
	for _, n := range []int{3, 300} {
		src := template(n)
		v, _ := Parse("t", src)
		at := v.Get("Resources", fmt.Sprintf("Orders%d", n-1), "Properties", "Environment", "Variables", "TABLE", "Fn::Sub").At
		b.Run(fmt.Sprintf("%dB", len(src)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				region(src, at, 0, 17)
			}
		})
	}
}

// BenchmarkWithin reads a state machine inside a template.
func BenchmarkWithin(b *testing.B) {
	var states []string
	for i := range 20 {
		states = append(states, fmt.Sprintf("    \"S%d\": {\"Type\": \"Task\", \"Resource\": \"${Fn%[1]d}\", \"Next\": \"S%d\"}", i, i+1))
	}
	src := []byte("D: |\n  {\"States\": {\n" + strings.Join(states, ",\n") + "}}\n")
	v, _ := Parse("t", src)
	v = substituted(src, v.Get("D"))
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := Within(func(string) []byte { return src }, v); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}
