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

import data.serverlens.lib.events

findings contains {
	"at": [fn.id, "triggered_by"],
	"path": [a.id, b.id],
	"message": message(x, y),
} if {
	some fn in input.functions
	some a in fn.triggered_by
	x := events.family(a.kind, a.mode)
	some starts in [fn.triggered_by, fn.routed_from]
	some b in starts
	y := events.family(b.kind, b.mode)
	y in {"an API", "a user pool"} # somebody waits for it, the other is retried
	not x in {y, "a schedule"}
}

findings contains {
	"at": [fn.id, "triggered_by"],
	"path": [a.id, b.id],
	"severity": "note",
	"message": message(x, y),
} if {
	some fn in input.functions
	some a in fn.triggered_by
	x := events.family(a.kind, a.mode)
	some starts in [fn.triggered_by, fn.routed_from]
	some b in starts
	y := events.family(b.kind, b.mode)
	x != y
}

message(x, y) := sprintf("this function serves %s", [concat(" and ", sort([x, y]))])
