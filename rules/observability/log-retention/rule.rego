# METADATA
# title: Logs of a function are kept for ever
# description: |
#   A log group without a retention never expires, and the one that Lambda makes by itself has none.
#   The logs cost more each month, and may keep personal data longer than is allowed.
#
#   Where a stack declares no log group at all, one finding stands for all its functions. A function
#   that only serves a custom resource writes a few lines a deployment and is exempt.
# related_resources:
#   - description: Amazon CloudWatch Logs User Guide, Working with log groups and log streams
#     ref: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
# custom:
#   practice: observability
#   severity: warning
#   fix: Declare the log group of each function, by its name or in the logging configuration, with a retention.
#   aliases: [WS1004, CKV_AWS_66]
package serverlens.rules.log_retention

findings contains {
	"at": [group.id, "retention_days"],
	"with": [fn.id],
	"path": [log.id],
	"message": sprintf("the logs of %s never expire", [fn.id]),
} if {
	some group in input.log_groups
	not group.retention_days
	some log in group.logs_of
	fn := input.functions[log.function]
}

findings contains {
	"at": [fn.id, "logs_to"],
	"message": "no declared log group has the name of this function, so its logs are kept for ever",
} if {
	declared
	some fn in input.functions
	fn.id in judged
	count(fn.logs_to) == 0
}

findings contains {
	"at": [fn.id, "logs_to"],
	"with": [other | some other in judged; other != fn.id],
	"message": "no log group of a function is declared, so what functions log is kept for ever",
} if {
	not declared
	some fn in input.functions
	fn.id == min(judged)
}

judged contains fn.id if {
	some fn in input.functions
	not fn.runs_at_deployment
}

declared if count(input.functions[_].logs_to) > 0
