# METADATA
# title: Queue hides a message for less than its consumer may run
# description: |
#   Lambda refuses a mapping from a queue whose visibility timeout is shorter than the function's
#   timeout, so the deployment fails. With less, the queue would show a message again while the function
#   still works on it.
# related_resources:
#   - description: AWS Lambda Developer Guide, Creating and configuring an Amazon SQS event source mapping
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
# custom:
#   practice: timeouts
#   severity: error
#   fix: Raise the visibility timeout of the queue to six times the timeout of the function.
#   aliases: [E3505]
package serverlens.rules.visibility_below_timeout

findings contains {
	"at": [q.id, "visibility_timeout_s"],
	"with": [fn.id],
	"path": [t.id],
	"message": sprintf("messages are hidden for %v s, but %s may run for %v s", [q.visibility_timeout_s, fn.id, fn.timeout_s]),
} if {
	some q in input.queues
	some t in q.triggers
	fn := input.functions[t.function]
	q.visibility_timeout_s < fn.timeout_s
}
