package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/dynamodb"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

const (
	createTable  = "Amazon DynamoDB API Reference, CreateTable"
	timeToLive   = "Amazon DynamoDB Developer Guide, Using time to live (TTL) in DynamoDB"
	pointInTime  = "Amazon DynamoDB Developer Guide, Point-in-time backups for DynamoDB"
	streamViews  = "Amazon DynamoDB API Reference, StreamSpecification"
	throughputOf = "Amazon DynamoDB API Reference, ProvisionedThroughput"
)

var dynamoDBRows = []*row{
	{
		kind: graph.Table, cfn: (*dynamodb.Table)(nil), tf: "aws_dynamodb_table",
		name: prop{"TableName", "name"},
		attrs: append(tableAttrs(attr{name: "autoscaled", typ: flag, def: false, doc: "Whether provisioned capacity follows the load."}),
			attr{name: "point_in_time_recovery", typ: flag, at: prop{"PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", "point_in_time_recovery.enabled"}, def: false,
				source: pointInTime, doc: "Whether the table can be restored to any second of the last weeks."},
			attr{name: "read_capacity", typ: number, at: prop{"ProvisionedThroughput.ReadCapacityUnits", "read_capacity"}, source: throughputOf, doc: "Provisioned read units; absent on demand."},
			attr{name: "write_capacity", typ: number, at: prop{"ProvisionedThroughput.WriteCapacityUnits", "write_capacity"}, source: throughputOf, doc: "Provisioned write units; absent on demand."}),
		links: []link{{rel: graph.StreamsTo, to: prop{"KinesisStreamSpecification.StreamArn", ""}}},
		make: func(b *builder, r *resource) {
			b.permits(r, r.node, r.get(r.Properties, prop{"ResourcePolicy.PolicyDocument", ""}))
		},
	},
	{
		kind: graph.Table, cfn: (*dynamodb.GlobalTable)(nil),
		name: prop{"TableName", ""},
		attrs: append(tableAttrs(attr{name: "autoscaled", typ: flag, at: prop{"WriteProvisionedThroughputSettings.WriteCapacityAutoScalingSettings", ""}, as: present, doc: "Whether provisioned capacity follows the load."}),
			attr{name: "point_in_time_recovery", typ: flag, read: firstReplica("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"), def: false,
				source: pointInTime, doc: "Whether the table can be restored to any second of the last weeks."},
			attr{name: "replicas", typ: number, read: countOf(prop{"Replicas", ""}), doc: "Regions that hold a copy; absent for a table of one Region."}),
		links: []link{{rel: graph.StreamsTo, each: prop{"Replicas", ""}, to: prop{"KinesisStreamSpecification.StreamArn", ""}}},
	},
	{tf: "aws_dynamodb_kinesis_streaming_destination", links: []link{
		{rel: graph.StreamsTo, from: prop{"", "table_name"}, to: prop{"", "stream_arn"}},
	}},
	{
		tf: "aws_dynamodb_table_replica", of: prop{"", "global_table_arn"},
		attrs: []attr{{name: "replicas", typ: number, def: 2}},
	},
	{tf: "aws_dynamodb_resource_policy", make: policyOf(graph.Table, prop{"", "resource_arn"}, prop{"", "policy"})},
}

// tableAttrs is what both types of tables have; how capacity scales is told in
// another way for each.
func tableAttrs(scaling attr) []attr {
	return []attr{
		{name: "billing_mode", typ: text, enum: []string{"PROVISIONED", "PAY_PER_REQUEST"}, at: prop{"BillingMode", "billing_mode"}, def: "PROVISIONED",
			source: createTable, doc: "Whether capacity is provisioned or paid by request."},
		{name: "stream_view_type", typ: text, enum: []string{"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"}, at: prop{"StreamSpecification.StreamViewType", "stream_view_type"},
			source: streamViews, doc: "What the table's stream holds of a change; absent where there is no stream."},
		{name: "ttl_attribute", typ: text, read: ttlAttribute, source: timeToLive, doc: "Attribute by which items expire; absent where none do."},
		scaling,
		{name: "partition_key", typ: text, read: tableKey("HASH", "hash_key"), doc: "Name of the partition key."},
		{name: "sort_key", typ: text, read: tableKey("RANGE", "range_key"), doc: "Name of the sort key; absent where there is none."},
	}
}

// ttlAttribute is the name of the attribute by which items expire, where expiry
// is switched on.
func ttlAttribute(_ *builder, r *resource, in source.Value) source.Value {
	name := r.get(in, prop{"TimeToLiveSpecification.AttributeName", "ttl.attribute_name"})
	return r.get(in, prop{"TimeToLiveSpecification.Enabled", "ttl.enabled"}).Apply(func(v source.Value) source.Value {
		on, known := v.AsBool()
		switch {
		case v.Kind == source.Unknown && name.Kind != source.Unset:
			return v
		case known && !on:
			return source.Value{At: v.At}
		}
		return name
	})
}

// tableKey reads a key of a table by its part in the primary key.
func tableKey(part, tf string) func(*builder, *resource, source.Value) source.Value {
	return func(_ *builder, r *resource, in source.Value) source.Value {
		if r.terraform() {
			return r.get(in, prop{"", tf})
		}
		schema := in.Get("KeySchema")
		return schema.Apply(func(v source.Value) source.Value {
			for _, k := range v.Elements() {
				if k.Kind == source.Unknown {
					return k
				}
				if k.Get("KeyType").Text == part {
					return k.Get("AttributeName")
				}
			}
			return source.Value{At: v.At}
		})
	}
}

func firstReplica(path ...string) func(*builder, *resource, source.Value) source.Value {
	return func(_ *builder, _ *resource, in source.Value) source.Value {
		for _, replica := range in.Get("Replicas").Elements() {
			return replica.Get(path...)
		}
		return source.Value{At: in.At}
	}
}

// countOf is the number of elements of a list.
func countOf(p prop) func(*builder, *resource, source.Value) source.Value {
	return func(_ *builder, r *resource, in source.Value) source.Value {
		return r.get(in, p).Apply(func(v source.Value) source.Value {
			if v.Kind == source.List {
				return source.NumberOf(float64(len(v.Items)), v.At)
			}
			return v
		})
	}
}
