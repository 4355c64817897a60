# METADATA
# title: Nothing limits a function on a store of limited capacity
# description: |
#   A relational database, a cache or a cluster takes so many connections and no more, a table with
#   provisioned capacity so many requests; each running copy of a function takes its share. A burst of
#   events starts hundreds of copies, and the store refuses everybody.
#
#   A proxy, a data API, reserved concurrency, or triggers that start only a few copies protect it.
#   A function in a network of its own that is told a store's address counts as using it; one that
#   shares its role with others, of which only they are told of the store, does not.
# related_resources:
#   - description: AWS Lambda Developer Guide, Configuring reserved concurrency for a function
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
#   - description: Amazon RDS User Guide, Using Amazon RDS Proxy
#     ref: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html
# custom:
#   practice: concurrency
#   severity: warning
#   fix: Reserve concurrency for the function, limit the concurrency of its queues, put a proxy before a database, or let the capacity of a table follow the load.
package serverlens.rules.limited_store_protection

findings contains {
	"at": [fn.id, "reserved_concurrency"],
	"with": [use.node],
	"path": [use.id],
	"message": sprintf("nothing limits how many copies of %s use %s at once", [fn.id, use.node]),
} if {
	some i, fn in input.functions
	not fn.reserved_concurrency
	not fn.managed_instances
	some uses in [fn.writes, fn.reads, fn.configures]
	some use in uses
	use.limited
	not use.for_another
	floods(i)
}

# floods: a function, by its index, that something can start any number of times at once.
floods(i) if count(input.functions[i].routed_from) > 0

floods(i) if {
	some j, _ in input.functions[i].triggered_by
	not bounded(i, j)
}

bounded(i, j) if input.functions[i].triggered_by[j].maximum_concurrency
bounded(i, j) if input.functions[i].triggered_by[j].mode == "schedule"

# A table's stream has a shard for each of its partitions, so its readers grow with the table alone.
bounded(i, j) if input.functions[i].triggered_by[j].kind in {"broker", "table"}

bounded(i, j) if few(input.functions[i].triggered_by[j].maximum_pollers, input.aws.limits.provisioned_poller_concurrency)
bounded(i, j) if few(input.functions[i].triggered_by[j].shards, input.functions[i].triggered_by[j].parallelization_factor)

few(n, each) if n * each <= input.aws.limits.bounded_connections
