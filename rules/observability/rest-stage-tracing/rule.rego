# METADATA
# title: Stage of a REST API is not traced
# description: |
#   A trace that begins behind the API shows neither the time that the API itself takes nor which call
#   belongs to which request. HTTP and WebSocket APIs have no tracing.
# related_resources:
#   - description: Amazon API Gateway Developer Guide, Trace user requests to REST APIs using X-Ray in API Gateway
#     ref: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
# custom:
#   practice: observability
#   severity: warning
#   fix: Switch tracing on for the stage.
#   aliases: [WS2002, CKV_AWS_73, AWS-0003]
package serverlens.rules.rest_stage_tracing

findings contains {"at": [stage.id, "tracing"], "message": "requests to this stage are not traced"} if {
	some stage in input.stages
	stage.api_type == "rest"
	not stage.tracing
}
