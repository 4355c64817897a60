package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/autoscaling"
	"github.com/awslabs/goformation/v7/cloudformation/budgets"
	"github.com/awslabs/goformation/v7/cloudformation/ce"
	"github.com/awslabs/goformation/v7/cloudformation/chatbot"
	"github.com/awslabs/goformation/v7/cloudformation/cloudfront"
	"github.com/awslabs/goformation/v7/cloudformation/cloudtrail"
	"github.com/awslabs/goformation/v7/cloudformation/codedeploy"
	"github.com/awslabs/goformation/v7/cloudformation/codestarnotifications"
	"github.com/awslabs/goformation/v7/cloudformation/config"
	"github.com/awslabs/goformation/v7/cloudformation/connect"
	"github.com/awslabs/goformation/v7/cloudformation/dms"
	"github.com/awslabs/goformation/v7/cloudformation/docdb"
	"github.com/awslabs/goformation/v7/cloudformation/ec2"
	"github.com/awslabs/goformation/v7/cloudformation/pinpoint"
	"github.com/awslabs/goformation/v7/cloudformation/rds"
	"github.com/awslabs/goformation/v7/cloudformation/redshift"
	"github.com/awslabs/goformation/v7/cloudformation/ses"
	"github.com/awslabs/goformation/v7/cloudformation/wafv2"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// notifierRows is services without a kind of their own that tell topics of what
// happens, or deliver records and files.
var notifierRows = []*row{
	tells((*rds.EventSubscription)(nil), "aws_db_event_subscription", prop{"SnsTopicArn", "sns_topic"}),
	tells((*docdb.EventSubscription)(nil), "aws_docdb_event_subscription", prop{"SnsTopicArn", "sns_topic_arn"}),
	tells((*redshift.EventSubscription)(nil), "aws_redshift_event_subscription", prop{"SnsTopicArn", "sns_topic_arn"}),
	tells((*dms.EventSubscription)(nil), "aws_dms_event_subscription", prop{"SnsTopicArn", "sns_topic_arn"}),
	tells(nil, "aws_neptune_event_subscription", prop{"", "sns_topic_arn"}),
	tells((*autoscaling.LifecycleHook)(nil), "aws_autoscaling_lifecycle_hook", prop{"NotificationTargetARN", "notification_target_arn"}, graph.Queue),
	tells(nil, "aws_autoscaling_notification", prop{"", "topic_arn"}),
	tells((*codestarnotifications.NotificationRule)(nil), "aws_codestarnotifications_notification_rule", prop{"Targets[].TargetAddress", "target[].address"}),
	tells((*codedeploy.DeploymentGroup)(nil), "aws_codedeploy_deployment_group", prop{"TriggerConfigurations[].TriggerTargetArn", "trigger_configuration[].trigger_target_arn"}),
	{kind: graph.Resource, cfn: (*budgets.Budget)(nil), tf: "aws_budgets_budget", attrs: typeAsWritten, links: []link{
		costSubscriber(prop{"NotificationsWithSubscribers[].Subscribers", ""}, "SubscriptionType"),
		{rel: graph.Triggers, to: prop{"", "notification[].subscriber_sns_topic_arns"}, toKinds: topics, mode: "async"},
	}},
	{kind: graph.Resource, cfn: (*ce.AnomalySubscription)(nil), tf: "aws_ce_anomaly_subscription", attrs: typeAsWritten,
		links: []link{costSubscriber(prop{"Subscribers", "subscriber"}, "Type")}},
	{kind: graph.Resource, cfn: (*chatbot.SlackChannelConfiguration)(nil), tf: "aws_chatbot_slack_channel_configuration", attrs: typeAsWritten,
		links: []link{{rel: graph.Triggers, from: prop{"SnsTopicArns", "sns_topic_arns"}, mode: "async"}}},
	{kind: graph.Resource, cfn: (*ses.ConfigurationSetEventDestination)(nil), tf: "aws_sesv2_configuration_set_event_destination", attrs: typeAsWritten, links: []link{
		{rel: graph.Triggers, to: prop{"EventDestination.SnsDestination.TopicARN", "event_destination.sns_destination.topic_arn"}, toKinds: topics, mode: "async"},
		{rel: graph.StreamsTo, to: prop{"EventDestination.KinesisFirehoseDestination.DeliveryStreamARN", "event_destination.kinesis_firehose_destination.delivery_stream_arn"}, toKinds: streams},
	}},
	{kind: graph.Resource, tf: "aws_ses_event_destination", attrs: typeAsWritten, links: []link{
		{rel: graph.Triggers, to: prop{"", "sns_destination.topic_arn"}, toKinds: topics, mode: "async"},
		{rel: graph.StreamsTo, to: prop{"", "kinesis_destination.stream_arn"}, toKinds: streams},
	}},
	{kind: graph.Resource, cfn: (*cloudfront.RealtimeLogConfig)(nil), tf: "aws_cloudfront_realtime_log_config", attrs: typeAsWritten,
		links: []link{{rel: graph.StreamsTo, to: prop{"EndPoints[].KinesisStreamConfig.StreamArn", "endpoint.kinesis_stream_config.stream_arn"}, toKinds: streams}}},
	{kind: graph.Resource, cfn: (*pinpoint.EventStream)(nil), tf: "aws_pinpoint_event_stream", attrs: typeAsWritten,
		links: []link{{rel: graph.StreamsTo, to: prop{"DestinationStreamArn", "destination_stream_arn"}, toKinds: streams}}},
	{kind: graph.Resource, cfn: (*connect.InstanceStorageConfig)(nil), tf: "aws_connect_instance_storage_config", attrs: typeAsWritten, links: []link{
		{rel: graph.StreamsTo, to: prop{"KinesisStreamConfig.StreamArn", "storage_config.kinesis_stream_config.stream_arn"}, toKinds: streams},
		{rel: graph.StreamsTo, to: prop{"KinesisFirehoseConfig.FirehoseArn", "storage_config.kinesis_firehose_config.firehose_arn"}, toKinds: streams},
		{rel: graph.Writes, to: prop{"S3Config.BucketName", "storage_config.s3_config.bucket_name"}, toKinds: buckets},
	}},
	{kind: graph.Resource, cfn: (*dms.Endpoint)(nil), tf: "aws_dms_endpoint", attrs: typeAsWritten, links: []link{
		{rel: graph.StreamsTo, to: prop{"KinesisSettings.StreamArn", "kinesis_settings.stream_arn"}, toKinds: streams},
		{rel: graph.Reads, findTo: endpointBucket("source")},
		{rel: graph.Writes, findTo: endpointBucket("target")},
	}},
	{kind: graph.Resource, tf: "aws_dms_s3_endpoint", attrs: typeAsWritten, links: []link{
		{rel: graph.Reads, findTo: endpointBucket("source")},
		{rel: graph.Writes, findTo: endpointBucket("target")},
	}},
	{kind: graph.Resource, cfn: (*cloudtrail.Trail)(nil), tf: "aws_cloudtrail", attrs: typeAsWritten, links: []link{
		{rel: graph.Writes, to: prop{"S3BucketName", "s3_bucket_name"}, toKinds: buckets},
		{rel: graph.Writes, to: prop{"CloudWatchLogsLogGroupArn", "cloud_watch_logs_group_arn"}, toKinds: logGroups},
		{rel: graph.Triggers, to: prop{"SnsTopicName", "sns_topic_name"}, toKinds: topics, mode: "async"},
	}},
	{kind: graph.Resource, cfn: (*config.DeliveryChannel)(nil), tf: "aws_config_delivery_channel", attrs: typeAsWritten, links: []link{
		{rel: graph.Writes, to: prop{"S3BucketName", "s3_bucket_name"}, toKinds: buckets},
		{rel: graph.Triggers, to: prop{"SnsTopicARN", "sns_topic_arn"}, toKinds: topics, mode: "async"},
	}},
	{kind: graph.Resource, cfn: (*wafv2.LoggingConfiguration)(nil), tf: "aws_wafv2_web_acl_logging_configuration", attrs: typeAsWritten,
		links: []link{{rel: graph.Writes, to: prop{"LogDestinationConfigs", "log_destination_configs"}, toKinds: logStores}}},
	{kind: graph.Resource, cfn: (*ec2.FlowLog)(nil), tf: "aws_flow_log", attrs: typeAsWritten, links: []link{
		{rel: graph.Writes, to: prop{"LogDestination", "log_destination"}, toKinds: logStores},
		{rel: graph.Writes, to: prop{"LogGroupName", ""}, toKinds: logGroups},
	}},
}

// tells is the row of a type that tells a topic, or something of another kind, of
// what happens.
func tells(cfn cloudFormationType, tf string, to prop, or ...graph.Kind) *row {
	return &row{kind: graph.Resource, cfn: cfn, tf: tf, attrs: typeAsWritten, links: []link{
		{rel: graph.Triggers, to: to, toKinds: append(or, graph.Topic), mode: "async"},
	}}
}

// costSubscriber is the link to the subscribers of a budget or of a search for odd
// costs that are topics; others are people (AWS Billing and Cost Management API
// Reference, Subscriber).
func costSubscriber(each prop, typ string) link {
	return link{rel: graph.Triggers, each: each, mode: "async", findTo: func(b *builder, r *resource, in source.Value) []end {
		if r.get(in, prop{typ, "type"}).Text != "SNS" {
			return nil
		}
		return b.resolveAs(r, r.get(in, prop{"Address", "address"}), topics)
	}}
}

// endpointBucket is the bucket of an endpoint of AWS DMS, which is either where
// data comes from or where it goes.
func endpointBucket(which string) func(*builder, *resource, source.Value) []end {
	return func(b *builder, r *resource, in source.Value) []end {
		if r.get(in, prop{"EndpointType", "endpoint_type"}).Text != which {
			return nil
		}
		return b.resolveAs(r, r.get(in, prop{"S3Settings.BucketName", "bucket_name"}), buckets)
	}
}
