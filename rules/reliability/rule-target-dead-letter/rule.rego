# METADATA
# title: Target of an event rule has no dead-letter queue
# description: |
#   EventBridge tries to deliver an event for a day and then drops it; where permission is missing or the
#   target is gone it does not even try again. Only a dead-letter queue of the target keeps such events.
# related_resources:
#   - description: Amazon EventBridge User Guide, Using dead-letter queues to process undelivered events in EventBridge
#     ref: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
# custom:
#   practice: reliability
#   severity: warning
#   fix: Give the target a dead-letter queue, a standard one that lets events.amazonaws.com send.
#   aliases: [ES4000]
package serverlens.rules.rule_target_dead_letter

findings contains {
	"at": [t.id, "dead_letter"],
	"with": [rule.id],
	"path": [t.id],
	"message": sprintf("events that %s cannot deliver are lost", [rule.id]),
} if {
	some rule in input.rules
	some t in rule.triggers
	not t.dead_letter
}
