# METADATA
# title: State machine is not traced
# description: |
#   The trace of an execution shows in one picture which of the services that a workflow joins was slow
#   and which failed; without it each has to be looked up by itself.
# related_resources:
#   - description: AWS Step Functions Developer Guide, Trace Step Functions request data in AWS X-Ray
#     ref: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
# custom:
#   practice: observability
#   severity: warning
#   fix: Enable tracing for the state machine and let its role write traces.
#   aliases: [WS5000, CKV_AWS_284]
package serverlens.rules.workflow_tracing

findings contains {"at": [machine.id, "tracing"], "message": "executions of this workflow are not traced"} if {
	some machine in input.state_machines
	not machine.tracing
}
