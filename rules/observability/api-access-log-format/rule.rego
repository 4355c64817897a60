# METADATA
# title: Access log of an API is not structured
# description: |
#   Lines of free text have to be taken apart by hand before anything can be counted or searched.
#   Lines that are JSON objects can be queried as they are.
# related_resources:
#   - description: Amazon API Gateway Developer Guide, Set up CloudWatch logging for REST APIs in API Gateway
#     ref: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
# custom:
#   practice: observability
#   severity: warning
#   fix: Write the format as a JSON object with $context variables as its values.
#   aliases: [WS2001]
package serverlens.rules.api_access_log_format

findings contains {"at": [stage.id, "access_log_format"], "message": "lines of this log are not JSON"} if {
	some stage in input.stages
	format := stage.access_log_format
	format != ""
	not structured(format)
}

# structured: a JSON object once each variable, in quotes or not, has a value.
structured(format) if {
	startswith(trim_space(format), "{")
	json.is_valid(regex.replace(format, `\$context(\.[A-Za-z0-9_]+)+`, "0"))
}
