# METADATA
# title: Subscription has no redrive policy
# description: |
#   A message that a topic cannot deliver is tried again, to a web endpoint for an hour at most, and not
#   at all where the endpoint is gone or refuses it. Then it is lost, unless the subscription has a
#   dead-letter queue. A subscription inside its topic cannot have one.
# related_resources:
#   - description: Amazon SNS Developer Guide, Amazon SNS dead-letter queues
#     ref: https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
# custom:
#   practice: reliability
#   severity: [warning, note]
#   fix: Give the subscription a redrive policy with the ARN of a queue.
#   aliases: [ES7000]
package serverlens.rules.subscription_redrive

findings contains {
	"at": [t.id, "dead_letter"],
	"with": [topic.id],
	"path": [t.id],
	"message": sprintf("messages that %s cannot deliver to this endpoint within an hour are lost", [topic.id]),
} if {
	some topic in input.topics
	some t in topic.triggers
	t.protocol in {"http", "https"}
	not t.dead_letter
}

findings contains {
	"at": [t.id, "dead_letter"],
	"with": [topic.id],
	"path": [t.id],
	"severity": "note",
	"message": sprintf("messages that %s cannot deliver here are lost", [topic.id]),
} if {
	some topic in input.topics
	some t in topic.triggers
	t.protocol in {"sqs", "lambda", "firehose"}
	not t.dead_letter
}
