package aws

import (
	"slices"

	"github.com/awslabs/goformation/v7/cloudformation/sns"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var snsRows = []*row{
	{
		kind: graph.Topic, cfn: (*sns.Topic)(nil), tf: "aws_sns_topic",
		name: prop{"TopicName", "name"},
		attrs: []attr{
			{name: "fifo", typ: flag, at: prop{"FifoTopic", "fifo_topic"}, def: false,
				source: "Amazon SNS Developer Guide, Message ordering and deduplication strategies using Amazon SNS FIFO topics", doc: "Whether order is kept."},
			{name: "content_deduplication", typ: flag, at: prop{"ContentBasedDeduplication", "content_based_deduplication"}, def: false,
				source: "Amazon SNS API Reference, CreateTopic", doc: "Whether a FIFO topic takes the deduplication id from the message's body."},
		},
		links: []link{inlineSubscription()},
		make:  func(b *builder, r *resource) { b.permits(r, r.node, r.get(r.Properties, prop{"", "policy"})) },
	},
	{cfn: (*sns.Subscription)(nil), tf: "aws_sns_topic_subscription", links: []link{
		{
			rel: graph.Triggers, from: prop{"TopicArn", "topic_arn"}, findTo: subscriber, mode: "async", attrs: subscriptionAttrs,
			dead: prop{"RedrivePolicy.deadLetterTargetArn", "redrive_policy.deadLetterTargetArn"},
		},
	}},
	{cfn: (*sns.TopicPolicy)(nil), tf: "aws_sns_topic_policy",
		make: policyOf(graph.Topic, prop{"Topics", "arn"}, prop{"PolicyDocument", "policy"})},
	{cfn: (*sns.TopicInlinePolicy)(nil),
		make: policyOf(graph.Topic, prop{"TopicArn", ""}, prop{"PolicyDocument", ""})},
}

var subscriptionAttrs = []attr{
	{name: "protocol", typ: text, at: prop{"Protocol", "protocol"}, doc: "Protocol of an SNS subscription."},
	{name: "filtered", typ: flag, at: prop{"FilterPolicy", "filter_policy"}, as: present, doc: "Whether a filter decides which events arrive."},
	{name: "raw_delivery", typ: flag, at: prop{"RawMessageDelivery", "raw_message_delivery"}, def: false,
		source: "Amazon SNS API Reference, SetSubscriptionAttributes", doc: "Whether the subscriber gets the message without SNS's envelope."},
}

// inlineSubscription is the link of a subscription that stands inside its topic:
// it has an endpoint and a protocol, and can have no filter and no dead-letter queue.
func inlineSubscription() link {
	return link{
		rel: graph.Triggers, each: prop{"Subscription", ""}, findTo: subscriber, mode: "async",
		attrs: append(slices.Clip(subscriptionAttrs[:1]),
			attr{name: "filtered", typ: flag, def: false, doc: subscriptionAttrs[1].doc},
			attr{name: "raw_delivery", typ: flag, def: false, source: subscriptionAttrs[2].source, doc: subscriptionAttrs[2].doc},
			attr{name: "dead_letter", typ: flag, def: false, doc: "Whether events that cannot be delivered or processed are kept."}),
	}
}

// subscriber is the node of a subscription's endpoint. What is no AWS resource
// (an address, a URL) is known to be outside, also where its text is unknown.
func subscriber(b *builder, r *resource, in source.Value) []end {
	ends := b.resolve(r, r.get(in, prop{"Endpoint", "endpoint"}), partnersOf(graph.Triggers, true))
	protocol, _ := r.get(in, prop{"Protocol", "protocol"}).AsString()
	if !slices.Contains([]string{"", "lambda", "sqs", "firehose"}, protocol) {
		for i, e := range ends {
			ends[i].unresolved = ""
			if _, known := e.node.Attrs["service"]; !known && e.node.Kind == graph.External {
				e.node.Attrs["service"] = source.StringOf(protocol, source.Location{})
			}
		}
	}
	return ends
}
