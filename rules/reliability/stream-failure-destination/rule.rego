# METADATA
# title: Consumer of a stream discards what it cannot process
# description: |
#   A record of a stream that fails is tried again until it expires, and its shard waits; then it is
#   gone. With an on-failure destination the mapping says which records were given up.
# related_resources:
#   - description: AWS Lambda Developer Guide, Retain discarded batch records for a DynamoDB event source in Lambda
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
#   - description: AWS Lambda Developer Guide, Retain discarded batch records for a Kinesis Data Streams event source in Lambda
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
# custom:
#   practice: reliability
#   severity: warning
#   fix: Give the mapping a queue or topic as its on-failure destination, with a limit for attempts or age.
#   aliases: [ES1001]
package serverlens.rules.stream_failure_destination

findings contains {
	"at": [t.id, "dead_letter"],
	"with": [fn.id],
	"path": [t.id],
	"message": sprintf("records that %s cannot process are lost", [fn.id]),
} if {
	some fn in input.functions
	some t in fn.triggered_by
	t.source_kind in {"stream", "table", "kafka_cluster"}
	not t.dead_letter
}
