# METADATA
# title: One bad record repeats its whole batch
# description: |
#   When a function fails on one record of a batch, Lambda hands it the whole batch again, and
#   records that were done are done twice. With partial batch responses the function names the
#   records that failed and only they come back.
#
#   A stream whose batches are halved after a failure counts as protected; so does a batch of one.
# related_resources:
#   - description: AWS Lambda Developer Guide, Handling errors for an SQS event source in Lambda
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
# custom:
#   practice: idempotency
#   severity: warning
#   fix: |
#     Give the mapping the response type ReportBatchItemFailures and return the ids of the records that
#     failed as batchItemFailures.
package serverlens.rules.batch_partial_response

findings contains {
	"at": [t.id, "partial_batch_response"],
	"with": [fn.id],
	"path": [t.id],
	"message": sprintf("%s gets all of up to %v records again when one of them fails", [fn.id, t.batch_size]),
} if {
	some fn in input.functions
	some t in fn.triggered_by
	can_report(t.source_kind, t.provisioned_pollers)
	t.batch_size > 1
	not t.partial_batch_response
	not t.bisect
}

# can_report: a kind of source, and whether its pollers are provisioned.
can_report("queue", _)

can_report("stream", _)

can_report("table", _)

can_report("kafka_cluster", true)
