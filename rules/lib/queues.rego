# METADATA
# description: What a queue needs, from plain values.
package serverlens.lib.queues

# METADATA
# description: |
#   Seconds for which a queue should hide a message from other consumers. The batching window
#   counts for standard queues only.
visibility(timeout_s, factor, true, _) := factor * timeout_s

visibility(timeout_s, factor, false, window_s) := (factor * timeout_s) + window_s
