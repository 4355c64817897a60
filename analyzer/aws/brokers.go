package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/amazonmq"
	"github.com/awslabs/goformation/v7/cloudformation/msk"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var brokerRows = []*row{
	{
		kind: graph.KafkaCluster, cfn: (*msk.Cluster)(nil), tf: "aws_msk_cluster",
		name: prop{"ClusterName", "cluster_name"},
		attrs: []attr{
			serverless(false),
			{name: "brokers", typ: number, at: prop{"NumberOfBrokerNodes", "number_of_broker_nodes"}, doc: "Number of brokers."},
		},
	},
	{
		kind: graph.KafkaCluster, cfn: (*msk.ServerlessCluster)(nil), tf: "aws_msk_serverless_cluster",
		name:  prop{"ClusterName", "cluster_name"},
		attrs: []attr{serverless(true)},
	},
	{
		kind: graph.StreamProcessor, cfn: (*msk.Replicator)(nil), tf: "aws_msk_replicator",
		name: prop{"ReplicatorName", "replicator_name"},
		links: []link{
			{rel: graph.StreamsTo, each: prop{"ReplicationInfoList", "replication_info_list"}, from: prop{"SourceKafkaClusterArn", "source_kafka_cluster_arn"}},
			{rel: graph.StreamsTo, each: prop{"ReplicationInfoList", "replication_info_list"}, to: prop{"TargetKafkaClusterArn", "target_kafka_cluster_arn"}},
		},
	},
	{
		kind: graph.Broker, cfn: (*amazonmq.Broker)(nil), tf: "aws_mq_broker",
		name: prop{"BrokerName", "broker_name"},
		attrs: []attr{
			{name: "engine", typ: text, at: prop{"EngineType", "engine_type"}, doc: "ACTIVEMQ or RABBITMQ."},
			{name: "deployment_mode", typ: text, at: prop{"DeploymentMode", "deployment_mode"},
				source: "Amazon MQ API Reference, Brokers", doc: "Whether one broker runs, or several that stand in for each other."},
		},
	},
}
