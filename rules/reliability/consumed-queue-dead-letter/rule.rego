# METADATA
# title: Queue with a consumer has no dead-letter queue
# description: |
#   A bad message takes the place of good ones, costs an invocation each time it comes back, and is gone
#   in the end.
#
#   A dead-letter queue that is worked off needs no dead-letter queue of its own.
# related_resources:
#   - description: AWS Lambda Developer Guide, Creating and configuring an Amazon SQS event source mapping
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
# custom:
#   practice: reliability
#   severity: error
#   fix: Add a dead-letter queue and a redrive policy with a maxReceiveCount of 5 or more.
package serverlens.rules.consumed_queue_dead_letter

findings contains {
	"at": [q.id, "dead_letters_to"],
	"path": [t.id],
	"message": sprintf("a message that %s cannot process comes back until it expires", [t.node]),
} if {
	some q in input.queues
	some t in q.triggers
	t.kind in {"function", "pipe"}
	count(q.dead_letters_to) == 0
	count(q.dead_letters_of) == 0
	count(q.failures_of) == 0
}
