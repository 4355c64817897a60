# METADATA
# title: Side effect may happen twice
# description: |
#   Queues, streams, topics, buses and schedules deliver at least once, and Lambda retries. A function
#   that changes something for each event changes it twice, unless it remembers which events it has
#   seen: in a table of their keys, or because a FIFO queue sends each only once.
#
#   What the code does cannot be seen here: a change that may be repeated safely is fine. What a role
#   allows to several functions, and only others of them are told of, counts for those others.
# related_resources:
#   - description: AWS Lambda Developer Guide, How Lambda processes records from stream and queue-based event sources
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
# custom:
#   practice: idempotency
#   severity: note
#   certainty: heuristic
#   fix: Remember the keys of finished events in a table, or make the change one that may be repeated.
package serverlens.rules.idempotency_store

findings contains {
	"at": [fn.id, "writes"],
	"path": [t.id, w.id],
	"message": sprintf("an event that %s delivers twice is written to %s twice, as far as the template shows", [t.node, w.node]),
} if {
	some i, fn in input.functions
	not fn.durable
	some j, t in fn.triggered_by
	t.mode in {"async", "schedule", "poll_queue", "poll_stream"}
	not deduplicated(i, j)
	some k, w in fn.writes
	w.data
	not w.for_another
	not w.kind in {"log_group", "secret", "parameter", "state_machine"} # a workflow knows that a callback arrives twice
	not w.node in {d.node | some outcome in [fn.dead_letters_to, fn.on_failure_to, fn.on_success_to]; some d in outcome}
	not aside(i, k)
	not remembers(i)
}

deduplicated(i, j) if input.queues[input.functions[i].triggered_by[j].queue].fifo

# aside: a function and something it writes to, by their indexes, where what is written does not count.
aside(i, k) if input.externals[input.functions[i].writes[k].external].service == "logs"
aside(i, k) if count(input.queues[input.functions[i].writes[k].queue].dead_letters_of) > 0

# What is deleted twice is gone once.
aside(i, k) if regex.match(`^(\w+:Delete\w+(, )?)+$`, input.functions[i].writes[k].actions)

# remembers: a function, by its index, with a table for the keys of events.
remembers(i) if regex.match(`(?i)idempoten`, input.functions[i].configures[_].variable)
remembers(i) if regex.match(`(?i)idempoten`, input.tables[input.functions[i].writes[_].table].id)

remembers(i) if {
	table := input.tables[input.functions[i].writes[_].table]
	table.partition_key == "id"
	table.ttl_attribute == "expiration"
}
