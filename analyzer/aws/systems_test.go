package aws_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

func load(t *testing.T, name, template string) *source.Stack {
	t.Helper()
	stack, ok := cloudformation.Load(source.MemoryTree(map[string][]byte{name: []byte(template)}), name, cloudformation.Options{})
	if !ok {
		t.Fatalf("%s is no template: %v", name, stack.Problems)
	}
	return stack
}

const (
	queueStack = `
Resources:
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
Outputs:
  Jobs: {Value: !GetAtt Jobs.Arn, Export: {Name: shop-jobs}}
`
	importer = `
Resources:
  Polls: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Worker, EventSourceArn: !ImportValue shop-jobs}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: nodejs24.x, Code: {ZipFile: ""}, Role: !GetAtt Role.Arn}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
`
	byName = `
Resources:
  News: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: !Sub "arn:aws:sqs:eu-west-1:${AWS::AccountId}:jobs"}]}}
`
	stores = `
Parameters: {Env: {Type: String}}
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  ByName: {Type: AWS::SSM::Parameter, Properties: {Name: /jobs, Type: String, Value: !Ref Jobs}}
  ByEnv: {Type: AWS::SSM::Parameter, Properties: {Name: !Sub "/${Env}/jobs", Type: String, Value: !Ref Jobs}}
  ByStack: {Type: AWS::SSM::Parameter, Properties: {Name: !Sub "/${AWS::StackName}/jobs", Type: String, Value: !Ref Jobs}}
  ByOther: {Type: AWS::SSM::Parameter, Properties: {Name: !Ref Env, Type: String, Value: !Ref Jobs}}
`
	reads = `
Parameters:
  Env: {Type: String}
  Stored: {Type: AWS::SSM::Parameter::Value<String>, Default: /jobs}
Resources:
  News: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: %s}]}}
`
	alone = `
Resources:
  Other: {Type: AWS::SNS::Topic, Properties: {TopicName: jobs}}
`
)

func TestSystems(t *testing.T) {
	for _, test := range []struct {
		name   string
		stacks map[string]string
		want   string
	}{
		{"an export", map[string]string{"a": importer, "b": alone, "c": queueStack}, "a+c b"},
		{"a literal name", map[string]string{"a": queueStack, "b": byName}, "a+b"},
		{"a name that two declare", map[string]string{"a": queueStack, "b": byName, "c": queueStack}, "a b c"},
		{"a name of another kind", map[string]string{"a": alone, "b": byName}, "a b"},
		{"a stored value", map[string]string{"a": fmt.Sprintf(reads, `"{{resolve:ssm:/jobs:12}}"`), "b": stores}, "a+b"},
		{"a stored value in a text", map[string]string{"a": fmt.Sprintf(reads, `!Sub "arn:aws:sqs:eu-west-1:1:{{resolve:ssm:/${Env}/jobs}}"`), "b": stores}, "a+b"},
		{"a stored value by a parameter", map[string]string{"a": stores, "b": fmt.Sprintf(reads, `!Ref Stored`)}, "a+b"},
		{"a stored value that two declare", map[string]string{"a": stores, "b": fmt.Sprintf(reads, `!Ref Stored`), "c": stores}, "a b c"},
		{"a value stored under the stack's name", map[string]string{"a": stores, "b": fmt.Sprintf(reads, `!Sub "{{resolve:ssm:/${AWS::StackName}/jobs}}"`)}, "a b"},
		{"a value stored under any name", map[string]string{"a": stores, "b": fmt.Sprintf(reads, `!Sub "{{resolve:ssm:${Env}}}"`)}, "a b"},
		{"a value that nobody stores", map[string]string{"a": stores, "b": fmt.Sprintf(reads, `"{{resolve:ssm:/other}}"`)}, "a b"},
		{"all together", map[string]string{"a": byName, "b": queueStack, "c": importer, "d": alone}, "a+b+c d"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stacks []*source.Stack
			for _, name := range []string{"a", "b", "c", "d"} {
				if template, ok := test.stacks[name]; ok {
					stacks = append(stacks, load(t, name, template))
				}
			}
			var links []aws.Links
			for _, s := range stacks {
				links = append(links, aws.LinksOf(s))
			}
			var got []string
			for _, system := range aws.Systems(links) {
				var names []string
				for _, i := range system {
					names = append(names, stacks[i].Name)
				}
				got = append(got, strings.Join(names, "+"))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("systems %v, want %s", got, test.want)
			}
		})
	}
}

// TestJoinedStacks builds one graph of stacks that are linked: an import leads to
// the node of the other stack, and an export that is imported opens nothing.
func TestJoinedStacks(t *testing.T) {
	g := aws.Build([]*source.Stack{load(t, "queue", queueStack), load(t, "worker", importer)})
	checkVocabulary(t, g)
	jobs := g.Node("queue#Jobs")
	if jobs == nil {
		t.Fatal("no queue")
	}
	edges := g.Out(jobs, graph.Triggers)
	if len(edges) != 1 || edges[0].To != g.Node("worker#Worker") {
		t.Errorf("the mapping is %v", edges)
	}
	if why, open := jobs.Open[graph.Triggers]; open {
		t.Errorf("the queue is open: %s", why)
	}
	alone := aws.Build([]*source.Stack{load(t, "queue", queueStack)})
	if _, open := alone.Node("Jobs").Open[graph.Triggers]; !open {
		t.Error("an export that nobody imports opens nothing")
	}
}

// TestUncertain opens what there may be more of.
func TestUncertain(t *testing.T) {
	stack := load(t, "many", `
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Other: {Type: AWS::SQS::Queue}
  Polls: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Jobs.Arn}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: nodejs24.x, Code: {ZipFile: ""}, Role: !GetAtt Role.Arn}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
  News: {Type: AWS::SNS::Topic}
`)
	for i := range stack.Resources {
		switch stack.Resources[i].Address {
		case "Polls", "News":
			stack.Resources[i].Uncertain = true
		}
	}
	g := aws.Build([]*source.Stack{stack})
	for _, open := range []struct {
		node string
		rel  graph.Relation
		want bool
	}{
		{"Jobs", graph.Triggers, true}, {"Other", graph.Triggers, true}, {"Worker", "triggered_by", true},
		{"Jobs", graph.DeadLettersTo, true}, // a topic may be a dead-letter target
		{"Jobs", "alarms", false}, {"Worker", graph.Assumes, false},
	} {
		if _, got := g.Node(open.node).Open[open.rel]; got != open.want {
			t.Errorf("%s %s: open is %v", open.node, open.rel, got)
		}
	}
	if g.Open[graph.Topic] == "" {
		t.Error("there may be more topics, and the kind is not open")
	}
}

// TestUnseen opens everything where a macro may declare anything.
func TestUnseen(t *testing.T) {
	g := aws.Build([]*source.Stack{load(t, "macro", "Transform: Mine\nResources: {Q: {Type: AWS::SQS::Queue}}")})
	for _, k := range graph.Kinds() {
		if g.Open[k] == "" {
			t.Errorf("there may be more of the kind %s, and it is not open", k)
		}
	}
	for _, r := range graph.RelationsOf(graph.Queue) {
		if g.Node("Q").Open[r] == "" {
			t.Errorf("%s of the queue is not open", r)
		}
	}
}

// TestManyOpenEnds opens one end for each of many resources: partners are gone
// through once, and yet all are open.
func TestManyOpenEnds(t *testing.T) {
	var s strings.Builder
	s.WriteString("Parameters: {Arn: {Type: String}}\nResources:\n")
	for i := range 300 {
		fmt.Fprintf(&s, "  F%d: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: nodejs24.x, Code: {ZipFile: \"\"}, Role: r}}\n", i)
		fmt.Fprintf(&s, "  M%d: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref F%d, EventSourceArn: !Ref Arn}}\n", i, i)
		fmt.Fprintf(&s, "  Q%d: {Type: AWS::SQS::Queue}\n", i)
	}
	g := aws.Build([]*source.Stack{load(t, "large", s.String())})
	for i := range 300 {
		f, q := g.Node(fmt.Sprint("F", i)), g.Node(fmt.Sprint("Q", i))
		if _, open := f.Open["triggered_by"]; !open {
			t.Errorf("%s is not open", f.ID)
		}
		if _, open := q.Open[graph.Triggers]; !open {
			t.Errorf("%s is not open", q.ID)
		}
	}
}
