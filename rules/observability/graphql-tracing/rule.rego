# METADATA
# title: GraphQL API is not traced
# description: |
#   Only a trace shows which of the many resolvers that one query calls made it slow.
# related_resources:
#   - description: AWS AppSync Developer Guide, Using AWS X-Ray to trace requests in AWS AppSync
#     ref: https://docs.aws.amazon.com/appsync/latest/devguide/x-ray-tracing.html
# custom:
#   practice: observability
#   severity: warning
#   fix: Enable X-Ray for the API.
#   aliases: [WS3000]
package serverlens.rules.graphql_tracing

findings contains {"at": [api.id, "tracing"], "message": "requests to this API are not traced"} if {
	some api in input.apis
	api.type == "graphql"
	not api.tracing
}
