package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/iot"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// iotActions is the actions of an IoT rule that lead to a resource: the key of
// the action and what in it names the resource. Stores are written to, all else
// is set in motion (AWS IoT Core Developer Guide, AWS IoT rule actions).
var iotActions = []struct {
	rel        graph.Relation
	action, to prop
}{
	{graph.Triggers, prop{"Lambda", "lambda"}, prop{"FunctionArn", "function_arn"}},
	{graph.Triggers, prop{"StepFunctions", "step_functions"}, prop{"StateMachineName", "state_machine_name"}},
	{graph.Triggers, prop{"Sqs", "sqs"}, prop{"QueueUrl", "queue_url"}},
	{graph.Triggers, prop{"Sns", "sns"}, prop{"TargetArn", "target_arn"}},
	{graph.Triggers, prop{"Kinesis", "kinesis"}, prop{"StreamName", "stream_name"}},
	{graph.Triggers, prop{"Firehose", "firehose"}, prop{"DeliveryStreamName", "delivery_stream_name"}},
	{graph.Triggers, prop{"Kafka", "kafka"}, prop{"DestinationArn", "destination_arn"}},
	{graph.Triggers, prop{"CloudwatchLogs", "cloudwatch_logs"}, prop{"LogGroupName", "log_group_name"}},
	{graph.Triggers, prop{"Http", "http"}, prop{"Url", "url"}},
	{graph.Triggers, prop{"IotEvents", "iot_events"}, prop{"InputName", "input_name"}},
	{graph.Triggers, prop{"Republish", "republish"}, prop{"Topic", "topic"}},
	{graph.Writes, prop{"DynamoDB", "dynamodb"}, prop{"TableName", "table_name"}},
	{graph.Writes, prop{"DynamoDBv2", "dynamodbv2"}, prop{"PutItem.TableName", "put_item.table_name"}},
	{graph.Writes, prop{"S3", "s3"}, prop{"BucketName", "bucket_name"}},
	{graph.Writes, prop{"Timestream", "timestream"}, prop{"TableName", "table_name"}},
	{graph.Writes, prop{"OpenSearch", ""}, prop{"Endpoint", ""}},
	{graph.Writes, prop{"Elasticsearch", "elasticsearch"}, prop{"Endpoint", "endpoint"}},
}

var iotRows = []*row{{
	kind: graph.IoTRule, cfn: (*iot.TopicRule)(nil), tf: "aws_iot_topic_rule",
	name: prop{"RuleName", "name"},
	attrs: []attr{
		{name: "sql", typ: text, at: prop{"TopicRulePayload.Sql", "sql"}, doc: "Statement that says which messages the rule is for."},
		{name: "enabled", typ: flag, read: func(_ *builder, r *resource, in source.Value) source.Value {
			if r.terraform() {
				return literalOr(r.get(in, prop{"", "enabled"}), true, r.At)
			}
			return r.get(in, prop{"TopicRulePayload.RuleDisabled", ""}).Apply(func(v source.Value) source.Value {
				if v.Kind == source.Unknown {
					return v
				}
				return source.BoolOf(!isTrue(v), r.At)
			})
		}, doc: "Whether it is switched on."},
	},
	links: iotLinks(),
}}

// iotLinks is the links of a rule's actions, of which CloudFormation has a list
// and Terraform a block each, and of its error action.
func iotLinks() []link {
	var out []link
	for _, a := range iotActions {
		mode := ""
		if a.rel == graph.Triggers {
			mode = "async"
		}
		out = append(out,
			link{rel: a.rel, each: prop{"TopicRulePayload.Actions", a.action.tf}, to: prop{a.action.cfn + "." + a.to.cfn, a.to.tf}, mode: mode},
			link{rel: graph.OnFailureTo, to: prop{
				"TopicRulePayload.ErrorAction." + a.action.cfn + "." + a.to.cfn, "error_action." + a.action.tf + "." + a.to.tf,
			}})
	}
	return out
}
