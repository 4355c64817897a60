package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/kinesisfirehose"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// deliveries is the destinations of a delivery stream: the block of each, and
// what in it names where the records go.
var deliveries = []struct{ block, to prop }{
	{prop{"ExtendedS3DestinationConfiguration", "extended_s3_configuration"}, prop{"BucketARN", "bucket_arn"}},
	{prop{"S3DestinationConfiguration", "s3_configuration"}, prop{"BucketARN", "bucket_arn"}},
	{prop{"RedshiftDestinationConfiguration", "redshift_configuration"}, prop{"ClusterJDBCURL", "cluster_jdbcurl"}},
	{prop{"AmazonopensearchserviceDestinationConfiguration", "opensearch_configuration"}, prop{"DomainARN", "domain_arn"}},
	{prop{"AmazonopensearchserviceDestinationConfiguration", "opensearch_configuration"}, prop{"ClusterEndpoint", "cluster_endpoint"}},
	{prop{"AmazonOpenSearchServerlessDestinationConfiguration", "opensearchserverless_configuration"}, prop{"CollectionEndpoint", "collection_endpoint"}},
	{prop{"ElasticsearchDestinationConfiguration", "elasticsearch_configuration"}, prop{"DomainARN", "domain_arn"}},
	{prop{"HttpEndpointDestinationConfiguration", "http_endpoint_configuration"}, prop{"EndpointConfiguration.Url", "url"}},
	{prop{"SplunkDestinationConfiguration", "splunk_configuration"}, prop{"HECEndpoint", "hec_endpoint"}},
	{prop{"SnowflakeDestinationConfiguration", "snowflake_configuration"}, prop{"AccountUrl", "account_url"}},
	{prop{"IcebergDestinationConfiguration", "iceberg_configuration"}, prop{"S3Configuration.BucketARN", "s3_configuration.bucket_arn"}},
}

var firehoseRows = []*row{{
	kind: graph.DeliveryStream, cfn: (*kinesisfirehose.DeliveryStream)(nil), tf: "aws_kinesis_firehose_delivery_stream",
	name: prop{"DeliveryStreamName", "name"},
	attrs: []attr{
		{name: "direct_put", typ: flag, read: directPut, source: "Amazon Data Firehose API Reference, CreateDeliveryStream", doc: "Whether producers write to it, and no stream feeds it."},
	},
	links: append([]link{
		{rel: graph.StreamsTo, from: prop{"KinesisStreamSourceConfiguration.KinesisStreamARN", "kinesis_source_configuration.kinesis_stream_arn"}},
		{rel: graph.StreamsTo, from: prop{"MSKSourceConfiguration.MSKClusterARN", "msk_source_configuration.msk_cluster_arn"}},
		{rel: graph.Invokes, mode: "sync", findTo: apiAt(prop{"HttpEndpointDestinationConfiguration.EndpointConfiguration.Url", "http_endpoint_configuration.url"})},
	}, deliveryLinks()...),
}}

// deliveryLinks is, for each destination, where the records go, what transforms
// them on the way and where the deliveries are logged.
func deliveryLinks() []link {
	var out []link
	last := prop{}
	for _, d := range deliveries {
		out = append(out, link{rel: graph.StreamsTo, to: prop{d.block.cfn + "." + d.to.cfn, d.block.tf + "." + d.to.tf}})
		if d.block == last {
			continue
		}
		last = d.block
		out = append(out, link{rel: graph.LogsTo, to: prop{
			d.block.cfn + ".CloudWatchLoggingOptions.LogGroupName", d.block.tf + ".cloudwatch_logging_options.log_group_name",
		}})
		if d.block.cfn != "S3DestinationConfiguration" { // the older form cannot transform
			out = append(out, link{
				rel:      graph.Transforms,
				each:     prop{d.block.cfn + ".ProcessingConfiguration.Processors", d.block.tf + ".processing_configuration.processors"},
				findFrom: processor,
			})
		}
	}
	return out
}

// processor is the function that a processor of a delivery stream runs.
func processor(b *builder, r *resource, in source.Value) []end {
	var out []end
	for _, p := range r.get(in, prop{"Parameters", "parameters"}).Elements() {
		if r.get(p, prop{"ParameterName", "parameter_name"}).Text == "LambdaArn" {
			out = append(out, b.resolve(r, r.get(p, prop{"ParameterValue", "parameter_value"}), []graph.Kind{graph.Function})...)
		}
	}
	return out
}

func directPut(_ *builder, r *resource, in source.Value) source.Value {
	for _, p := range []prop{{"KinesisStreamSourceConfiguration", "kinesis_source_configuration"}, {"MSKSourceConfiguration", "msk_source_configuration"}} {
		if v := r.get(in, p); v.Kind != source.Unset && v.Kind != source.Null {
			return present(v, r.At).Apply(func(fed source.Value) source.Value {
				return source.BoolOf(!isTrue(fed), fed.At)
			})
		}
	}
	return source.BoolOf(true, r.At)
}
