package aws

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/scheduler"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var schedulerRows = []*row{{
	kind: graph.Schedule, cfn: (*scheduler.Schedule)(nil), tf: "aws_scheduler_schedule",
	name: prop{"Name", "name"},
	attrs: []attr{
		{name: "schedule", typ: text, at: prop{"ScheduleExpression", "schedule_expression"}, doc: "Schedule expression: rate, cron or at."},
		{name: "flexible_window_min", typ: number, at: prop{"FlexibleTimeWindow.MaximumWindowInMinutes", "flexible_time_window.maximum_window_in_minutes"}, def: 0,
			source: "Amazon EventBridge Scheduler User Guide, Configuring flexible time windows", doc: "Minutes within which it may start."},
		{name: "enabled", typ: flag, read: ruleEnabled, doc: "Whether it is switched on."},
	},
	links: []link{
		{
			rel: graph.Triggers, findTo: scheduleTarget, mode: "schedule",
			attrs: []attr{
				{name: "transformed", typ: flag, at: prop{"Target.Input", "target.input"}, as: present, doc: "Whether the target gets other input than the event."},
				retries("Target.RetryPolicy.MaximumRetryAttempts", "target.retry_policy.maximum_retry_attempts", 185, "Amazon EventBridge Scheduler API Reference, RetryPolicy"),
				eventAge("Target.RetryPolicy.MaximumEventAgeInSeconds", "target.retry_policy.maximum_event_age_in_seconds", 86400, "Amazon EventBridge Scheduler API Reference, RetryPolicy"),
			},
			dead: prop{"Target.DeadLetterConfig.Arn", "target.dead_letter_config.arn"},
		},
		{rel: graph.Assumes, to: prop{"Target.RoleArn", "target.role_arn"}},
	},
}}

// scheduleTarget is what a schedule sets in motion. A universal target names an
// action of a service and has the resource in its input (Amazon EventBridge
// Scheduler User Guide, Using universal targets).
func scheduleTarget(b *builder, r *resource, in source.Value) []end {
	target := r.get(in, prop{"Target.Arn", "target.arn"})
	action, universal := sdkAction(target)
	if !universal {
		return b.target(r, target, r.get(in, prop{"Target.EcsParameters.TaskDefinitionArn", "target.ecs_parameters.task_definition_arn"}))
	}
	input := r.decoded(r.get(in, prop{"Target.Input", "target.input"}))
	kinds := actedOn(action)
	if out := b.mentioned(r, input, kinds); len(out) > 0 {
		return out
	}
	var out []end
	for _, v := range leaves(input, nil) {
		out = append(out, b.seek(r, v, kinds)...)
	}
	if len(out) == 0 {
		out = b.resolve(r, target, kinds)
	}
	return out
}

// sdkAction is the action of a universal target, service and name: "sqs:sendMessage".
func sdkAction(target source.Value) (string, bool) {
	a, ok := parseARN(target.Pieces())
	if !ok || len(a.resource) != 1 {
		return "", false
	}
	return strings.CutPrefix(a.resource[0].Text, "aws-sdk:")
}

// actedOn is the kinds that an action of an SDK may act on, by its service; the
// names are those of the SDK's packages.
func actedOn(action string) []graph.Kind {
	service, _, _ := strings.Cut(action, ":")
	switch service {
	case "lambda":
		return []graph.Kind{graph.Function}
	case "sfn":
		return []graph.Kind{graph.StateMachine}
	case "sqs":
		return []graph.Kind{graph.Queue}
	case "sns":
		return []graph.Kind{graph.Topic}
	case "dynamodb":
		return []graph.Kind{graph.Table}
	case "s3":
		return []graph.Kind{graph.Bucket}
	case "eventbridge":
		return []graph.Kind{graph.Bus, graph.Rule}
	case "kinesis":
		return []graph.Kind{graph.Stream}
	case "firehose":
		return []graph.Kind{graph.DeliveryStream}
	case "ecs":
		return []graph.Kind{graph.ContainerService, graph.Job, graph.Resource}
	case "rds", "rdsdata":
		return []graph.Kind{graph.Database}
	case "redshift", "redshiftdata", "redshiftserverless":
		return []graph.Kind{graph.Warehouse}
	case "ec2":
		return []graph.Kind{graph.Instance, graph.Resource}
	}
	return []graph.Kind{graph.Resource}
}
