# METADATA
# title: Queue hides a message for less than six times its consumer's timeout
# description: |
#   A message that shows up again while it is still worked on is worked on twice. The queue hides it
#   for the visibility timeout, in which Lambda also has to try again when the function is throttled or
#   fails; AWS recommends six times the function's timeout, plus the batching window of a standard queue.
# related_resources:
#   - description: AWS Lambda Developer Guide, Creating and configuring an Amazon SQS event source mapping
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
# custom:
#   practice: timeouts
#   severity: warning
#   fix: Raise the queue's visibility timeout, or lower the function's timeout to what it needs.
#   aliases: [LambdaEventSourceSQSVisibilityTimeout]
package serverlens.rules.visibility_margin

import data.serverlens.lib.queues

findings contains {
	"at": [q.id, "visibility_timeout_s"],
	"with": [fn.id],
	"path": [t.id],
	"message": sprintf(
		"messages are hidden for %v s; AWS advises %v s, %v times the %v s that %s may run%s",
		[q.visibility_timeout_s, wanted, factor, fn.timeout_s, fn.id, rest(wanted - (factor * fn.timeout_s))],
	),
} if {
	some q in input.queues
	some t in q.triggers
	fn := input.functions[t.function]
	not fn.durable
	q.visibility_timeout_s >= fn.timeout_s
	wanted := queues.visibility(fn.timeout_s, factor, q.fifo, t.batching_window_s)
	q.visibility_timeout_s < wanted
}

factor := input.aws.limits.sqs_lambda_visibility_factor

rest(0) := ""

rest(window_s) := sprintf(" and a batching window of %v s", [window_s]) if window_s > 0
