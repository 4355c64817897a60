package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/kafkaconnect"
	"github.com/awslabs/goformation/v7/cloudformation/kinesisanalytics"
	"github.com/awslabs/goformation/v7/cloudformation/kinesisanalyticsv2"
	"github.com/awslabs/goformation/v7/cloudformation/osis"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

const sqlInputs = "ApplicationConfiguration.SqlApplicationConfiguration.Inputs"

// analyticsRows is what reads streams, computes and writes streams or stores.
var analyticsRows = []*row{
	{
		kind: graph.StreamProcessor, cfn: (*kinesisanalyticsv2.Application)(nil), tf: "aws_kinesisanalyticsv2_application",
		name: prop{"ApplicationName", "name"},
		attrs: []attr{
			{name: "engine", typ: text, at: prop{"RuntimeEnvironment", "runtime_environment"}, doc: "What processes the records."},
		},
		links: []link{
			input(sqlInputs, "application_configuration.sql_application_configuration.input", "KinesisStreamsInput.ResourceARN", "kinesis_streams_input.resource_arn"),
			input(sqlInputs, "application_configuration.sql_application_configuration.input", "KinesisFirehoseInput.ResourceARN", "kinesis_firehose_input.resource_arn"),
			{
				rel: graph.Transforms, each: prop{sqlInputs, "application_configuration.sql_application_configuration.input"},
				from: prop{"InputProcessingConfiguration.InputLambdaProcessor.ResourceARN", "input_processing_configuration.input_lambda_processor.resource_arn"},
			},
			output("", "application_configuration.sql_application_configuration.output", prop{}, "", "kinesis_streams_output.resource_arn"),
			output("", "application_configuration.sql_application_configuration.output", prop{}, "", "kinesis_firehose_output.resource_arn"),
			{
				rel: graph.Triggers, each: prop{"", "application_configuration.sql_application_configuration.output"},
				to: prop{"", "lambda_output.resource_arn"}, mode: "sync",
			},
			{rel: graph.Configures, findTo: flinkProperties},
			{rel: graph.Assumes, to: prop{"ServiceExecutionRole", "service_execution_role"}},
		},
	},
	{cfn: (*kinesisanalyticsv2.ApplicationOutput)(nil), links: outputs("ApplicationName", "Output.")},
	{
		kind: graph.StreamProcessor, cfn: (*kinesisanalytics.Application)(nil), tf: "aws_kinesis_analytics_application",
		name: prop{"ApplicationName", "name"},
		links: []link{
			input("Inputs", "inputs", "KinesisStreamsInput.ResourceARN", "kinesis_stream.resource_arn"),
			input("Inputs", "inputs", "KinesisFirehoseInput.ResourceARN", "kinesis_firehose.resource_arn"),
			{
				rel: graph.Transforms, each: prop{"Inputs", "inputs"},
				from: prop{"InputProcessingConfiguration.InputLambdaProcessor.ResourceARN", "processing_configuration.lambda.resource_arn"},
			},
			output("", "outputs", prop{}, "", "kinesis_stream.resource_arn"),
			output("", "outputs", prop{}, "", "kinesis_firehose.resource_arn"),
			{rel: graph.Triggers, each: prop{"", "outputs"}, to: prop{"", "lambda.resource_arn"}, mode: "sync"},
		},
	},
	{cfn: (*kinesisanalytics.ApplicationOutput)(nil), links: outputs("ApplicationName", "Output.")},
	{
		kind: graph.StreamProcessor, cfn: (*osis.Pipeline)(nil), tf: "aws_osis_pipeline",
		name: prop{"PipelineName", "pipeline_name"},
		links: []link{
			{rel: graph.StreamsTo, findFrom: pipelineEnds(graph.Stream, graph.Table, graph.KafkaCluster, graph.Bucket, graph.Database)},
			{rel: graph.StreamsTo, findTo: pipelineEnds(graph.SearchDomain)},
		},
	},
	{
		kind: graph.StreamProcessor, cfn: (*kafkaconnect.Connector)(nil), tf: "aws_mskconnect_connector",
		name: prop{"ConnectorName", "name"},
		links: []link{
			{rel: graph.StreamsTo, from: prop{"KafkaCluster.ApacheKafkaCluster.BootstrapServers", "kafka_cluster.apache_kafka_cluster.bootstrap_servers"}},
			{rel: graph.Configures, findTo: connectorSettings},
			{rel: graph.Assumes, to: prop{"ServiceExecutionRoleArn", "service_execution_role_arn"}},
		},
	},
}

func input(eachCFN, eachTF, cfn, tf string) link {
	return link{rel: graph.StreamsTo, each: prop{eachCFN, eachTF}, from: prop{cfn, tf}}
}

func output(eachCFN, eachTF string, from prop, cfn, tf string) link {
	return link{rel: graph.StreamsTo, each: prop{eachCFN, eachTF}, from: from, to: prop{cfn, tf}}
}

// outputs is the links of an output that stands beside its application.
func outputs(application, block string) []link {
	from := prop{application, ""}
	return []link{
		output("", "", from, block+"KinesisStreamsOutput.ResourceARN", ""),
		output("", "", from, block+"KinesisFirehoseOutput.ResourceARN", ""),
		{rel: graph.Triggers, from: from, to: prop{block + "LambdaOutput.ResourceARN", ""}, mode: "sync"},
	}
}

// flinkProperties is the resources that the properties of a Flink application
// name: it reads and writes what its code makes of them.
func flinkProperties(b *builder, r *resource, in source.Value) []end {
	return b.mentioned(r, r.get(in, prop{
		"ApplicationConfiguration.EnvironmentProperties", "application_configuration.environment_properties",
	}), partnersOf(graph.Configures, true))
}

func connectorSettings(b *builder, r *resource, in source.Value) []end {
	return b.mentioned(r, r.get(in, prop{"ConnectorConfiguration", "connector_configuration"}), partnersOf(graph.Configures, true))
}

// pipelineEnds is the nodes of some kinds that an ingestion pipeline's
// configuration, a text of YAML, mentions.
func pipelineEnds(kinds ...graph.Kind) func(*builder, *resource, source.Value) []end {
	return func(b *builder, r *resource, in source.Value) []end {
		return b.mentioned(r, r.get(in, prop{"PipelineConfigurationBody", "pipeline_configuration_body"}), kinds)
	}
}
