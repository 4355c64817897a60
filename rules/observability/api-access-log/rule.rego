# METADATA
# title: Stage of an API has no access log
# description: |
#   The access log says who called what, when, and with which result. Requests that never reach a
#   function, because they were refused or throttled, leave no other trace.
# related_resources:
#   - description: Amazon API Gateway Developer Guide, Set up CloudWatch logging for REST APIs in API Gateway
#     ref: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
#   - description: Amazon API Gateway Developer Guide, Configure logging for HTTP APIs in API Gateway
#     ref: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
# custom:
#   practice: observability
#   severity: warning
#   fix: Give the stage an access log with a destination and a JSON format.
#   aliases: [ES2000, CKV_AWS_76, CKV_AWS_95, AWS-0001]
package serverlens.rules.api_access_log

findings contains {"at": [stage.id, "access_log"], "message": "requests to this stage are not logged"} if {
	some stage in input.stages
	not stage.access_log
}
