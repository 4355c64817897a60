# METADATA
# title: Stage of an API has no default throttle
# description: |
#   One busy client, or one loop, can use up the quota of every API of the account in the Region, and
#   reach whatever stands behind them. A stage without a limit of its own takes whatever that quota
#   allows.
# related_resources:
#   - description: Amazon API Gateway Developer Guide, Throttle requests to your REST APIs for better throughput in API Gateway
#     ref: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
# custom:
#   practice: concurrency
#   severity: warning
#   fix: Give the stage a rate and a burst that hold for every route.
#   aliases: [ES2003]
package serverlens.rules.stage_throttle

findings contains {"at": [stage.id, "throttle_rate"], "message": message} if {
	some i, stage in input.stages
	not throttled(i)
}

message := "nothing limits this stage as a whole but the account's quota, in most Regions 10,000 requests a second"

throttled(i) if {
	stage := input.stages[i]
	stage.throttle_rate >= 0
	stage.throttle_burst >= 0
}
