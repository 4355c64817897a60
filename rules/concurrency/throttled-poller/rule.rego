# METADATA
# title: Queue starts more copies of a function than are reserved
# description: |
#   A message that stays throttled until it becomes visible again counts as received, so good messages
#   can end in the dead-letter queue. Without a maximum concurrency a mapping takes up to 1,250 batches from
#   a queue at once, and what the function's reserved concurrency does not allow is throttled.
#
#   It is an error where few receives and a short visibility leave such a message no second chance.
# related_resources:
#   - description: AWS Lambda Developer Guide, Configuring scaling behavior for SQS event source mappings
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
# custom:
#   practice: concurrency
#   severity: [error, warning]
#   fix: Set the maximum concurrency of the mapping to what is reserved or less.
package serverlens.rules.throttled_poller

findings contains {
	"at": [t.id, "maximum_concurrency"],
	"with": [fn.id, q.id],
	"path": [t.id, d.id],
	"message": sprintf("no more than %v of %s may run: a message that is throttled %v times moves away untried", [fn.reserved_concurrency, fn.id, d.max_receive_count]),
} if {
	some i, q in input.queues
	some j, t in q.triggers
	pours(i, j)
	fn := input.functions[t.function]
	some d in q.dead_letters_to
	d.max_receive_count <= input.aws.limits.sqs_lambda_receives
	q.visibility_timeout_s < input.aws.limits.sqs_lambda_visibility_factor * fn.timeout_s
}

findings contains {
	"at": [t.id, "maximum_concurrency"],
	"with": [fn.id, q.id],
	"path": [t.id],
	"severity": "warning",
	"message": sprintf("no more than %v of %s may run, but this queue starts up to %v", [fn.reserved_concurrency, fn.id, input.aws.limits.sqs_lambda_concurrency]),
} if {
	some i, q in input.queues
	some j, t in q.triggers
	pours(i, j)
	fn := input.functions[t.function]
}

# pours: a mapping, by the indexes of queue and trigger, that nothing but the reserve limits.
pours(i, j) if {
	not input.queues[i].fifo
	t := input.queues[i].triggers[j]
	not t.maximum_concurrency
	not t.provisioned_pollers
	reserved := input.functions[t.function].reserved_concurrency
	reserved > 0
	reserved < min([input.aws.limits.account_concurrency, input.aws.limits.sqs_lambda_concurrency])
}
