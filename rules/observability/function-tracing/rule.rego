# METADATA
# title: Function is not traced
# description: |
#   Without a trace nobody can follow a request from one function to the next, so the slow or
#   failing part of a serverless application has to be guessed from separate logs.
#
#   A layer or wrapper that brings another tracer counts as tracing. A function that only serves a
#   custom resource runs while the stack is deployed and needs no trace.
# related_resources:
#   - description: AWS Lambda Developer Guide, Visualize Lambda function invocations using AWS X-Ray
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
# custom:
#   practice: observability
#   severity: warning
#   fix: Set tracing to Active and let the role write traces.
#   aliases: [WS1000, CKV_AWS_50, AWS-0066]
package serverlens.rules.function_tracing

findings contains {"at": [fn.id, "tracing"], "message": "requests to this function are not traced"} if {
	some fn in input.functions
	not fn.tracing == "Active"
	not fn.tracer
	not fn.runs_at_deployment
}
