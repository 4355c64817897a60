# METADATA
# title: Runtime of a function is deprecated
# description: |
#   A deprecated runtime gets no more security patches. Some time later AWS refuses to create functions
#   with it, and at last to update them, so that even a repair cannot be deployed.
#
#   The dates are forecasts of AWS and stand in a dated table. A runtime that is not in it is not judged.
# related_resources:
#   - description: AWS Lambda Developer Guide, Lambda runtimes
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
# custom:
#   practice: reliability
#   severity: [error, warning, note]
#   fix: Move the function to a supported runtime.
#   aliases: [E2531, CKV_AWS_363]
package serverlens.rules.deprecated_runtime

findings contains {
	"at": [fn.id, "runtime"],
	"message": sprintf("AWS has refused updates of functions with %s since %s; use %s", [fn.runtime, runtime.update_blocked, runtime.successor]),
} if {
	some fn in input.functions
	runtime := input.aws.runtimes[fn.runtime]
	input.date >= runtime.update_blocked
}

findings contains {
	"at": [fn.id, "runtime"],
	"severity": "warning",
	"message": sprintf("AWS has refused new functions with %s since %s; use %s", [fn.runtime, runtime.create_blocked, runtime.successor]),
} if {
	some fn in input.functions
	runtime := input.aws.runtimes[fn.runtime]
	input.date >= runtime.create_blocked
	input.date < runtime.update_blocked
}

findings contains {
	"at": [fn.id, "runtime"],
	"severity": "note",
	"message": sprintf("%s has had no patches since %s, and AWS refuses new functions with it from %s; use %s", [fn.runtime, runtime.deprecated, runtime.create_blocked, runtime.successor]),
} if {
	some fn in input.functions
	runtime := input.aws.runtimes[fn.runtime]
	input.date >= runtime.deprecated
	input.date < runtime.create_blocked
}
