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
	"path": paths[fn.id],
	"message": sprintf("this function serves %s", [concat(" and ", sort(kinds))]),
} if {
	some fn in input.functions
	kinds := served[fn.id]
	urgent(kinds)
}

findings contains {
	"at": [fn.id, "triggered_by"],
	"path": paths[fn.id],
	"severity": "note",
	"message": sprintf("this function serves %s", [concat(" and ", sort(kinds))]),
} if {
	some fn in input.functions
	kinds := served[fn.id]
	count(kinds) > 1
	not urgent(kinds)
}

# urgent is where somebody waits for the answer to one kind while another is retried.
urgent(kinds) if {
	count(kinds - {"a schedule"}) > 1
	count(kinds & {"an API", "a user pool"}) > 0
}

served[fn.id] := kinds if {
	some fn in input.functions
	kinds := {family(t.kind, t.mode) | some t in fn.triggered_by} | {"an API" | some r in fn.routed_from}
}

paths[fn.id] := edges if {
	some fn in input.functions
	edges := array.concat([t.id | some t in fn.triggered_by], [r.id | some r in fn.routed_from])
}

family(_, "schedule") := "a schedule"

family(kind, mode) := families[kind] if mode != "schedule"

families := {
	"queue": "a queue", "topic": "a topic", "rule": "events", "bus": "events", "stream": "a stream",
	"table": "a table's stream", "kafka_cluster": "a Kafka cluster", "broker": "a broker", "bucket": "a bucket",
	"user_pool": "a user pool", "log_group": "logs", "iot_rule": "devices", "email_rule": "mail",
}
