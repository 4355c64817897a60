package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/lambda"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var lambdaRows = []*row{
	{
		kind: graph.Function, cfn: (*lambda.Function)(nil), tf: "aws_lambda_function",
		name: prop{"FunctionName", "function_name"},
		attrs: []attr{
			{name: "timeout_s", typ: number, at: prop{"Timeout", "timeout"}, def: 3,
				source: "AWS Lambda Developer Guide, Configure Lambda function timeout", doc: "Seconds after which Lambda stops the function."},
			{name: "memory_mb", typ: number, at: prop{"MemorySize", "memory_size"}, def: 128,
				source: "AWS Lambda Developer Guide, Configure Lambda function memory", doc: "Memory in MB; CPU grows with it."},
			{name: "tracing", typ: text, enum: []string{"Active", "PassThrough"}, at: prop{"TracingConfig.Mode", "tracing_config.mode"}, def: "PassThrough",
				source: "AWS Lambda API Reference, TracingConfig", doc: "Whether X-Ray samples and records requests."},
			{name: "runtime", typ: text, at: prop{"Runtime", "runtime"}, doc: "Identifier of the runtime; absent for a container image."},
			{name: "reserved_concurrency", typ: number, at: prop{"ReservedConcurrentExecutions", "reserved_concurrent_executions"},
				source: "AWS Lambda Developer Guide, Configuring reserved concurrency", doc: "Most executions at once; absent if nothing is reserved."},
		},
		links: []link{
			{rel: graph.DeadLettersTo, to: prop{"DeadLetterConfig.TargetArn", "dead_letter_config.target_arn"}},
			{rel: graph.Assumes, to: prop{"Role", "role"}},
		},
	},
	{cfn: (*lambda.Alias)(nil), tf: "aws_lambda_alias", is: prop{"FunctionName", "function_name"}},
	{cfn: (*lambda.Version)(nil), is: prop{"FunctionName", ""}},
	{
		cfn: (*lambda.EventSourceMapping)(nil), tf: "aws_lambda_event_source_mapping",
		links: []link{{
			rel: graph.Triggers, from: prop{"EventSourceArn", "event_source_arn"}, to: prop{"FunctionName", "function_name"},
			attrs: []attr{
				{name: "mode", typ: text, read: pollMode},
				{name: "batch_size", typ: number, at: prop{"BatchSize", "batch_size"}, doc: "Most records of one invocation."},
				{name: "maximum_concurrency", typ: number, at: prop{"ScalingConfig.MaximumConcurrency", "scaling_config.maximum_concurrency"}, doc: "Most executions that this queue causes at once."},
			},
			dead:     prop{"DestinationConfig.OnFailure.Destination", "destination_config.on_failure.destination_arn"},
			deadFrom: graph.Function, deadRel: graph.OnFailureTo,
		}},
	},
}

// pollMode is whether a mapping polls a queue or a stream, by what it reads from.
func pollMode(b *builder, r *resource, in source.Value) source.Value {
	v := r.get(in, prop{"EventSourceArn", "event_source_arn"})
	for _, e := range b.resolve(r, v, partnersOf(graph.Triggers, false)) {
		switch {
		case e.node.Kind == graph.Queue || e.node.Kind == graph.Broker:
			return source.StringOf("poll_queue", v.At)
		case e.node.Kind != graph.External:
			return source.StringOf("poll_stream", v.At)
		}
	}
	return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}
}
