package aws

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/s3"
	"github.com/awslabs/goformation/v7/cloudformation/s3objectlambda"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var s3Rows = []*row{
	{
		kind: graph.Bucket, cfn: (*s3.Bucket)(nil), tf: "aws_s3_bucket",
		name: prop{"BucketName", "bucket"},
		attrs: []attr{
			{name: "versioning", typ: flag, read: versioned(prop{"VersioningConfiguration.Status", "versioning.enabled"}), doc: "Whether earlier versions of objects are kept."},
			{name: "eventbridge", typ: flag, read: sendsToEventBridge, doc: "Whether it sends its events to the default event bus."},
		},
		links: []link{
			notification("NotificationConfiguration.LambdaConfigurations", "", "Function", ""),
			notification("NotificationConfiguration.QueueConfigurations", "", "Queue", ""),
			notification("NotificationConfiguration.TopicConfigurations", "", "Topic", ""),
			{rel: graph.Triggers, findTo: eventBridgeOfBucket, mode: "async"},
			{rel: graph.StreamsTo, each: prop{"ReplicationConfiguration.Rules", "replication_configuration.rules"}, to: prop{"Destination.Bucket", "destination.bucket"}},
		},
	},
	{cfn: (*s3.BucketPolicy)(nil), make: policyOf(graph.Bucket, prop{"Bucket", ""}, prop{"PolicyDocument", ""})},
	{tf: "aws_s3_bucket_policy", is: prop{"", "bucket"}, make: policyOf(graph.Bucket, prop{"", "bucket"}, prop{"", "policy"})},
	{cfn: (*s3.AccessPoint)(nil), tf: "aws_s3_access_point", is: prop{"Bucket", "bucket"}},
	{
		cfn: (*s3objectlambda.AccessPoint)(nil), tf: "aws_s3control_object_lambda_access_point",
		is: prop{"ObjectLambdaConfiguration.SupportingAccessPoint", "configuration.supporting_access_point"},
		links: []link{{
			rel: graph.Transforms, each: prop{"ObjectLambdaConfiguration.TransformationConfigurations", "configuration.transformation_configuration"},
			from: prop{"ContentTransformation.AwsLambda.FunctionArn", "content_transformation.aws_lambda.function_arn"},
		}},
	},
	{
		tf: "aws_s3_bucket_notification", of: prop{"", "bucket"},
		attrs: []attr{{name: "eventbridge", typ: flag, read: sendsToEventBridge}},
		links: []link{
			notification("", "lambda_function", "", "lambda_function_arn"),
			notification("", "queue", "", "queue_arn"),
			notification("", "topic", "", "topic_arn"),
			{rel: graph.Triggers, from: prop{"", "bucket"}, findTo: eventBridgeOfBucket, mode: "async"},
		},
	},
	{
		// What the AWS CDK writes in place of NotificationConfiguration.
		newer: "Custom::S3BucketNotifications", of: prop{"BucketName", ""},
		attrs: []attr{{name: "eventbridge", typ: flag, read: sendsToEventBridge}},
		links: []link{
			notification("NotificationConfiguration.LambdaFunctionConfigurations", "", "LambdaFunctionArn", ""),
			notification("NotificationConfiguration.QueueConfigurations", "", "QueueArn", ""),
			notification("NotificationConfiguration.TopicConfigurations", "", "TopicArn", ""),
			{rel: graph.Triggers, from: prop{"BucketName", ""}, findTo: eventBridgeOfBucket, mode: "async"},
		},
	},
	{
		tf: "aws_s3_bucket_versioning", of: prop{"", "bucket"},
		attrs: []attr{{name: "versioning", typ: flag, read: versioned(prop{"", "versioning_configuration.status"})}},
	},
	{tf: "aws_s3_bucket_replication_configuration", links: []link{
		{rel: graph.StreamsTo, each: prop{"", "rule"}, findFrom: bucketOfBlock, to: prop{"", "destination.bucket"}},
	}},
}

// notification is the link of a bucket to what its events set in motion. In
// Terraform and the AWS CDK it is a part of a resource that names the bucket.
func notification(eachCFN, eachTF, toCFN, toTF string) link {
	l := link{
		rel: graph.Triggers, each: prop{eachCFN, eachTF}, to: prop{toCFN, toTF}, mode: "async",
		attrs: []attr{
			{name: "event", typ: text, read: notifiedEvents, doc: "Events that an S3 notification is for, \", \" between several."},
			{name: "prefix", typ: text, read: keyFilter("prefix", "filter_prefix"), doc: "How the keys begin that an S3 notification is for."},
			{name: "suffix", typ: text, read: keyFilter("suffix", "filter_suffix"), doc: "How the keys end that an S3 notification is for."},
		},
	}
	l.findFrom = notifying
	return l
}

// notifying is the bucket whose notification stands in a resource.
func notifying(b *builder, r *resource, in source.Value) []end {
	if r.node != nil {
		return []end{{node: r.node, at: r.At}}
	}
	return bucketOfBlock(b, r, in)
}

// bucketOfBlock is the bucket that the resource around a block names.
func bucketOfBlock(b *builder, r *resource, _ source.Value) []end {
	return b.resolve(r, r.get(r.Properties, prop{"BucketName", "bucket"}), []graph.Kind{graph.Bucket})
}

func notifiedEvents(_ *builder, r *resource, in source.Value) source.Value {
	v := r.get(in, prop{"Event", "events"})
	if v.Kind == source.Unset {
		v = in.Get("Events")
	}
	return joined(v, in.At)
}

// keyFilter reads a rule of a notification's key filter; its name may be written
// in capitals.
func keyFilter(name, tf string) func(*builder, *resource, source.Value) source.Value {
	return func(_ *builder, r *resource, in source.Value) source.Value {
		if r.terraform() {
			return r.get(in, prop{"", tf})
		}
		rules := r.get(in, prop{"Filter.S3Key.Rules", ""})
		if rules.Kind == source.Unset {
			rules = in.Get("Filter", "Key", "FilterRules")
		}
		for _, rule := range rules.Elements() {
			if strings.EqualFold(rule.Get("Name").Text, name) {
				return rule.Get("Value")
			}
		}
		if rules.Kind == source.Unknown {
			return source.Value{Kind: source.Unknown, Text: rules.Text, At: rules.At}
		}
		return source.Value{At: rules.At}
	}
}

func versioned(p prop) func(*builder, *resource, source.Value) source.Value {
	return func(_ *builder, r *resource, in source.Value) source.Value {
		return r.get(in, p).Apply(func(v source.Value) source.Value {
			switch {
			case v.Kind == source.Unknown:
				return v
			case v.Kind == source.Unset || v.Kind == source.Null:
				return source.BoolOf(false, r.At)
			}
			return source.BoolOf(v.Text == "Enabled" || v.Text == "true", v.At)
		})
	}
}

// sendsToEventBridge is whether a bucket is told to send its events to
// EventBridge: the block alone switches it on (AWS CloudFormation Template
// Reference, AWS::S3::Bucket EventBridgeConfiguration).
func sendsToEventBridge(_ *builder, r *resource, in source.Value) source.Value {
	v := r.get(in, prop{"NotificationConfiguration.EventBridgeConfiguration", "eventbridge"})
	return v.Apply(func(v source.Value) source.Value {
		if v.Kind == source.Map {
			return v.Get("EventBridgeEnabled").Apply(func(e source.Value) source.Value {
				return literalOr(e, true, v.At)
			})
		}
		return literalOr(v, false, r.At)
	})
}

// literalOr is v, or a default at a place where it is not written.
func literalOr(v source.Value, def any, at source.Location) source.Value {
	return whereNot(v, func() source.Value {
		d := literal(def)
		d.At = at
		return d
	})
}

// eventBridgeOfBucket is the default bus, where the bucket sends its events there.
func eventBridgeOfBucket(b *builder, r *resource, in source.Value) []end {
	var out []end
	v := sendsToEventBridge(b, r, in)
	for g, c := range v.Cases() {
		if isTrue(c) {
			out = append(out, end{node: b.defaultBus(), when: b.guard(r.stack, g), at: c.At})
		}
	}
	return out
}
