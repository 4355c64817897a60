# METADATA
# title: Dead-letter queue forgets before its source does
# description: |
#   In a standard queue the age of a message counts from when it was first sent, also after it has moved
#   to the dead-letter queue. If that keeps messages no longer than the source, a message that moved late
#   is deleted before anybody has seen it. FIFO queues begin to count anew, and a dead-letter queue cannot
#   keep messages for more than 14 days.
# related_resources:
#   - description: Amazon SQS Developer Guide, Using dead-letter queues in Amazon SQS
#     ref: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
# custom:
#   practice: reliability
#   severity: warning
#   fix: Raise the retention of the dead-letter queue, best to 14 days (1209600 seconds).
package serverlens.rules.dead_letter_retention

import data.serverlens.lib.queues

findings contains {
	"at": [dead.id, "retention_s"],
	"with": [q.id],
	"path": [d.id],
	"message": sprintf(
		"keeps messages for %s from when they were first sent, %s for %s: one that moves late is deleted at once",
		[queues.lasting(dead.retention_s), q.id, queues.lasting(q.retention_s)],
	),
} if {
	some q in input.queues
	not q.fifo
	some d in q.dead_letters_to
	dead := input.queues[d.queue]
	dead.retention_s <= q.retention_s
	dead.retention_s < input.aws.limits.sqs_retention_s
}
