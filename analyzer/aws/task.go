package aws

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// stepAttrs is the attributes of the edges from a state to what it calls.
var stepAttrs = []attr{
	{name: "action", typ: text, doc: "Of a direct integration or a workflow's task: service and action, such as dynamodb:PutItem."},
	{name: "mode", typ: text, enum: []string{"sync", "async"}, doc: "Whether the caller waits for the result, or the target only takes the request over."},
	literalAttr,
}

// called is how a task names what it works on: the fields of its parameters, each
// with dots between keys and [] after a list, and the kinds of nodes they name.
type called struct {
	fields string
	kinds  []graph.Kind
}

// taskTargets is by service (Step Functions Developer Guide, Integrating optimized
// services; the AWS SDK's API references). Other services are external nodes.
var taskTargets = map[string]called{
	"lambda":         {"FunctionName", []graph.Kind{graph.Function}},
	"dynamodb":       {"TableName TransactItems[].Put.TableName TransactItems[].Update.TableName TransactItems[].Delete.TableName TransactItems[].ConditionCheck.TableName TransactItems[].Get.TableName", []graph.Kind{graph.Table}},
	"sqs":            {"QueueUrl", []graph.Kind{graph.Queue}},
	"sns":            {"TopicArn TargetArn", []graph.Kind{graph.Topic}},
	"events":         {"Entries[].EventBusName EventBusName", []graph.Kind{graph.Bus}},
	"states":         {"StateMachineArn", []graph.Kind{graph.StateMachine}},
	"s3":             {"Bucket", []graph.Kind{graph.Bucket}},
	"kinesis":        {"StreamName StreamARN", []graph.Kind{graph.Stream}},
	"firehose":       {"DeliveryStreamName", []graph.Kind{graph.DeliveryStream}},
	"secretsmanager": {"SecretId", []graph.Kind{graph.Secret}},
	"ssm":            {"Name Names Path", []graph.Kind{graph.Parameter}},
	"ecs":            {"TaskDefinition Cluster", []graph.Kind{graph.ContainerService, graph.Job}},
	"batch":          {"JobDefinition JobQueue", []graph.Kind{graph.Job}},
	"glue":           {"JobName Name", []graph.Kind{graph.Job}},
	"codebuild":      {"ProjectName", []graph.Kind{graph.Job}},
	"rds-data":       {"ResourceArn", []graph.Kind{graph.Database}},
	"redshift-data":  {"ClusterIdentifier WorkgroupName", []graph.Kind{graph.Warehouse}},
	"cognito-idp":    {"UserPoolId", []graph.Kind{graph.UserPool}},
	"logs":           {"LogGroupName", []graph.Kind{graph.LogGroup}},
	"execute-api":    {"ApiEndpoint ApiId", []graph.Kind{graph.API}},
	"http":           {"ApiEndpoint", nil},
	"timestream":     {"TableName DatabaseName", []graph.Kind{graph.Table, graph.Database}},
}

// sdkServices is the services whose SDK or integration name is not the prefix of
// their IAM actions.
var sdkServices = map[string]string{
	"sfn": "states", "eventbridge": "events", "cloudwatchlogs": "logs", "rdsdata": "rds-data", "redshiftdata": "redshift-data",
	"cognitoidentityprovider": "cognito-idp", "opensearch": "es", "apigatewaymanagementapi": "execute-api", "apigateway": "execute-api",
	"timestreamwrite": "timestream", "timestreamquery": "timestream", "elasticmapreduce": "elasticmapreduce", "dynamodbstreams": "dynamodb",
}

// request is one call of a state to a service.
type request struct {
	service string // as in IAM actions; "lambda" for a function's own ARN
	action  string // as in the API, such as PutItem
	pattern string
	params  source.Value
	target  source.Value // of a function or activity that the resource itself names
	at      source.Location
}

// task reads what a task calls.
func (w *workflow) task(s *state) {
	if s.def.Get("Type").Text != "Task" {
		return
	}
	resource := s.def.Get("Resource")
	if resource.Kind != source.Unset {
		w.set(s.node, "resource", text, source.StringOf(spell(resource.Pieces()), resource.At))
	}
	w.call(s, s.def)
}

// call makes the edges of what a task, or the reader or writer of a map, calls.
func (w *workflow) call(s *state, def source.Value) {
	for g, resource := range def.Get("Resource").Cases() {
		when, ok := s.when.And(w.b.guard(w.r.stack, g))
		if !ok || resource.Kind == source.Unset {
			continue
		}
		q := w.request(def, resource)
		if s.def.Get("Type").Text == "Task" {
			w.noteRequest(s, q)
		}
		w.reach(s.node, q, when)
	}
}

// request reads the resource of a task: a service integration
// (arn:aws:states:::service:action.pattern), a function or an activity.
func (w *workflow) request(def, resource source.Value) request {
	q := request{pattern: "request_response", at: resource.At, params: def.Get("Parameters")}
	if arguments := def.Get("Arguments"); arguments.Kind != source.Unset {
		q.params = arguments
	}
	a, isARN := parseARN(resource.Pieces())
	integration := spell(a.resource)
	switch {
	case isARN && a.service == "states" && strings.HasPrefix(integration, "activity:"), w.isActivity(resource):
		q.target, q.service, q.pattern = resource, "activity", "callback"
		return q
	case !isARN || a.service != "states":
		q.target, q.service, q.action = resource, "lambda", "Invoke"
		return q
	}
	integration, pattern, _ := strings.Cut(integration, ".")
	switch {
	case strings.HasPrefix(pattern, "sync"):
		q.pattern = "sync"
	case pattern == "waitForTaskToken":
		q.pattern = "callback"
	}
	q.service, q.action, _ = strings.Cut(strings.TrimPrefix(integration, "aws-sdk:"), ":")
	q.service = strings.ToLower(q.service)
	if name, ok := sdkServices[q.service]; ok {
		q.service = name
	}
	if q.action != "" {
		q.action = strings.ToUpper(q.action[:1]) + q.action[1:]
	}
	return q
}

func (w *workflow) isActivity(v source.Value) bool {
	for _, ref := range v.AllRefs() {
		if r := w.b.byAddress[w.r.stack][ref.Address]; r != nil && (r.Type == "AWS::StepFunctions::Activity" || r.Type == "aws_sfn_activity") {
			return true
		}
	}
	return false
}

// noteRequest gives a task the attributes of its call.
func (w *workflow) noteRequest(s *state, q request) {
	n := s.node
	w.set(n, "integration", text, source.StringOf(q.name(), q.at))
	w.set(n, "pattern", text, source.StringOf(q.pattern, q.at))
	if q.service == "http" || q.service == "execute-api" {
		w.set(n, "method", text, dynamic(q.params, "Method"))
	}
	if q.service == "dynamodb" && services["dynamodb"].accessOf(q.action).write {
		test, found := q.params.Entry("ConditionExpression")
		w.set(n, "conditional", flag, source.BoolOf(found, cmp.Or(test.KeyAt, q.at)))
	}
	if update := dynamic(q.params, "UpdateExpression"); update.Kind != source.Unset && q.service == "dynamodb" {
		w.set(n, "relative", flag, update.Apply(isRelative))
	}
}

// reckoning is what makes an update expression follow from the value that was there:
// the actions ADD and DELETE, or a sum or difference.
var reckoning = regexp.MustCompile(`(?i)\b(add|delete)\s+[\w#.]+\s+:|[\w\])]\s+[+-]\s+[:#\w]|[\w\])][+-][:#]`)

// isRelative reports of an update expression whether it reckons with the value that
// was there.
func isRelative(v source.Value) source.Value {
	if v.Kind != source.String {
		return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}
	}
	return source.BoolOf(reckoning.MatchString(v.Text), v.At)
}

func (q request) name() string {
	if q.action == "" {
		return q.service
	}
	return q.service + ":" + q.action
}

// access is what a call does with what it names.
func (q request) access() access {
	switch q.service {
	case "lambda":
		if q.action == "Invoke" {
			return access{call: true}
		}
	case "http", "execute-api", "activity":
		return access{call: true}
	}
	s := services[q.service]
	a := s.accessOf(q.action)
	if len(s.kinds) == 0 && a.write { // a service without stores
		return access{call: true}
	}
	return a
}

// mode is whether the state waits for what the call sets in motion.
func (q request) mode() string {
	if q.pattern != "request_response" {
		return "sync"
	}
	switch q.name() {
	case "lambda:Invoke":
		if t := q.params.Get("InvocationType"); t.Text == "Event" {
			return "async"
		}
		return "sync"
	case "sqs:ReceiveMessage", "states:StartSyncExecution":
		return "sync"
	}
	a := q.access()
	switch q.service {
	case "sqs", "sns", "events", "kinesis", "firehose", "states", "ecs", "batch", "glue", "codebuild", "codepipeline":
		if !a.read {
			return "async"
		}
	}
	return "sync"
}

// reach makes the edges from a state to what it calls.
func (w *workflow) reach(from *graph.Node, q request, when source.Guard) {
	for _, rel := range q.access().relations() {
		for _, t := range w.targets(q, rel) {
			if both, ok := when.And(t.when); ok {
				attrs := map[string]source.Value{
					"mode": source.StringOf(q.mode(), q.at), "action": source.StringOf(q.name(), q.at), "literal": source.BoolOf(t.literal, t.at),
				}
				w.connect(from, edge{rel: rel, to: t, when: both, at: cmp.Or(t.at, q.at), attrs: attrs})
			}
		}
	}
}

// targets is what a call names. An end that only the run of the workflow decides
// has no node.
func (w *workflow) targets(q request, rel graph.Relation) []end {
	kinds := graph.Ending(rel)
	if q.target.Kind != source.Unset {
		ends := w.resolve(q.target, kinds)
		for i := range ends {
			ends[i].at = q.at
		}
		return ends
	}
	c, known := taskTargets[q.service]
	var out []end
	named := false
	for field := range strings.FieldsSeq(c.fields) {
		values, found := fieldValues(q.params, strings.Split(field, "."))
		named = named || found
		for _, v := range values {
			out = append(out, w.named(q, c, v, rel)...)
		}
	}
	if requests := q.params.Get("RequestItems"); q.service == "dynamodb" && requests.Kind == source.Map {
		named = true
		for _, e := range requests.Entries {
			key := source.StringOf(e.Key, e.KeyAt)
			if found := w.b.mentioned(w.r, e.Value, c.kinds); len(found) > 0 && strings.Contains(e.Key, "${") {
				out = append(out, found...)
				continue
			}
			out = append(out, w.named(q, c, key, rel)...)
		}
	}
	switch {
	case named:
		return out
	case q.service == "events":
		return []end{{node: w.b.defaultBus(), at: q.at}}
	case known:
		if found := w.b.mentioned(w.r, q.params, c.kinds); len(found) > 0 {
			return found
		}
		if a := services[q.service].accessOf(q.action); a.content || q.service == "lambda" && q.action == "Invoke" {
			return []end{{at: q.at, unresolved: q.name(), kinds: c.kinds}}
		}
	}
	return []end{{node: w.b.external(q.service, q.service), at: q.at}}
}

// named is what one field of a call names; it is placed where the definition names
// it, though a substitution may say what it is.
func (w *workflow) named(q request, c called, v source.Value, rel graph.Relation) []end {
	ends := w.find(q, c, v, rel)
	for i := range ends {
		ends[i].at = v.At
	}
	return ends
}

func (w *workflow) find(q request, c called, v source.Value, rel graph.Relation) []end {
	kinds := append([]graph.Kind{graph.Resource, graph.External, graph.Module}, c.kinds...)
	if found := w.b.seek(w.r, v, kinds); len(found) > 0 {
		return found
	}
	if found := w.b.mentioned(w.r, v, graph.Ending(rel)); len(found) > 0 {
		return found
	}
	switch {
	case q.service == "events" && strings.EqualFold(v.Text, "default"):
		return []end{{node: w.b.defaultBus(), at: v.At}}
	case q.service == "http" || v.Kind == source.String && !strings.HasPrefix(v.Text, "$"):
		return w.resolve(v, kinds)
	}
	return []end{{at: v.At, unresolved: v.Text, kinds: kinds}}
}

// resolve finds what a text names. A ${Name} that no substitution binds is not
// known.
func (w *workflow) resolve(v source.Value, kinds []graph.Kind) []end {
	if v.Kind == source.String && strings.Contains(v.Text, "${") {
		return []end{{at: v.At, unresolved: v.Text, kinds: kinds}}
	}
	return w.b.resolve(w.r, v, kinds)
}

// fieldValues is the values at a path of fields, lists on the way taken apart, and
// whether the call has the first of them.
func fieldValues(v source.Value, path []string) (values []source.Value, found bool) {
	name, list := strings.CutSuffix(path[0], "[]")
	x := dynamic(v, name)
	if x.Kind == source.Unset {
		return nil, false
	}
	if x.Kind == source.Unknown && len(x.Parts()) == 0 && len(x.Alts()) == 0 || len(path) == 1 && !list {
		return []source.Value{x}, true
	}
	for _, item := range x.Elements() {
		if len(path) == 1 {
			values, found = append(values, item), true
			continue
		}
		more, ok := fieldValues(item, path[1:])
		values, found = append(values, more...), found || ok
	}
	return values, found
}
