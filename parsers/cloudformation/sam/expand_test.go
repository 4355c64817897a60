package sam_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// stackOf reads a SAM template.
func stackOf(t testing.TB, text string) *source.Stack {
	t.Helper()
	tree := source.MemoryTree(map[string][]byte{"t.yaml": []byte(text)})
	stack, ok := cloudformation.Load(tree, "t.yaml", cloudformation.Options{})
	if !ok {
		t.Fatalf("no template: %v", stack.Problems)
	}
	return stack
}

func find(t testing.TB, s *source.Stack, address string) source.Resource {
	t.Helper()
	i := slices.IndexFunc(s.Resources, func(r source.Resource) bool { return r.Address == address })
	if i < 0 {
		t.Fatalf("no resource %s", address)
	}
	return s.Resources[i]
}

const placed = `Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 30
    Environment: {Variables: {TABLE: !Ref Items}}
Resources:
  Items:
    Type: AWS::Serverless::SimpleTable
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: app.handler
      CodeUri: src/
      Policies:
        - DynamoDBReadPolicy:
            TableName: !Ref Items
      Events:
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
            BatchSize: 5
        List:
          Type: Api
          Properties:
            Path: /orders
            Method: get
            Auth:
              ApiKeyRequired: true
  Orders:
    Type: AWS::SQS::Queue
`

// Everything that is made leads back to the line that caused it.
func TestPlaces(t *testing.T) {
	s := stackOf(t, placed)
	line := source.Location.Line
	var via []int
	mapping := find(t, s, "WorkerWork")
	for _, v := range mapping.Via {
		via = append(via, line(v))
	}
	api := find(t, s, "ServerlessRestApi").Properties.Get("Body")
	path, _ := api.Get("paths").Entry("/orders")
	method, _ := path.Value.Entry("get")
	worker := find(t, s, "Worker").Properties
	timeout, variable := worker.Get("Timeout"), worker.Get("Environment", "Variables", "TABLE")
	role := find(t, s, "WorkerRole")
	statement := role.Properties.Get("Policies").Items[0].Get("PolicyDocument", "Statement").Items[0]
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"the mapping is the event's name", line(mapping.At), 19},
		{"it is made by the function", via[0], 9},
		{"a property of the mapping", line(mapping.Properties.Get("BatchSize").At), 23},
		{"the queue it reads from", line(mapping.Properties.Get("EventSourceArn").AllRefs()[0].At), 22},
		{"the function that it calls", line(mapping.Properties.Get("FunctionName").At), 19},
		{"the implicit API is its first event", line(find(t, s, "ServerlessRestApi").At), 24},
		{"a path is the event's Path", line(path.KeyAt), 27},
		{"a method is the event's Method", line(method.KeyAt), 28},
		{"an operation is the event", line(method.Value.Get("x-amazon-apigateway-integration").At), 24},
		{"security is the event's Auth", line(method.Value.Get("security").At), 30},
		{"a global value is used at the resource", line(timeout.At), 9},
		{"and written in Globals", line(*timeout.Def()), 4},
		{"as is what lies below it", line(*variable.Def()), 5},
		{"the role is the function", line(role.At), 9},
		{"a policy template is its name", line(statement.At), 16},
		{"the table is the parameter", line(statement.Get("Resource").AllRefs()[0].At), 17},
	} {
		if c.got != c.want {
			t.Errorf("%s: line %d, want %d", c.what, c.got, c.want)
		}
	}
	if mapping.From != "Worker" || role.From != "Worker" {
		t.Errorf("made from %q and %q, want Worker", mapping.From, role.From)
	}
}

// What a template says in a shape that SAM does not know is a problem at its
// place; the rest is expanded.
func TestProblems(t *testing.T) {
	function := func(properties string) string {
		return "Transform: AWS::Serverless-2016-10-31\nResources:\n  Worker:\n    Type: AWS::Serverless::Function\n    Properties:\n" +
			"      Runtime: nodejs22.x\n      Handler: a.b\n      CodeUri: src/\n" + properties + "\n  Orders:\n    Type: AWS::SQS::Queue\n"
	}
	other := func(kind, properties string) string {
		return "Transform: AWS::Serverless-2016-10-31\nResources:\n  Thing:\n    Type: AWS::Serverless::" + kind + "\n    Properties: " + properties + "\n"
	}
	for _, c := range []struct{ template, line, want string }{
		{function("      Memory: 1"), "9", `has no property "Memory"`},
		{function("      Events: {A: {Type: Carrier, Properties: {}}}"), "9", `no event type "Carrier"`},
		{function("      Events: {A: {Type: SQS}}"), "9", "needs Queue"},
		{function("      Events: text"), "9", "Events must be a map"},
		{function("      Events: {A: [1]}"), "9", "an event has a Type"},
		{function("      Events: {A: {Type: S3, Properties: {Bucket: name, Events: x}}}"), "9", "must be a !Ref to a bucket"},
		{function("      Events: {A: {Type: Api, Properties: {Path: /a, Method: get, RestApiId: none}}}"), "9", "must name an API"},
		{function("      Events: {A: {Type: Schedule, Properties: {Schedule: rate(1 day), DeadLetterConfig: {}}}}"), "9", "DeadLetterConfig needs"},
		{function("      Policies: [{NoSuchPolicy: {}}]"), "9", `no policy template "NoSuchPolicy"`},
		{function("      Policies: [{SQSPollerPolicy: {}}]"), "9", "needs QueueName"},
		{function("      Policies: [[a]]"), "9", "a policy is a name"},
		{function("      DeadLetterQueue: {Type: FIFO}"), "9", "DeadLetterQueue needs"},
		{function("      FunctionUrlConfig: {}"), "9", "needs an AuthType"},
		{function("      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}"), "9", "needs AutoPublishAlias"},
		{function("      EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: Carrier}}}"), "9", "the Type of a destination"},
		{other("Api", "{}"), "3", "needs a StageName"},
		{other("Cluster", "{}"), "3", "no resource type AWS::Serverless::Cluster"},
		{other("StateMachine", "{}"), "3", "needs a Definition"},
		{other("WebSocketApi", "{RouteSelectionExpression: a}"), "3", "needs Routes"},
		{other("Connector", "{Source: {Id: A}, Destination: {Id: B}, Permissions: [Read]}"), "5", `no resource`},
		{other("Connector", "{}"), "3", "a connector needs"},
		{other("Application", "{}"), "3", "needs a Location"},
		{other("SimpleTable", "{PrimaryKey: {Name: a, Type: Date}}"), "5", "String, Number or Binary"},
		{"Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Role: x}}\nResources: {}\n", "2", `cannot set "Role"`},
		{"Transform: AWS::Serverless-2016-10-31\nGlobals: {Queue: {}}\nResources: {}\n", "2", `no section "Queue"`},
	} {
		s := stackOf(t, c.template)
		ok := slices.ContainsFunc(s.Problems, func(p source.Problem) bool {
			return p.Severity == source.Warning && strings.Contains(p.Summary, c.want) && fmt.Sprint(p.At.Line()) == c.line
		})
		if !ok {
			t.Errorf("no warning %q on line %s of\n%s%v", c.want, c.line, c.template, s.Problems)
		}
		if strings.Contains(c.template, "Worker:") {
			find(t, s, "Worker")
			find(t, s, "Orders")
		}
	}
}

// References to what is made through its maker lead to it, in outputs too.
func TestDottedReferences(t *testing.T) {
	s := stackOf(t, `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: a.b
      CodeUri: src/
      AutoPublishAlias: live
      Layers: [!Ref Shared]
      Environment: {Variables: {A: !Sub "x-${Worker.Alias}"}}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer/}
Outputs:
  Alias: {Value: !Ref Worker.Alias}
  Version: {Value: !GetAtt Worker.Version.Version}
`)
	got := func(v source.Value) string {
		r := v.AllRefs()[0]
		return r.Address + " " + r.Attribute
	}
	worker := find(t, s, "Worker").Properties
	for _, c := range [][2]string{
		{got(s.Outputs[0].Value), "WorkerAliaslive "},
		{got(s.Outputs[1].Value), "WorkerVersion~ Version"},
		{got(worker.Get("Environment", "Variables", "A")), "WorkerAliaslive "},
		{got(worker.Get("Layers")), "Shared~ "},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}

// In a nested stack all that is made has the stack's name before it.
func TestNestedAddresses(t *testing.T) {
	tree := source.MemoryTree(map[string][]byte{
		"t.yaml":    []byte("Transform: AWS::Serverless-2016-10-31\nResources:\n  Shop:\n    Type: AWS::Serverless::Application\n    Properties: {Location: shop.yaml}\n"),
		"shop.yaml": []byte(placed),
	})
	stack, ok := cloudformation.Load(tree, "t.yaml", cloudformation.Options{})
	if !ok {
		t.Fatal(stack.Problems)
	}
	for _, address := range []string{"Shop", "Shop/Worker", "Shop/WorkerRole", "Shop/WorkerWork", "Shop/ServerlessRestApi", "Shop/ServerlessRestApiProdStage"} {
		find(t, stack, address)
	}
	mapping := find(t, stack, "Shop/WorkerWork")
	if refs := mapping.Properties.Get("EventSourceArn").AllRefs(); refs[0].Address != "Shop/Orders" {
		t.Errorf("the mapping reads from %q, want Shop/Orders", refs[0].Address)
	}
	if len(mapping.Via) != 2 {
		t.Errorf("made by way of %v, want the application and the function", mapping.Via)
	}
}
