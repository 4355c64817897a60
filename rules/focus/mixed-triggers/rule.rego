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
	count(kinds - {"a schedule"}) > 1
	some kind in kinds
	kind in waiting
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
	some kind in kinds
	kind in waiting
}

waiting := {"an API", "a user pool"}

served[fn.id] := kinds if {
	some fn in input.functions
	kinds := {family[t.id] | some t in fn.triggered_by} | {"an API" | some t in fn.routed_from}
}

paths[fn.id] := edges if {
	some fn in input.functions
	edges := array.concat([t.id | some t in fn.triggered_by], [t.id | some t in fn.routed_from])
}

family[t.id] := "a queue" if { some x in input.queues; some t in x.triggers }

family[t.id] := "a topic" if { some x in input.topics; some t in x.triggers }

family[t.id] := "a stream" if { some x in input.streams; some t in x.triggers }

family[t.id] := "a table's stream" if { some x in input.tables; some t in x.triggers }

family[t.id] := "a Kafka cluster" if { some x in input.kafka_clusters; some t in x.triggers }

family[t.id] := "a broker" if { some x in input.brokers; some t in x.triggers }

family[t.id] := "a bucket" if { some x in input.buckets; some t in x.triggers }

family[t.id] := "a user pool" if { some x in input.user_pools; some t in x.triggers }

family[t.id] := "logs" if { some x in input.log_groups; some t in x.triggers }

family[t.id] := "devices" if { some x in input.iot_rules; some t in x.triggers }

family[t.id] := "a schedule" if { some x in input.schedules; some t in x.triggers }

family[t.id] := "a schedule" if { some x in input.rules; some t in x.triggers; t.mode == "schedule" }

family[t.id] := "events" if { some x in input.rules; some t in x.triggers; t.mode != "schedule" }
