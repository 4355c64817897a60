# METADATA
# description: What a queue needs, from plain values.
package serverlens.lib.queues

# METADATA
# description: |
#   Seconds for which a queue should hide a message from other consumers. The batching window
#   counts for standard queues only.
visibility(timeout_s, factor, true, _) := factor * timeout_s

visibility(timeout_s, factor, false, window_s) := (factor * timeout_s) + window_s

# METADATA
# description: Seconds as a text, in days or hours where they are whole ones.
lasting(s) := sprintf("%v days", [s / 86400]) if {
	s % 86400 == 0
	s != 86400
} else := sprintf("%v hours", [s / 3600]) if {
	s % 3600 == 0
	s != 3600
} else := sprintf("%v s", [s])
