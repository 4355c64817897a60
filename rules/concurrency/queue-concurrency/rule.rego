# METADATA
# title: Queues may start more copies of a function than are reserved
# description: |
#   Copies that a queue starts beyond what the function has reserved are throttled: their messages come
#   back, count as received, and may end in the dead-letter queue without ever having been tried.
#   The maximum concurrency of a mapping limits how many copies a queue starts.
# related_resources:
#   - description: AWS Lambda Developer Guide, Configuring scaling behavior for SQS event source mappings
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
# custom:
#   practice: concurrency
#   severity: [error, warning]
#   fix: Lower the maximum concurrency of the mappings until the sum over the function's queues fits into what is reserved.
package serverlens.rules.queue_concurrency

findings contains {
	"at": [t.id, "maximum_concurrency"],
	"with": [fn.id],
	"path": [t.id],
	"message": sprintf("this queue may start %v copies, but %s has %v", [t.maximum_concurrency, fn.id, fn.reserved_concurrency]),
} if {
	some fn in input.functions
	some t in fn.triggered_by
	t.maximum_concurrency > fn.reserved_concurrency
}

findings contains {
	"at": [fn.id, "reserved_concurrency"],
	"severity": "warning",
	"message": sprintf("%v copies are reserved, but queues may start %v", [fn.reserved_concurrency, wanted]),
} if {
	some fn in input.functions
	limits := [t.maximum_concurrency | some t in fn.triggered_by]
	wanted := sum(limits)
	wanted > fn.reserved_concurrency
	max(limits) <= fn.reserved_concurrency
}
