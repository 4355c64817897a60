# METADATA
# title: Function that is called asynchronously loses failed events
# description: |
#   Lambda drops an asynchronous event whose retries fail, two by default, and whoever sent it does not
#   hear of it, unless the function has a dead-letter queue or an on-failure destination. For a durable
#   function only the dead-letter queue counts.
# related_resources:
#   - description: AWS Lambda Developer Guide, How Lambda handles errors and retries with asynchronous invocation
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
#   - description: AWS Lambda Developer Guide, Capturing records of Lambda asynchronous invocations
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
# custom:
#   practice: reliability
#   severity: warning
#   fix: Give the function an on-failure destination or a dead-letter queue.
#   aliases: [ES1007, CKV_AWS_116]
package serverlens.rules.async_failure_destination

findings contains {
	"at": [fn.id, "on_failure_to"],
	"path": [t.id],
	"message": sprintf("an event from %s is lost once its retries fail", [t.node]),
} if {
	some i, fn in input.functions
	some t in fn.triggered_by
	t.mode in {"async", "schedule"}
	t.kind != "secret" # a rotation that fails is due again
	not kept(i)
}

findings contains {
	"at": [fn.id, "on_failure_to"],
	"path": [r.id],
	"message": sprintf("a request to %s is lost once its retries fail", [r.node]),
} if {
	some i, fn in input.functions
	some r in fn.routed_from
	r.mode == "async"
	not kept(i)
}

# kept: a function, by its index, whose failed events go somewhere.
kept(i) if count(input.functions[i].dead_letters_to) > 0

kept(i) if {
	fn := input.functions[i]
	not fn.durable
	some d in fn.on_failure_to
	not d.of # a destination of the function, not of one of its mappings
}
