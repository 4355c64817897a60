package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/logs"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var logRows = []*row{
	{
		kind: graph.LogGroup, cfn: (*logs.LogGroup)(nil), tf: "aws_cloudwatch_log_group",
		name: prop{"LogGroupName", "name"},
		attrs: []attr{
			{name: "retention_days", typ: number, read: retentionDays,
				source: "Amazon CloudWatch Logs API Reference, PutRetentionPolicy", doc: "Days for which log events are kept; absent if for ever."},
		},
	},
	{
		// What the AWS CDK writes for the retention of a function's log group.
		kind: graph.LogGroup, newer: "Custom::LogRetention",
		name:  prop{"LogGroupName", ""},
		attrs: []attr{{name: "retention_days", typ: number, read: retentionDays}},
	},
	{cfn: (*logs.SubscriptionFilter)(nil), tf: "aws_cloudwatch_log_subscription_filter", links: []link{
		{
			rel: graph.Triggers, from: prop{"LogGroupName", "log_group_name"}, findTo: subscribed(false), mode: "async",
			attrs: []attr{{name: "filtered", typ: flag, read: filterPattern}},
		},
		{rel: graph.StreamsTo, from: prop{"LogGroupName", "log_group_name"}, findTo: subscribed(true)},
	}},
	{cfn: (*logs.Destination)(nil), tf: "aws_cloudwatch_log_destination", is: prop{"TargetArn", "target_arn"}},
	{cfn: (*logs.MetricFilter)(nil), tf: "aws_cloudwatch_log_metric_filter", links: []link{{
		rel: graph.AlarmedBy, from: prop{"LogGroupName", "log_group_name"}, findTo: alarmsOfFilter,
		attrs: []attr{{name: "metric", typ: text, at: prop{"MetricTransformations[].MetricName", "metric_transformation.name"}}},
	}}},
}

// retentionDays is absent where Terraform's 0 says that log events never expire.
func retentionDays(_ *builder, r *resource, in source.Value) source.Value {
	return r.get(in, prop{"RetentionInDays", "retention_in_days"}).Apply(func(v source.Value) source.Value {
		if n, ok := v.AsNumber(); ok && n == 0 {
			return source.Value{At: v.At}
		}
		return v
	})
}

// subscribed is the destination of a subscription filter, if it is a stream or
// if it is something else.
func subscribed(stream bool) func(*builder, *resource, source.Value) []end {
	return func(b *builder, r *resource, in source.Value) []end {
		var out []end
		v := r.get(in, prop{"DestinationArn", "destination_arn"})
		for _, e := range b.resolve(r, v, []graph.Kind{graph.Function, graph.Stream, graph.DeliveryStream, graph.Resource}) {
			k := kindOf(e.node)
			if stream == (k == graph.Stream || k == graph.DeliveryStream) {
				out = append(out, e)
			}
		}
		return out
	}
}

// metric is a metric of a stack, by its names as nameOf spells them.
type metric struct {
	stack           *source.Stack
	namespace, name string
}

func metricOf(s *source.Stack, namespace, name source.Value) (metric, bool) {
	of, ok := nameOf(namespace.Pieces())
	called, also := nameOf(name.Pieces())
	return metric{s, of, called}, ok && also
}

// alarmsOfFilter is the alarms on the metrics that a metric filter makes of a log.
func alarmsOfFilter(b *builder, r *resource, in source.Value) []end {
	if b.alarmsOn == nil {
		b.alarmsOn = map[metric][]*graph.Node{}
		for _, n := range b.g.Of(graph.Alarm) {
			if m, ok := metricOf(n.Stack, n.Attrs["namespace"], n.Attrs["metric"]); ok {
				b.alarmsOn[m] = append(b.alarmsOn[m], n)
			}
		}
	}
	var out []end
	for _, t := range r.get(in, prop{"MetricTransformations", "metric_transformation"}).Elements() {
		name := r.get(t, prop{"MetricName", "name"})
		if m, ok := metricOf(r.stack, r.get(t, prop{"MetricNamespace", "namespace"}), name); ok {
			for _, n := range b.alarmsOn[m] {
				out = append(out, end{node: n, at: name.At})
			}
		}
	}
	return out
}

// filterPattern is whether a pattern keeps some log events back; an empty one
// matches all.
func filterPattern(_ *builder, r *resource, in source.Value) source.Value {
	return r.get(in, prop{"FilterPattern", "filter_pattern"}).Apply(func(v source.Value) source.Value {
		if v.Kind == source.Unknown {
			return v
		}
		return source.BoolOf(v.Text != "", v.At)
	})
}
