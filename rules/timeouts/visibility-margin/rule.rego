# METADATA
# title: Queue hides a message for less than six times its consumer's timeout
# description: |
#   While a function works on a message the queue hides it. When the function is throttled or
#   fails, Lambda needs the rest of that time to try again; AWS recommends six times the
#   function's timeout, plus the batching window of a standard queue. With less, a second copy
#   of the message is worked on while the first still is.
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
		"messages are hidden for %v s, but %s may need %v s for one batch and its retries",
		[q.visibility_timeout_s, fn.id, wanted],
	),
} if {
	some q in input.queues
	some t in q.triggers
	fn := input.functions[t.function]
	not fn.durable
	q.visibility_timeout_s >= fn.timeout_s
	wanted := queues.visibility(fn.timeout_s, input.aws.limits.sqs_lambda_visibility_factor, q.fifo, t.batching_window_s)
	q.visibility_timeout_s < wanted
}
