package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/kinesis"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var kinesisRows = []*row{
	{
		kind: graph.Stream, cfn: (*kinesis.Stream)(nil), tf: "aws_kinesis_stream",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "capacity_mode", typ: text, enum: []string{"PROVISIONED", "ON_DEMAND"}, at: prop{"StreamModeDetails.StreamMode", "stream_mode_details.stream_mode"}, def: "PROVISIONED",
				source: "Amazon Kinesis Data Streams API Reference, StreamModeDetails", doc: "Whether shards are provisioned or follow the load."},
			{name: "shards", typ: number, read: shards,
				source: "AWS CloudFormation Template Reference, AWS::Kinesis::Stream", doc: "Provisioned shards; absent on demand."},
			{name: "retention_h", typ: number, at: prop{"RetentionPeriodHours", "retention_period"}, def: 24,
				source: "Amazon Kinesis Data Streams Developer Guide, Change the data retention period", doc: "Hours for which a record is kept."},
		},
	},
	{cfn: (*kinesis.StreamConsumer)(nil), tf: "aws_kinesis_stream_consumer", is: prop{"StreamARN", "stream_arn"}},
	{newer: "AWS::Kinesis::ResourcePolicy", tf: "aws_kinesis_resource_policy",
		make: policyOf(graph.Stream, prop{"ResourceArn", "resource_arn"}, prop{"ResourcePolicy", "policy"})},
}

// shardsRead repeats the shards of a stream on the edges over which it is read.
func shardsRead(b *builder) {
	for _, e := range b.g.Edges {
		if e.Relation != graph.Triggers || e.From == nil || e.From.Kind != graph.Stream {
			continue
		}
		if v, ok := e.From.Attrs["shards"]; ok {
			e.Attrs = cloneWith(e.Attrs, "shards", v)
		}
	}
}

// shards is the number of shards where they are provisioned: one unless written.
func shards(_ *builder, r *resource, in source.Value) source.Value {
	count := r.get(in, prop{"ShardCount", "shard_count"})
	return r.get(in, prop{"StreamModeDetails.StreamMode", "stream_mode_details.stream_mode"}).Apply(func(mode source.Value) source.Value {
		switch {
		case mode.Kind == source.Unknown:
			return mode
		case mode.Text == "ON_DEMAND":
			return source.Value{At: mode.At}
		}
		return literalOr(count, 1, r.At)
	})
}
