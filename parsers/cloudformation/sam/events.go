package sam

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// event is one entry of Events.
type event struct {
	id    string // of what it becomes: owner + name
	key   string
	typ   string
	at    source.Location // its name
	when  source.Guard    // where an open condition decides it
	props source.Value
}

type eventExpander func(*expander, *resource, target, event)

// functionEvents are the types of events of a function (AWS SAM Developer Guide,
// EventSource).
var functionEvents = map[string]eventExpander{
	"SQS": (*expander).poll, "Kinesis": (*expander).poll, "DynamoDB": (*expander).poll, "MSK": (*expander).poll,
	"MQ": (*expander).poll, "DocumentDB": (*expander).poll, "SelfManagedKafka": (*expander).poll,
	"SNS": (*expander).snsEvent, "S3": (*expander).s3Event, "Cognito": (*expander).cognitoEvent,
	"Schedule": (*expander).ruleEvent, "CloudWatchEvent": (*expander).ruleEvent, "EventBridgeRule": (*expander).ruleEvent,
	"ScheduleV2": (*expander).schedulerEvent, "CloudWatchLogs": (*expander).logsEvent, "IoTRule": (*expander).iotEvent,
	"AlexaSkill": (*expander).alexaEvent, "Api": (*expander).restEvent, "HttpApi": (*expander).httpEvent,
}

// machineEvents are the types of events of a state machine.
var machineEvents = map[string]eventExpander{
	"Schedule": (*expander).ruleEvent, "CloudWatchEvent": (*expander).ruleEvent, "EventBridgeRule": (*expander).ruleEvent,
	"ScheduleV2": (*expander).schedulerEvent, "Api": (*expander).restEvent,
}

// events expands the events of a function or state machine.
func (e *expander) events(r *resource, t target) {
	e.checkEvents(r)
	known := functionEvents
	if r.Type == machineType {
		known = machineEvents
	}
	for _, ev := range e.eventsOf(r) {
		expand, ok := known[ev.typ]
		if !ok {
			e.warn(ev.at, "%s: AWS SAM has no event type %q here", ev.id, ev.typ)
			continue
		}
		expand(e, r, t, ev)
	}
}

// eventsOf lists the events of a resource.
func (e *expander) eventsOf(r *resource) (out []event) {
	all := r.props.Get("Events")
	for g, entry := range all.Fields() {
		props := entry.Value.Get("Properties")
		if absent(props) || props.Kind == source.Unknown && len(props.Alts()) == 0 {
			props = source.MapOf(entry.Value.At)
		}
		if props.Kind != source.Map || entry.Value.Kind != source.Map {
			continue
		}
		out = append(out, event{
			id: r.Address + entry.Key, key: entry.Key, typ: entry.Value.Get("Type").Text,
			at: entry.KeyAt, when: g, props: props,
		})
	}
	slices.SortStableFunc(out, func(a, b event) int { return strings.Compare(a.order(), b.order()) })
	return out
}

// order is what AWS's translator sorts events by: the path of a route, else the
// name.
func (ev event) order() string {
	if path, ok := ev.props.Get("Path").AsString(); ok {
		return path
	}
	if ev.typ == "HttpApi" && absent(ev.props.Get("Path")) && absent(ev.props.Get("Method")) {
		return defaultPath
	}
	return ev.key
}

// checkEvents reports events that have the wrong shape.
func (e *expander) checkEvents(r *resource) {
	all := r.props.Get("Events")
	if !absent(all) && all.Kind != source.Map && all.Kind != source.Unknown {
		e.warn(all.At, "%s: Events must be a map", r.Address)
	}
	for _, entry := range all.Fields() {
		props := entry.Value.Get("Properties")
		if entry.Value.Kind != source.Map || props.Kind != source.Map && !absent(props) && props.Kind != source.Unknown {
			e.warn(entry.KeyAt, "%s%s: an event has a Type and a map of Properties", r.Address, entry.Key)
		}
	}
}

// need reports the properties that an event lacks.
func (e *expander) need(ev event, names ...string) {
	for _, name := range names {
		if absent(ev.props.Get(name)) {
			e.warn(ev.at, "%s: an event of type %s needs %s", ev.id, ev.typ, name)
		}
	}
}

// pollSource names the property that says what a mapping reads from.
var pollSource = map[string]string{
	"SQS": "Queue", "Kinesis": "Stream", "DynamoDB": "Stream", "MSK": "Stream", "MQ": "Broker", "DocumentDB": "Cluster",
}

// pollPolicy names the managed policy that lets a function read from the source.
var pollPolicy = map[string]string{
	"SQS": "AWSLambdaSQSQueueExecutionRole", "Kinesis": "AWSLambdaKinesisExecutionRole",
	"DynamoDB": "AWSLambdaDynamoDBExecutionRole", "MSK": "AWSLambdaMSKExecutionRole",
}

// poll makes the event source mapping of an event that Lambda polls for.
func (e *expander) poll(r *resource, t target, ev event) {
	p := ev.props
	f := fields{at: ev.at}
	f.set("FunctionName", t.name(ev.at))
	if from, ok := pollSource[ev.typ]; ok {
		e.need(ev, from)
		f.rename(p, from, "EventSourceArn")
	} else {
		e.need(ev, "KafkaBootstrapServers", "Topics")
		if v := p.Get("KafkaBootstrapServers"); !absent(v) {
			f.set("SelfManagedEventSource", nested(v, "Endpoints", "KafkaBootstrapServers"))
		}
	}
	f.take(p, "StartingPosition", "StartingPositionTimestamp", "BatchSize", "Enabled", "MaximumBatchingWindowInSeconds",
		"MaximumRetryAttempts", "BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "ParallelizationFactor",
		"Topics", "Queues", "SourceAccessConfigurations", "TumblingWindowInSeconds", "FunctionResponseTypes",
		"FilterCriteria", "KmsKeyArn", "ScalingConfig", "ProvisionedPollerConfig", "MetricsConfig", "LoggingConfig")
	kafka := fields{at: ev.at}
	kafka.take(p, "ConsumerGroupId", "SchemaRegistryConfig")
	if len(kafka.entries) > 0 {
		key := "AmazonManagedKafkaEventSourceConfig"
		if ev.typ == "SelfManagedKafka" {
			key = "SelfManagedKafkaEventSourceConfig"
		}
		f.set(key, kafka.value())
	}
	if ev.typ == "DocumentDB" {
		doc := fields{at: ev.at}
		doc.take(p, "DatabaseName", "CollectionName", "FullDocument")
		f.set("DocumentDBEventSourceConfig", doc.value())
	}
	if d, ok := p.Entry("DestinationConfig"); ok {
		d.Value = d.Value.Apply(func(c source.Value) source.Value {
			if failure := c.Get("OnFailure"); failure.Kind == source.Map {
				return with(c, source.Entry{Key: "OnFailure", KeyAt: failure.At, Value: without(failure, "Type")})
			}
			return c
		})
		f.put(d)
	}
	e.makeIf(r, ev.when, ev.id, "AWS::Lambda::EventSourceMapping", f)
	e.pollAccess(t.role, ev)
}

// pollAccess gives the role of a function what polling needs.
func (e *expander) pollAccess(x *role, ev event) {
	if name, ok := pollPolicy[ev.typ]; ok {
		x.manage(e.managedPolicy(name, ev.at))
	}
	var statements []source.Value
	secret := func(uri source.Value) {
		if !absent(uri) {
			statements = append(statements, allow(ev.at, "secretsmanager:GetSecretValue", uri))
		}
	}
	registry := ev.props.Get("SchemaRegistryConfig")
	for _, c := range registry.Get("AccessConfigs").Elements() {
		secret(c.Get("URI"))
	}
	for _, c := range ev.props.Get("SourceAccessConfigurations").Elements() {
		typ := c.Get("Type").Text
		if typ == "CLIENT_CERTIFICATE_TLS_AUTH" || ev.typ != "MSK" && slices.Contains(secretTypes, typ) {
			secret(c.Get("URI"))
		}
	}
	if uri := registry.Get("SchemaRegistryURI"); !absent(uri) {
		if _, name, ok := strings.Cut(spell(uri), ":registry/"); ok { // of AWS Glue
			statements = append(statements, allow(ev.at, "glue:GetRegistry", uri),
				allow(ev.at, "glue:GetSchemaVersion", e.sub(ev.at, arnPattern("glue:schema/"+name+"/*"))))
		}
	}
	for _, c := range ev.props.Get("SourceAccessConfigurations").Elements() {
		if c.Get("Type").Text == "VPC_SUBNET" {
			statements = append(statements, allow(ev.at, networkActions, source.StringOf("*", ev.at)))
			break
		}
	}
	switch ev.typ {
	case "MQ":
		statements = append(statements, allow(ev.at, "mq:DescribeBroker", ev.props.Get("Broker")))
	case "DocumentDB":
		statements = append(statements, allow(ev.at, networkActions, source.StringOf("*", ev.at)))
		statements = append(statements, allow(ev.at, "rds:DescribeDBClusters", ev.props.Get("Cluster")),
			e.statement(ev.at, grant{"rds: DescribeDBClusterParameters", "rds:cluster-pg:*", ""}, nil),
			e.statement(ev.at, grant{"rds: DescribeDBSubnetGroups", "rds:subgrp:*", ""}, nil))
	}
	if key := ev.props.Get("SecretsManagerKmsKeyId"); !absent(key) {
		statements = append(statements, e.statement(ev.at, grant{"kms: Decrypt", "kms:key/{Key}", ""}, []variable{{"Key", key}}))
	}
	if len(statements) > 0 {
		name := pollPolicyName[ev.typ]
		if dynamic, ok := ev.props.Get("DynamicPolicyName").AsBool(); ok && dynamic {
			name = ev.id + "AMQPolicy"
		}
		x.policy(name, ev.when, document(ev.at, statements...))
	}
	failure := ev.props.Get("DestinationConfig", "OnFailure")
	typ := failure.Get("Type").Text
	if to := failure.Get("Destination"); !absent(to) {
		if d, ok := destinations[typ]; ok {
			e.sendAccess(x, ev.id, d.action, to)
		} else if typ == "S3" {
			e.sendAccess(x, ev.id, "s3:PutObject", to)
		} else if typ != "" && typ != "Kafka" {
			e.warn(failure.At, "%s: the Type of a destination is SQS, SNS, S3 or Kafka", ev.id)
		}
	}
}

// pollPolicyName names the inline policy of what polling needs beyond that.
var pollPolicyName = map[string]string{
	"MSK": "MSKExecutionRolePolicy", "MQ": "SamAutoGeneratedAMQPolicy", "DocumentDB": "SamAutoGeneratedDocumentDBPolicy",
	"SelfManagedKafka": "SelfManagedKafkaExecutionRolePolicy",
}

// networkActions let Lambda poll from within a network.
const networkActions = "ec2: CreateNetworkInterface DescribeNetworkInterfaces DeleteNetworkInterface DescribeVpcs DescribeSubnets DescribeSecurityGroups"

// secretTypes are the kinds of SourceAccessConfigurations whose URI is a secret.
var secretTypes = []string{"BASIC_AUTH", "SASL_SCRAM_256_AUTH", "SASL_SCRAM_512_AUTH"}
