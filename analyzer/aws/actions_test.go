package aws

import (
	"strings"
	"testing"
)

func TestAccessOf(t *testing.T) {
	for _, tt := range []struct{ action, want string }{
		{"dynamodb:GetItem", "read content"},
		{"DynamoDB:getitem", "read content"},
		{"dynamodb:PutItem", "write content"},
		{"dynamodb:DescribeTable", "read"},
		{"dynamodb:CreateTable", "write"},
		{"dynamodb:Get*", "read content"},
		{"dynamodb:*Item", "read write content"},
		{"dynamodb:*", "read write content"},
		{"sqs:SendMessage*", "write content"},
		{"sqs:ReceiveMessage", "read content"},
		{"sqs:DeleteMessage", "read content"},
		{"s3:GetObject?ersion", "read content"},
		{"s3:List*", "read content"},
		{"lambda:InvokeFunction", "call content"},
		{"lambda:GetFunction", "read"},
		{"lambda:*", "read write call content"},
		{"states:StartExecution", "call content"},
		{"states:SendTaskSuccess", "write content"},
		{"logs:PutLogEvents", "write"},
		{"secretsmanager:GetSecretValue", "read content"},
		{"kafka-cluster:AlterGroup", "read content"}, // a consumer joins its group
		{"kafka-cluster:WriteDataIdempotently", "write"},
		{"kafka-cluster:WriteData", "write content"},
		{"nothing:DoIt", "write"},
		{"nothing:ListThem", "read"},
	} {
		name, action := splitAction(tt.action)
		a := services[name].accessOf(action)
		var got []string
		for _, x := range []struct {
			is   bool
			word string
		}{{a.read, "read"}, {a.write, "write"}, {a.call, "call"}, {a.content, "content"}} {
			if x.is {
				got = append(got, x.word)
			}
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: %q, want %q", tt.action, s, tt.want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true}, {"*", "x", true}, {"", "", true}, {"", "x", false}, {"?", "", false}, {"a?c", "abc", true}, {"A*C", "abbc", true},
		{"a*b*c", "aXbYc", true}, {"a*b*c", "aXcYb", false}, {"*end", "the end", true}, {"start*", "star", false}, {"**", "x", true},
		{strings.Repeat("*a", 50) + "b", strings.Repeat("a", 2000), false},
	} {
		if got := matches(tt.pattern, tt.name); got != tt.want {
			t.Errorf("%q and %q: %t", tt.pattern, tt.name, got)
		}
	}
}

func TestManagedPolicy(t *testing.T) {
	for _, tt := range []struct {
		arn   string
		known bool
		first string
	}{
		{"arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole", true, "sqs:DeleteMessage"},
		{"arn:${AWS::Partition}:iam::aws:policy/AmazonS3ReadOnlyAccess", true, "s3:Describe*"},
		{"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", true, ""},
		{"AmazonSQSFullAccess", true, "sqs:*"},
		{"arn:aws:iam::aws:policy/NoSuchPolicy", false, ""},
		{"arn:aws:iam::123456789012:policy/AmazonSQSFullAccess", false, ""},
		{"", false, ""},
	} {
		actions, known := managedPolicy(tt.arn)
		if known != tt.known || strings.Join(actions, " ") != "" && actions[0] != tt.first || tt.first != "" && len(actions) == 0 {
			t.Errorf("%s: %v, %t", tt.arn, actions, known)
		}
	}
}

// TestManagedActions finds each action of the managed policies' table in the form
// of an action, with a service that the other table knows.
func TestManagedActions(t *testing.T) {
	for name, text := range managedPolicies {
		for action := range strings.FieldsSeq(text) {
			if service, _ := splitAction(action); action != "*" && service != "xray" && services[service].kinds == nil {
				t.Errorf("%s: %s is of no service that has nodes", name, action)
			}
		}
	}
}
