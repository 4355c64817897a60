# METADATA
# title: Queue has no redrive policy
# description: |
#   A message that nobody can process stays at its place until the queue's retention ends, and is then
#   gone without a word. With a redrive policy it ends in a dead-letter queue, where it can be seen.
#
#   Queues that are dead-letter queues or destinations themselves need none; one that a function or a
#   pipe consumes is the matter of consumed-queue-dead-letter.
# related_resources:
#   - description: Amazon SQS Developer Guide, Using dead-letter queues in Amazon SQS
#     ref: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
# custom:
#   practice: reliability
#   severity: note
#   fix: Add a dead-letter queue and a redrive policy that names it.
#   aliases: [ES6000]
package serverlens.rules.queue_redrive

findings contains {"at": [q.id, "dead_letters_to"], "message": "messages that nobody can process are lost when they expire"} if {
	some q in input.queues
	count(q.dead_letters_to) == 0
	count(q.dead_letters_of) == 0
	count(q.failures_of) == 0
	not q.redrive_permission == "byQueue"
	every t in q.triggers {
		not t.kind in {"function", "pipe"}
	}
}
