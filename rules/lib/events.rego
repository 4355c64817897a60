# METADATA
# description: What a function is called with, from plain values.
package serverlens.lib.events

# METADATA
# description: |
#   What kind of event a function gets, from the kind of what calls it and the mode in which it does;
#   undefined for what is no source of events of its own kind.
family(_, "schedule") := "a schedule"

family(kind, mode) := families[kind] if mode != "schedule"

families := {
	"queue": "a queue", "topic": "a topic", "rule": "events", "bus": "events", "stream": "a stream",
	"table": "a table's stream", "kafka_cluster": "a Kafka cluster", "broker": "a broker", "bucket": "a bucket",
	"user_pool": "a user pool", "log_group": "logs", "iot_rule": "devices", "email_rule": "mail", "route": "an API",
}
