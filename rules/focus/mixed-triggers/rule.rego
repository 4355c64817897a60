# METADATA
# title: Function serves different kinds of triggers
# description: |
#   Each kind of trigger has its own shape of event, its own retries and its own idea of a timeout.
#   A function that serves several has to tell them apart, needs the rights and limits of all of
#   them, and cannot be changed, scaled or watched for one of them alone.
#
#   A schedule beside another trigger, and several kinds of events beside each other, are notes.
# related_resources:
#   - description: AWS Well-Architected, Serverless Applications Lens, General design principles
#     ref: https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/general-design-principles.html
# custom:
#   practice: focus
#   severity: [warning, note]
#   fix: Make one function for each kind of trigger; share the code between them as a library.
#   aliases: [WS1002]
package serverlens.rules.mixed_triggers

findings contains {
	"at": [fn.id, "triggered_by"],
	"path": path(i),
	"message": message(kinds),
} if {
	some i, fn in input.functions
	kinds := served(i)
	count(kinds - {"a schedule"}) > 1
	count(kinds & {"an API", "a user pool"}) > 0 # somebody waits for one, the other is retried
}

findings contains {
	"at": [fn.id, "triggered_by"],
	"path": path(i),
	"severity": "note",
	"message": message(kinds),
} if {
	some i, fn in input.functions
	kinds := served(i)
	count(kinds) > 1
}

message(kinds) := sprintf("this function serves %s", [concat(" and ", sort(kinds))])

served(i) := {family(t.kind, t.mode) | some t in input.functions[i].triggered_by} | {"an API" | some _ in input.functions[i].routed_from}

path(i) := array.concat([t.id | some t in input.functions[i].triggered_by], [r.id | some r in input.functions[i].routed_from])

family(_, "schedule") := "a schedule"

family(kind, mode) := families[kind] if mode != "schedule"

families := {
	"queue": "a queue", "topic": "a topic", "rule": "events", "bus": "events", "stream": "a stream",
	"table": "a table's stream", "kafka_cluster": "a Kafka cluster", "broker": "a broker", "bucket": "a bucket",
	"user_pool": "a user pool", "log_group": "logs", "iot_rule": "devices", "email_rule": "mail",
}
