# METADATA
# title: Function outlives the API that waits for it
# description: |
#   An API gives up on its integration after a fixed time and tells the client so, while the
#   function goes on, costs money and may still change data. The client tries again, and the
#   work is done twice.
#
#   Asynchronous integrations, streamed responses within their longer limit, durable functions,
#   load balancers, which wait for the function, and the $disconnect of a WebSocket API, which
#   nobody waits for, are exempt.
# related_resources:
#   - description: Amazon API Gateway Developer Guide, Quotas for configuring and running a REST API
#     ref: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
#   - description: AWS General Reference, AWS AppSync endpoints and quotas
#     ref: https://docs.aws.amazon.com/general/latest/gr/appsync.html
# custom:
#   practice: timeouts
#   severity: warning
#   fix: Lower the function's timeout below the API's, or answer at once and do the work behind a queue or workflow.
package serverlens.rules.function_outlives_api

findings contains {
	"at": [fn.id, "timeout_s"],
	"with": [api.id],
	"path": [f.id, t.id],
	"message": sprintf("may run for %v s, but %s gives up after %v s", [fn.timeout_s, api.id, route.timeout_s]),
} if {
	some route in input.routes
	some t in route.routes_to
	t.mode == "sync"
	not route.path == "$disconnect"
	fn := input.functions[t.function]
	not fn.durable
	fn.timeout_s > route.timeout_s
	some f in route.routed_from
	api := input.apis[f.api]
}
