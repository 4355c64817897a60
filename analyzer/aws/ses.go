package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/ses"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var sesRows = []*row{{
	kind: graph.EmailRule, cfn: (*ses.ReceiptRule)(nil), tf: "aws_ses_receipt_rule",
	name: prop{"Rule.Name", "name"},
	attrs: []attr{
		{name: "enabled", typ: flag, at: prop{"Rule.Enabled", "enabled"}, def: false,
			source: "Amazon SES API Reference, ReceiptRule", doc: "Whether it is switched on."},
	},
	links: []link{
		{
			rel: graph.Triggers, each: prop{"Rule.Actions", "lambda_action"}, to: prop{"LambdaAction.FunctionArn", "function_arn"},
			attrs: []attr{{name: "mode", typ: text, read: receiptMode}},
		},
		{rel: graph.Writes, each: prop{"Rule.Actions", "s3_action"}, to: prop{"S3Action.BucketName", "bucket_name"}},
		{rel: graph.Triggers, each: prop{"Rule.Actions", "sns_action"}, to: prop{"SNSAction.TopicArn", "topic_arn"}, mode: "async"},
		{rel: graph.Triggers, each: prop{"Rule.Actions", "s3_action"}, to: prop{"S3Action.TopicArn", "topic_arn"}, mode: "async"},
		{rel: graph.Triggers, each: prop{"Rule.Actions", "lambda_action"}, to: prop{"LambdaAction.TopicArn", "topic_arn"}, mode: "async"},
	},
}}

// receiptMode is whether SES waits for the function: only if told to (Amazon SES
// API Reference, LambdaAction).
func receiptMode(_ *builder, r *resource, in source.Value) source.Value {
	v := r.get(in, prop{"LambdaAction.InvocationType", "invocation_type"})
	return v.Apply(func(v source.Value) source.Value {
		switch {
		case v.Kind == source.Unknown:
			return v
		case v.Text == "RequestResponse":
			return source.StringOf("sync", v.At)
		}
		return source.StringOf("async", r.At)
	})
}
