package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/sqs"

	"github.com/serverlens/serverlens/analyzer/graph"
)

const setQueueAttributes = "Amazon SQS API Reference, SetQueueAttributes"

var sqsRows = []*row{
	{
		kind: graph.Queue, cfn: (*sqs.Queue)(nil), tf: "aws_sqs_queue",
		name: prop{"QueueName", "name"},
		attrs: []attr{
			{name: "visibility_timeout_s", typ: number, at: prop{"VisibilityTimeout", "visibility_timeout_seconds"}, def: 30, most: 43200,
				source: setQueueAttributes, doc: "Seconds for which a received message is hidden."},
			{name: "retention_s", typ: number, at: prop{"MessageRetentionPeriod", "message_retention_seconds"}, def: 345600, least: 60, most: 1209600,
				source: setQueueAttributes, doc: "Seconds after which a message is deleted."},
			{name: "delay_s", typ: number, at: prop{"DelaySeconds", "delay_seconds"}, def: 0,
				source: setQueueAttributes, doc: "Seconds for which a new message is hidden."},
			{name: "receive_wait_s", typ: number, at: prop{"ReceiveMessageWaitTimeSeconds", "receive_wait_time_seconds"}, def: 0,
				source: setQueueAttributes, doc: "Seconds that a receive waits for a message; 0 is short polling."},
			{name: "fifo", typ: flag, at: prop{"FifoQueue", "fifo_queue"}, def: false,
				source: "Amazon SQS Developer Guide, Amazon SQS FIFO queues", doc: "Whether order is kept."},
			{name: "content_deduplication", typ: flag, at: prop{"ContentBasedDeduplication", "content_based_deduplication"}, def: false,
				source: setQueueAttributes, doc: "Whether a FIFO queue takes the deduplication id from the message's body."},
			{name: "redrive_permission", typ: text, enum: []string{"allowAll", "denyAll", "byQueue"},
				at: prop{"RedriveAllowPolicy.redrivePermission", "redrive_allow_policy.redrivePermission"}, def: "allowAll",
				source: setQueueAttributes, doc: "Which queues may name this one as their dead-letter queue."},
		},
		links: []link{
			redrive(prop{}, prop{"RedrivePolicy.deadLetterTargetArn", "redrive_policy.deadLetterTargetArn"},
				prop{"RedrivePolicy.maxReceiveCount", "redrive_policy.maxReceiveCount"}),
			{rel: graph.Permits, to: prop{"RedriveAllowPolicy.sourceQueueArns", "redrive_allow_policy.sourceQueueArns"}},
		},
		make: func(b *builder, r *resource) { b.permits(r, r.node, r.get(r.Properties, prop{"", "policy"})) },
	},
	{cfn: (*sqs.QueuePolicy)(nil), tf: "aws_sqs_queue_policy",
		make: policyOf(graph.Queue, prop{"Queues", "queue_url"}, prop{"PolicyDocument", "policy"})},
	{tf: "aws_sqs_queue_redrive_policy", links: []link{
		redrive(prop{"", "queue_url"}, prop{"", "redrive_policy.deadLetterTargetArn"}, prop{"", "redrive_policy.maxReceiveCount"}),
	}},
	{tf: "aws_sqs_queue_redrive_allow_policy", links: []link{
		{rel: graph.Permits, from: prop{"", "queue_url"}, to: prop{"", "redrive_allow_policy.sourceQueueArns"}},
	}},
}

// redrive is the link of a queue to its dead-letter queue.
func redrive(from, to, receives prop) link {
	return link{rel: graph.DeadLettersTo, from: from, to: to, attrs: []attr{
		{name: "max_receive_count", typ: number, at: receives, least: 1, most: 1000,
			source: setQueueAttributes, doc: "Receives after which a message is moved."},
	}}
}
