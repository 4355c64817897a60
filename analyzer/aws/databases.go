package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/docdb"
	"github.com/awslabs/goformation/v7/cloudformation/docdbelastic"
	"github.com/awslabs/goformation/v7/cloudformation/neptune"
	"github.com/awslabs/goformation/v7/cloudformation/qldb"
	"github.com/awslabs/goformation/v7/cloudformation/rds"
	"github.com/awslabs/goformation/v7/cloudformation/timestream"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var databaseRows = []*row{
	{
		kind: graph.Database, cfn: (*rds.DBCluster)(nil), tf: "aws_rds_cluster",
		name: prop{"DBClusterIdentifier", "cluster_identifier"},
		attrs: []attr{
			{name: "engine", typ: text, at: prop{"Engine", "engine"}, doc: "Database engine."},
			{name: "engine_mode", typ: text, enum: []string{"provisioned", "serverless", "parallelquery", "global"}, at: prop{"EngineMode", "engine_mode"}, def: "provisioned",
				source: "Amazon RDS API Reference, CreateDBCluster", doc: "serverless is Aurora Serverless v1."},
			{name: "serverless", typ: flag, at: prop{"ServerlessV2ScalingConfiguration", "serverlessv2_scaling_configuration"}, as: present, doc: "Whether capacity follows the load (Aurora Serverless v2)."},
			{name: "data_api", typ: flag, at: prop{"EnableHttpEndpoint", "enable_http_endpoint"}, def: false,
				source: "Amazon Aurora User Guide, Using the Amazon RDS Data API", doc: "Whether it can be called without a connection."},
		},
		links: []link{{rel: graph.StreamsTo, from: prop{"ReplicationSourceIdentifier", "replication_source_identifier"}}},
	},
	{
		kind: graph.Database, cfn: (*rds.DBInstance)(nil), tf: "aws_db_instance",
		is: prop{"DBClusterIdentifier", ""}, name: prop{"DBInstanceIdentifier", "identifier"},
		attrs: []attr{
			{name: "engine", typ: text, at: prop{"Engine", "engine"}, doc: "Database engine."},
			serverless(false),
		},
		links: []link{{rel: graph.StreamsTo, from: prop{"SourceDBInstanceIdentifier", "replicate_source_db"}}},
	},
	{tf: "aws_rds_cluster_instance", is: prop{"", "cluster_identifier"}},
	{cfn: (*rds.GlobalCluster)(nil), tf: "aws_rds_global_cluster", is: prop{"SourceDBClusterIdentifier", "source_db_cluster_identifier"}},
	{
		kind: graph.Database, cfn: (*rds.DBProxy)(nil), tf: "aws_db_proxy",
		name: prop{"DBProxyName", "name"},
		attrs: []attr{
			{name: "engine", typ: text, at: prop{"EngineFamily", "engine_family"}, doc: "Database engine."},
			{name: "proxy", typ: flag, def: true, doc: "Whether it is a proxy that shares the connections of the database behind it."},
		},
	},
	{cfn: (*rds.DBProxyEndpoint)(nil), tf: "aws_db_proxy_endpoint", is: prop{"DBProxyName", "db_proxy_name"}},
	{
		cfn: (*rds.DBProxyTargetGroup)(nil), tf: "aws_db_proxy_target",
		links: []link{
			{rel: graph.Fronts, from: prop{"DBProxyName", "db_proxy_name"}, to: prop{"DBClusterIdentifiers", "db_cluster_identifier"}},
			{rel: graph.Fronts, from: prop{"DBProxyName", "db_proxy_name"}, to: prop{"DBInstanceIdentifiers", "db_instance_identifier"}},
		},
	},
	{
		kind: graph.Database, cfn: (*docdb.DBCluster)(nil), tf: "aws_docdb_cluster",
		name:  prop{"DBClusterIdentifier", "cluster_identifier"},
		attrs: []attr{{name: "engine", typ: text, def: "docdb", doc: "Database engine."}},
	},
	{
		kind: graph.Database, cfn: (*qldb.Ledger)(nil), tf: "aws_qldb_ledger", name: prop{"Name", "name"},
		attrs: []attr{{name: "engine", typ: text, def: "qldb", doc: "Database engine."}},
	},
	{cfn: (*qldb.Stream)(nil), tf: "aws_qldb_stream", links: []link{{
		rel: graph.StreamsTo, from: prop{"LedgerName", "ledger_name"}, to: prop{"KinesisConfiguration.StreamArn", "kinesis_configuration.stream_arn"},
	}}},
	{cfn: (*docdb.DBInstance)(nil), tf: "aws_docdb_cluster_instance", is: prop{"DBClusterIdentifier", "cluster_identifier"}},
	{
		kind: graph.Database, cfn: (*docdbelastic.Cluster)(nil), tf: "aws_docdbelastic_cluster",
		name:  prop{"ClusterName", "name"},
		attrs: []attr{{name: "engine", typ: text, def: "docdb", doc: "Database engine."}},
	},
	{
		kind: graph.Database, cfn: (*neptune.DBCluster)(nil), tf: "aws_neptune_cluster",
		name: prop{"DBClusterIdentifier", "cluster_identifier"},
		attrs: []attr{
			{name: "engine", typ: text, def: "neptune", doc: "Database engine."},
			{name: "serverless", typ: flag, at: prop{"ServerlessScalingConfiguration", "serverless_v2_scaling_configuration"}, as: present, doc: "Whether capacity follows the load."},
		},
	},
	{cfn: (*neptune.DBInstance)(nil), tf: "aws_neptune_cluster_instance", is: prop{"DBClusterIdentifier", "cluster_identifier"}},
	{
		kind: graph.Database, cfn: (*timestream.Database)(nil), tf: "aws_timestreamwrite_database",
		name:  prop{"DatabaseName", "database_name"},
		attrs: timestreamAttrs,
	},
	{
		kind: graph.Database, cfn: (*timestream.Table)(nil), tf: "aws_timestreamwrite_table",
		name:  prop{"TableName", "table_name"},
		attrs: timestreamAttrs,
	},
	{
		kind: graph.Database, cfn: (*timestream.InfluxDBInstance)(nil), tf: "aws_timestreaminfluxdb_db_instance",
		name:  prop{"Name", "name"},
		attrs: []attr{{name: "engine", typ: text, def: "influxdb", doc: "Database engine."}},
	},
	{
		kind: graph.Database, newer: "AWS::DSQL::Cluster", tf: "aws_dsql_cluster",
		attrs: []attr{
			{name: "engine", typ: text, def: "dsql", doc: "Database engine."},
			serverless(true),
		},
	},
}

var timestreamAttrs = []attr{
	{name: "engine", typ: text, def: "timestream", doc: "Database engine."},
	serverless(true),
}
