package aws

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/cloudwatch"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var alarmRows = []*row{
	{
		kind: graph.Alarm, cfn: (*cloudwatch.Alarm)(nil), tf: "aws_cloudwatch_metric_alarm",
		name: prop{"AlarmName", "alarm_name"},
		attrs: []attr{
			{name: "metric", typ: text, at: prop{"MetricName", "metric_name"}, doc: "Name of the metric; absent where the alarm computes with several."},
			{name: "namespace", typ: text, at: prop{"Namespace", "namespace"}, doc: "Namespace of the metric: AWS/Lambda."},
			{name: "statistic", typ: text, read: statistic, doc: "Statistic of the metric: Sum, Average, p99."},
			{name: "threshold", typ: number, at: prop{"Threshold", "threshold"}, doc: "Value that the metric is compared with."},
			{name: "comparison", typ: text, at: prop{"ComparisonOperator", "comparison_operator"}, doc: "How the metric is compared with the threshold."},
			{name: "period_s", typ: number, at: prop{"Period", "period"}, doc: "Seconds over which the statistic is taken."},
			{name: "evaluation_periods", typ: number, at: prop{"EvaluationPeriods", "evaluation_periods"}, doc: "Periods that are looked at."},
			{name: "missing_data", typ: text, enum: []string{"breaching", "notBreaching", "ignore", "missing"}, at: prop{"TreatMissingData", "treat_missing_data"}, def: "missing",
				source: "Amazon CloudWatch API Reference, PutMetricAlarm", doc: "How periods without data count."},
			actionsEnabled,
		},
		links: append(alarmActions(),
			watched(prop{}, prop{"Dimensions", "dimensions"}, prop{"MetricName", "metric_name"}, prop{"Namespace", "namespace"}),
			watched(prop{"Metrics", "metric_query"}, prop{"MetricStat.Metric.Dimensions", "metric.dimensions"},
				prop{"MetricStat.Metric.MetricName", "metric.metric_name"}, prop{"MetricStat.Metric.Namespace", "metric.namespace"})),
	},
	{
		kind: graph.Alarm, cfn: (*cloudwatch.CompositeAlarm)(nil), tf: "aws_cloudwatch_composite_alarm",
		name:  prop{"AlarmName", "alarm_name"},
		attrs: []attr{actionsEnabled},
		links: append(alarmActions(), link{rel: graph.AlarmedBy, findFrom: childAlarms}),
	},
}

var actionsEnabled = attr{name: "actions_enabled", typ: flag, at: prop{"ActionsEnabled", "actions_enabled"}, def: true,
	source: "Amazon CloudWatch API Reference, PutMetricAlarm", doc: "Whether the alarm acts when its state changes."}

// alarmActions is the links of an alarm to what it sets in motion in each state.
func alarmActions() []link {
	var out []link
	for _, s := range []struct {
		state string
		at    prop
	}{
		{"ALARM", prop{"AlarmActions", "alarm_actions"}}, {"OK", prop{"OKActions", "ok_actions"}},
		{"INSUFFICIENT_DATA", prop{"InsufficientDataActions", "insufficient_data_actions"}},
	} {
		out = append(out, link{
			rel: graph.Triggers, each: s.at, to: prop{".", "."}, mode: "async",
			attrs: []attr{{name: "state", typ: text, enum: []string{"ALARM", "OK", "INSUFFICIENT_DATA"}, always: s.state, doc: "State of an alarm that leads here."}},
		})
	}
	return out
}

// watched is the link of an alarm from what it watches, with the metric.
func watched(each, dimensions, metric, namespace prop) link {
	return link{
		rel: graph.AlarmedBy, each: each, findFrom: watchedBy(dimensions),
		attrs: []attr{
			{name: "metric", typ: text, at: metric, doc: "Name of the metric that is watched."},
			{name: "namespace", typ: text, at: namespace, doc: "Namespace of the metric that is watched."},
		},
	}
}

// dimensionKinds is the kinds that a dimension of a metric names (the CloudWatch
// metrics page of each service). Where several dimensions lead to nodes, each is
// watched: a stage and its api.
var dimensionKinds = map[string][]graph.Kind{
	"FunctionName": {graph.Function}, "Resource": {graph.Function}, "QueueName": {graph.Queue}, "TopicName": {graph.Topic},
	"TableName": {graph.Table, graph.Database}, "GlobalTableName": {graph.Table}, "ApiName": {graph.API}, "ApiId": {graph.API},
	"GraphQLAPIId": {graph.API}, "Stage": {graph.Stage}, "StateMachineArn": {graph.StateMachine}, "StreamName": {graph.Stream},
	"DeliveryStreamName": {graph.DeliveryStream}, "BucketName": {graph.Bucket}, "RuleName": {graph.Rule}, "EventBusName": {graph.Bus},
	"PipeName": {graph.Pipe}, "DBInstanceIdentifier": {graph.Database}, "DBClusterIdentifier": {graph.Database},
	"ProxyName": {graph.Database}, "DatabaseName": {graph.Database}, "CacheClusterId": {graph.Cache}, "ReplicationGroupId": {graph.Cache},
	"ClusterName": {graph.Cache, graph.ContainerService, graph.KafkaCluster}, "Cluster Name": {graph.KafkaCluster}, "ServiceName": {graph.ContainerService},
	"ClusterIdentifier": {graph.Warehouse}, "Workgroup": {graph.Warehouse}, "DomainName": {graph.SearchDomain}, "CollectionName": {graph.SearchDomain},
	"LogGroupName": {graph.LogGroup}, "LoadBalancer": {graph.LoadBalancer}, "DistributionId": {graph.Distribution}, "Broker": {graph.Broker},
	"InstanceId": {graph.Instance}, "Application": {graph.StreamProcessor},
}

// watchedBy is the declared nodes that an alarm's dimensions name. A dimension
// that cannot be resolved leaves open what the alarm watches.
func watchedBy(dimensions prop) func(*builder, *resource, source.Value) []end {
	return func(b *builder, r *resource, in source.Value) []end {
		var out []end
		v := r.get(in, dimensions)
		for _, d := range v.Elements() {
			if d.Kind == source.Unknown {
				b.open = append(b.open, openEnd{known: r.node, rel: graph.AlarmedBy.Reverse(), why: d.Text})
			}
			for name, value := range dimensionsOf(d) {
				found := b.seek(r, value, watchable(name))
				if len(found) == 0 && value.Kind == source.Unknown && len(value.Alts()) == 0 {
					b.open = append(b.open, openEnd{known: r.node, rel: graph.AlarmedBy.Reverse(), why: value.Text, kinds: watchable(name)})
				}
				out = append(out, found...)
			}
		}
		return out
	}
}

// dimensionsOf yields names and values: of CloudFormation's {Name, Value}, of
// Terraform's map of all.
func dimensionsOf(d source.Value) func(func(string, source.Value) bool) {
	return func(yield func(string, source.Value) bool) {
		if name, ok := d.Get("Name").AsString(); ok {
			yield(name, d.Get("Value"))
			return
		}
		for _, e := range d.Entries {
			if !yield(e.Key, e.Value) {
				return
			}
		}
	}
}

func watchable(dimension string) []graph.Kind {
	if kinds := dimensionKinds[dimension]; len(kinds) > 0 {
		return kinds
	}
	return partnersOf(graph.AlarmedBy, false)
}

func statistic(_ *builder, r *resource, in source.Value) source.Value {
	return whereNot(r.get(in, prop{"Statistic", "statistic"}), func() source.Value {
		return r.get(in, prop{"ExtendedStatistic", "extended_statistic"})
	})
}

// childAlarms is the alarms that a composite alarm's rule names, by reference or
// by literal name in quotes.
func childAlarms(b *builder, r *resource, in source.Value) []end {
	v := r.get(in, prop{"AlarmRule", "alarm_rule"})
	out := b.mentioned(r, v, []graph.Kind{graph.Alarm})
	for i, word := range strings.Split(spell(v.Pieces()), `"`) {
		for _, n := range b.named(word, []graph.Kind{graph.Alarm}) {
			if i%2 == 1 {
				out = append(out, end{node: n, at: v.At})
			}
		}
	}
	return out
}
