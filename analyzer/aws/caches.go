package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/dax"
	"github.com/awslabs/goformation/v7/cloudformation/elasticache"
	"github.com/awslabs/goformation/v7/cloudformation/memorydb"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var cacheRows = []*row{
	{
		kind: graph.Cache, cfn: (*elasticache.CacheCluster)(nil), tf: "aws_elasticache_cluster",
		is: prop{"", "replication_group_id"}, name: prop{"ClusterName", "cluster_id"},
		attrs: []attr{
			{name: "engine", typ: text, at: prop{"Engine", "engine"}, doc: "Cache engine."},
			serverless(false),
		},
	},
	{
		kind: graph.Cache, cfn: (*elasticache.ReplicationGroup)(nil), tf: "aws_elasticache_replication_group",
		name: prop{"ReplicationGroupId", "replication_group_id"},
		attrs: []attr{
			{name: "engine", typ: text, at: prop{"Engine", "engine"}, def: "redis",
				source: "Amazon ElastiCache API Reference, CreateReplicationGroup", doc: "Cache engine."},
			serverless(false),
		},
	},
	{
		kind: graph.Cache, cfn: (*elasticache.ServerlessCache)(nil), tf: "aws_elasticache_serverless_cache",
		name: prop{"ServerlessCacheName", "name"},
		attrs: []attr{
			{name: "engine", typ: text, at: prop{"Engine", "engine"}, doc: "Cache engine."},
			serverless(true),
		},
	},
	{
		kind: graph.Cache, cfn: (*memorydb.Cluster)(nil), tf: "aws_memorydb_cluster",
		name: prop{"ClusterName", "name"},
		attrs: []attr{
			{name: "engine", typ: text, def: "memorydb", doc: "Cache engine."},
			serverless(false),
		},
	},
	{
		kind: graph.Cache, cfn: (*dax.Cluster)(nil), tf: "aws_dax_cluster",
		name: prop{"ClusterName", "cluster_name"},
		attrs: []attr{
			{name: "engine", typ: text, def: "dax", doc: "Cache engine."},
			serverless(false),
		},
	},
}
