package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/sqs"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var sqsRows = []*row{
	{
		kind: graph.Queue, cfn: (*sqs.Queue)(nil), tf: "aws_sqs_queue",
		name: prop{"QueueName", "name"},
		attrs: []attr{
			{name: "visibility_timeout_s", typ: number, at: prop{"VisibilityTimeout", "visibility_timeout_seconds"}, def: 30,
				source: "Amazon SQS API Reference, SetQueueAttributes", doc: "Seconds for which a received message is hidden."},
			{name: "retention_s", typ: number, at: prop{"MessageRetentionPeriod", "message_retention_seconds"}, def: 345600,
				source: "Amazon SQS API Reference, SetQueueAttributes", doc: "Seconds after which a message is deleted."},
			{name: "fifo", typ: flag, at: prop{"FifoQueue", "fifo_queue"}, def: false, doc: "Whether order is kept."},
		},
		links: []link{{
			rel: graph.DeadLettersTo, to: prop{"RedrivePolicy.deadLetterTargetArn", "redrive_policy.deadLetterTargetArn"},
			attrs: []attr{{name: "max_receive_count", typ: number, at: prop{"RedrivePolicy.maxReceiveCount", "redrive_policy.maxReceiveCount"}, doc: "Receives after which a message is moved."}},
		}},
	},
}
