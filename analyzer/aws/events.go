package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/events"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

const eventRetries = "Amazon EventBridge User Guide, How EventBridge retries delivering events"

// Properties of a rule that several functions below read.
var (
	rulePattern  = prop{"EventPattern", "event_pattern"}
	ruleSchedule = prop{"ScheduleExpression", "schedule_expression"}
	ruleBus      = prop{"EventBusName", "event_bus_name"}
)

var eventRows = []*row{
	{
		kind: graph.Bus, cfn: (*events.EventBus)(nil), tf: "aws_cloudwatch_event_bus",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "archived", typ: flag, def: false, doc: "Whether an archive keeps its events."},
		},
		links: []link{{rel: graph.DeadLettersTo, to: prop{"DeadLetterConfig.Arn", "dead_letter_config.arn"}}},
		make:  func(b *builder, r *resource) { b.permits(r, r.node, r.get(r.Properties, prop{"Policy", ""})) },
	},
	{
		kind: graph.Rule, cfn: (*events.Rule)(nil), tf: "aws_cloudwatch_event_rule",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "schedule", typ: text, at: ruleSchedule, doc: "Schedule expression of a rule that runs by the clock."},
			{name: "event_source", typ: text, read: patternList("source"), doc: "Sources that the pattern names, \", \" between them."},
			{name: "detail_type", typ: text, read: patternList("detail-type"), doc: "Detail types that the pattern names, \", \" between them."},
			{name: "enabled", typ: flag, read: ruleEnabled, doc: "Whether the rule is switched on."},
		},
		links: []link{
			{rel: graph.Triggers, findFrom: busOfRule, mode: "async"},
			{rel: graph.Triggers, findFrom: producers, mode: "async"},
			{
				rel: graph.Triggers, each: prop{"Targets", ""}, findTo: ruleTarget,
				attrs: ruleTargetAttrs, dead: prop{"DeadLetterConfig.Arn", ""},
			},
			{rel: graph.Assumes, each: prop{"Targets", ""}, to: prop{"RoleArn", ""}},
		},
	},
	{tf: "aws_cloudwatch_event_target", links: []link{
		{
			rel: graph.Triggers, from: prop{"", "rule"}, findTo: ruleTarget,
			attrs: ruleTargetAttrs, dead: prop{"", "dead_letter_config.arn"},
		},
		{rel: graph.Assumes, from: prop{"", "rule"}, to: prop{"", "role_arn"}},
	}},
	{cfn: (*events.EventBusPolicy)(nil), tf: "aws_cloudwatch_event_bus_policy", make: busPolicy},
	{tf: "aws_cloudwatch_event_permission", make: busPolicy},
	{
		kind: graph.External, cfn: (*events.ApiDestination)(nil), tf: "aws_cloudwatch_event_api_destination",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "endpoint", typ: text, at: prop{"InvocationEndpoint", "invocation_endpoint"}, doc: "URL that an API destination calls."},
			{name: "rate_limit_per_s", typ: number, at: prop{"InvocationRateLimitPerSecond", "invocation_rate_limit_per_second"}, def: 300,
				source: "Amazon EventBridge User Guide, API destinations as targets", doc: "Most calls a second."},
		},
		links: []link{{rel: graph.Invokes, findTo: apiAt(prop{"InvocationEndpoint", "invocation_endpoint"}), mode: "sync"}},
	},
	{cfn: (*events.Archive)(nil), tf: "aws_cloudwatch_event_archive", of: prop{"SourceArn", "event_source_arn"},
		attrs: []attr{{name: "archived", typ: flag, def: true, doc: "Whether an archive keeps its events."}}},
	{
		kind: graph.Bus, newer: "AWS::EventsV2::EventBus", name: prop{"Name", ""},
		attrs: []attr{{name: "archived", typ: flag, def: false, doc: "Whether an archive keeps its events."}},
	},
	{
		kind: graph.Rule, newer: "AWS::EventsV2::Subscriber", name: prop{"Name", ""},
		attrs: []attr{{name: "enabled", typ: flag, def: true}},
		links: []link{
			{rel: graph.Triggers, from: prop{"EventBusArn", ""}, mode: "async"},
			{
				rel: graph.Triggers, to: prop{"InvokeConfiguration.TargetArn", ""}, mode: "async",
				attrs: []attr{
					retries("RetryPolicy.MaxRetryAttempts", "", 5, "Amazon EventBridge User Guide, EventBridge quotas"),
					eventAge("RetryPolicy.MaxEventAgeInSeconds", "", 300, "Amazon EventBridge User Guide, EventBridge quotas"),
				},
				dead: prop{"OnFailureConfiguration.Arn", ""},
			},
			{rel: graph.Assumes, to: prop{"InvokeConfiguration.RoleArn", ""}},
		},
	},
}

var ruleTargetAttrs = []attr{
	{name: "mode", typ: text, read: ruleMode, doc: "How the event arrives."},
	{name: "transformed", typ: flag, read: func(b *builder, r *resource, in source.Value) source.Value {
		v := r.get(in, prop{"Input", "input"})
		for _, p := range []prop{{"InputPath", "input_path"}, {"InputTransformer", "input_transformer"}} {
			if v.Kind == source.Unset {
				v = r.get(in, p)
			}
		}
		return present(v, in.At)
	}, doc: "Whether the target gets other input than the event."},
	retries("RetryPolicy.MaximumRetryAttempts", "retry_policy.maximum_retry_attempts", 185, eventRetries),
	eventAge("RetryPolicy.MaximumEventAgeInSeconds", "retry_policy.maximum_event_age_in_seconds", 86400, eventRetries),
}

func retries(cfn, tf string, def any, from string) attr {
	return attr{name: "maximum_retry_attempts", typ: number, at: prop{cfn, tf}, def: def, source: from,
		doc: "Times that a failed delivery is tried again."}
}

func eventAge(cfn, tf string, def any, from string) attr {
	return attr{name: "maximum_event_age_s", typ: number, at: prop{cfn, tf}, def: def, source: from,
		doc: "Seconds after which an event that could not be delivered is given up."}
}

// ruleMode is schedule where the rule runs by the clock, else async. The rule is
// the resource itself, or the one that a Terraform target names.
func ruleMode(b *builder, r *resource, in source.Value) source.Value {
	rule := r.node
	if rule == nil {
		for _, e := range b.resolve(r, r.get(in, prop{"", "rule"}), []graph.Kind{graph.Rule}) {
			rule = e.node
		}
	}
	if rule == nil || rule.Kind != graph.Rule {
		return source.Value{Kind: source.Unknown, At: in.At}
	}
	return rule.Attrs["schedule"].Apply(func(v source.Value) source.Value {
		if v.Kind == source.Unset {
			return source.StringOf("async", in.At)
		}
		return source.StringOf("schedule", in.At)
	})
}

func ruleEnabled(_ *builder, r *resource, in source.Value) source.Value {
	state := r.get(in, prop{"State", "state"})
	if state.Kind == source.Unset && r.terraform() {
		state = r.get(in, prop{"", "is_enabled"})
	}
	return state.Apply(func(v source.Value) source.Value {
		switch {
		case v.Kind == source.Unknown:
			return v
		case v.Kind == source.Unset:
			return source.BoolOf(true, r.At)
		}
		return source.BoolOf(v.Text != "DISABLED" && v.Text != "false", v.At)
	})
}

// ruleTarget is what a rule's target sets in motion: of a cluster the task that
// it runs there, where that is in sight.
func ruleTarget(b *builder, r *resource, in source.Value) []end {
	return b.target(r, r.get(in, prop{"Arn", "arn"}), r.get(in, prop{"EcsParameters.TaskDefinitionArn", "ecs_target.task_definition_arn"}))
}

// target is the ends of a rule's, schedule's or pipe's target. task is the task
// definition that it names, if any.
func (b *builder) target(r *resource, arn, task source.Value) []end {
	kinds := partnersOf(graph.Triggers, true)
	if task.Kind != source.Unset {
		ends := b.resolve(r, task, kinds)
		if len(ends) > 0 && ends[0].node.Kind != graph.External {
			return ends
		}
	}
	return b.resolve(r, arn, kinds)
}

// busOfRule is the bus whose events a rule matches: none for a rule without a
// pattern.
func busOfRule(b *builder, r *resource, in source.Value) []end {
	pattern, bus := r.get(in, rulePattern), r.get(in, ruleBus)
	if pattern.Kind == source.Unset {
		return nil
	}
	out := b.bus(r, bus)
	if bus.Kind == source.Unset { // the pattern alone says that the rule listens
		for i := range out {
			out[i].at = pattern.At
		}
	}
	return out
}

// defaultBusID is the id of the bus that each account has and nobody declares.
const defaultBusID = "default event bus"

// defaultBus is the account's default event bus, to which AWS services send.
func (b *builder) defaultBus() *graph.Node {
	return b.g.Add(&graph.Node{ID: defaultBusID, Kind: graph.Bus, Name: "default",
		Attrs: map[string]source.Value{"archived": {Kind: source.Unknown, Text: defaultBusID}}})
}

// bus is the bus that a property names: the default one where nothing does.
func (b *builder) bus(r *resource, v source.Value) []end {
	var out []end
	for g, c := range v.Cases() {
		when := b.guard(r.stack, g)
		if c.Kind == source.Unset || c.Kind == source.Null || c.Text == "default" && c.Kind == source.String {
			out = append(out, end{node: b.defaultBus(), when: when, at: c.At})
			continue
		}
		for _, e := range b.resolve(r, c, []graph.Kind{graph.Bus}) {
			if both, ok := when.And(e.when); ok {
				e.when = both
				out = append(out, e)
			}
		}
	}
	return out
}

// busPolicy makes the permits edges of a bus policy, in its two forms: one
// statement, or the properties of one.
func busPolicy(b *builder, r *resource) {
	for _, e := range b.bus(r, r.get(r.Properties, ruleBus)) {
		if e.node.Kind != graph.Bus {
			continue
		}
		if doc := r.get(r.Properties, prop{"", "policy"}); doc.Kind != source.Unset {
			b.permits(r, e.node, doc)
			continue
		}
		s := r.get(r.Properties, prop{"Statement", ""})
		if s.Kind == source.Unset {
			at := r.Properties.At
			s = source.MapOf(at,
				source.Entry{Key: "Effect", Value: source.StringOf("Allow", at)},
				source.Entry{Key: "Principal", Value: r.get(r.Properties, prop{"Principal", "principal"})},
				source.Entry{Key: "Action", Value: r.get(r.Properties, prop{"Action", "action"})},
				source.Entry{Key: "Condition", Value: r.get(r.Properties, prop{"Condition", "condition"})})
		}
		b.permits(r, e.node, source.MapOf(s.At, source.Entry{Key: "Statement", Value: s}))
	}
}
