package aws

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/lambda"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var lambdaRows = []*row{
	{
		kind: graph.Function, cfn: (*lambda.Function)(nil), tf: "aws_lambda_function",
		name: prop{"FunctionName", "function_name"}, attrs: functionAttrs,
		links: []link{
			{rel: graph.DeadLettersTo, to: prop{"DeadLetterConfig.TargetArn", "dead_letter_config.target_arn"}},
			{rel: graph.Assumes, to: prop{"Role", "role"}},
			{rel: graph.LogsTo, to: prop{"LoggingConfig.LogGroup", "logging_config.log_group"}},
		},
	},
	{
		cfn: (*lambda.Alias)(nil), tf: "aws_lambda_alias", is: prop{"FunctionName", "function_name"}, of: prop{"FunctionName", ""},
		attrs: []attr{provisioned("ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions", "")},
	},
	{
		cfn: (*lambda.Version)(nil), is: prop{"FunctionName", ""}, of: prop{"FunctionName", ""},
		attrs: []attr{provisioned("ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions", "")},
	},
	{
		tf: "aws_lambda_provisioned_concurrency_config", of: prop{"", "function_name"},
		attrs: []attr{provisioned("", "provisioned_concurrent_executions")},
	},
	{
		tf: "aws_lambda_function_recursion_config", of: prop{"", "function_name"},
		attrs: []attr{{name: "recursive_loop", typ: text, at: prop{"", "recursive_loop"}}},
	},
	{
		cfn: (*lambda.EventInvokeConfig)(nil), tf: "aws_lambda_function_event_invoke_config", of: prop{"FunctionName", "function_name"},
		attrs: []attr{
			{name: "async_maximum_retry_attempts", typ: number, at: prop{"MaximumRetryAttempts", "maximum_retry_attempts"}},
			{name: "async_maximum_event_age_s", typ: number, at: prop{"MaximumEventAgeInSeconds", "maximum_event_age_in_seconds"}},
		},
		links: []link{
			{rel: graph.OnFailureTo, from: prop{"FunctionName", "function_name"}, to: prop{"DestinationConfig.OnFailure.Destination", "destination_config.on_failure.destination"}},
			{rel: graph.OnSuccessTo, from: prop{"FunctionName", "function_name"}, to: prop{"DestinationConfig.OnSuccess.Destination", "destination_config.on_success.destination"}},
		},
	},
	{
		kind: graph.API, cfn: (*lambda.Url)(nil), tf: "aws_lambda_function_url",
		attrs: []attr{
			{name: "type", typ: text, enum: []string{"url"}, always: "url", doc: "What kind of API it is."},
			{name: "authorization", typ: text, enum: []string{"NONE", "AWS_IAM"}, at: prop{"AuthType", "authorization_type"},
				source: "AWS Lambda Developer Guide, Control access to Lambda function URLs", doc: "Who may use the API as a whole; of a function URL NONE or AWS_IAM."},
			{name: "streamed", typ: flag, at: prop{"InvokeMode", "invoke_mode"}, as: equals("RESPONSE_STREAM"), doc: "Whether responses are streamed."},
			{name: "cors", typ: flag, at: prop{"Cors", "cors"}, as: present, doc: "Whether the API answers browsers of other origins by itself."},
		},
		links: []link{{rel: graph.RoutesTo, to: prop{"TargetFunctionArn", "function_name"}, mode: "sync"}},
	},
	{
		cfn: (*lambda.Permission)(nil), tf: "aws_lambda_permission",
		links: []link{{
			rel: graph.Permits, from: prop{"FunctionName", "function_name"}, findTo: permitted,
			attrs: []attr{
				{name: "principal", typ: text, at: prop{"Principal", "principal"}, doc: "Who may act: a service, an account or a role."},
				{name: "action", typ: text, at: prop{"Action", "action"}, doc: "What is allowed."},
				{name: "source", typ: text, at: prop{"SourceArn", "source_arn"}, doc: "ARN for which the service must act; absent if it may act for anything."},
				{name: "source_account", typ: text, at: prop{"SourceAccount", "source_account"}, doc: "Account for which the service must act."},
			},
		}},
	},
	{
		cfn: (*lambda.EventSourceMapping)(nil), tf: "aws_lambda_event_source_mapping",
		links: []link{{
			rel: graph.Triggers, findFrom: mappingSource, to: prop{"FunctionName", "function_name"}, attrs: mappingAttrs,
			dead:     prop{"DestinationConfig.OnFailure.Destination", "destination_config.on_failure.destination_arn"},
			deadFrom: graph.Function, deadRel: graph.OnFailureTo,
		}},
	},
}

var functionAttrs = []attr{
	{name: "timeout_s", typ: number, at: prop{"Timeout", "timeout"}, def: 3, least: 1, most: 900,
		source: "AWS Lambda Developer Guide, Configure Lambda function timeout", doc: "Seconds after which Lambda stops the function."},
	{name: "timeout_written", typ: flag, at: prop{"Timeout", "timeout"}, as: present, doc: "Whether the timeout is written, or AWS's default."},
	{name: "memory_mb", typ: number, at: prop{"MemorySize", "memory_size"}, def: 128, least: 128, most: 10240,
		source: "AWS Lambda Developer Guide, Configure Lambda function memory", doc: "Memory in MB; CPU grows with it."},
	{name: "memory_written", typ: flag, at: prop{"MemorySize", "memory_size"}, as: present, doc: "Whether the memory is written, or AWS's default."},
	{name: "tracing", typ: text, enum: []string{"Active", "PassThrough"}, at: prop{"TracingConfig.Mode", "tracing_config.mode"}, def: "PassThrough",
		source: "AWS Lambda API Reference, TracingConfig", doc: "Whether X-Ray samples and records requests."},
	{name: "tracer", typ: flag, read: tracer, doc: "Whether a layer or wrapper brings another tracer (OpenTelemetry, a vendor's)."},
	{name: "runtime", typ: text, at: prop{"Runtime", "runtime"}, doc: "Identifier of the runtime; absent for a container image."},
	{name: "environment", typ: entries, at: prop{"Environment.Variables", "environment.variables"}, doc: "Environment variables, a list: each has an `id`, a `name`, its `value` where that is known, and `literal`, whether the value stands in the template itself."},
	{name: "handler", typ: text, at: prop{"Handler", "handler"}, doc: "Entry point in the code."},
	{name: "description", typ: text, at: prop{"Description", "description"}, doc: "What its author says it does."},
	{name: "package_type", typ: text, enum: []string{"Zip", "Image"}, at: prop{"PackageType", "package_type"}, def: "Zip",
		source: "AWS Lambda API Reference, CreateFunction", doc: "Whether the code is an archive or a container image."},
	{name: "architecture", typ: text, enum: []string{"x86_64", "arm64"}, at: prop{"Architectures", "architectures"}, def: "x86_64",
		source: "AWS Lambda API Reference, CreateFunction", doc: "Instruction set."},
	{name: "reserved_concurrency", typ: number, read: reservedConcurrency,
		source: "AWS Lambda Developer Guide, Configuring reserved concurrency", doc: "Most executions at once; absent if nothing is reserved."},
	{name: "provisioned_concurrency", typ: number,
		source: "AWS Lambda Developer Guide, Configuring provisioned concurrency", doc: "Executions kept ready for a version or alias; absent if none are."},
	{name: "ephemeral_storage_mb", typ: number, at: prop{"EphemeralStorage.Size", "ephemeral_storage.size"}, def: 512,
		source: "AWS Lambda Developer Guide, Configure ephemeral storage for Lambda functions", doc: "Size of /tmp in MB."},
	{name: "snap_start", typ: text, enum: []string{"None", "PublishedVersions"}, at: prop{"SnapStart.ApplyOn", "snap_start.apply_on"}, def: "None",
		source: "AWS Lambda API Reference, SnapStart", doc: "Whether published versions start from a snapshot."},
	{name: "log_format", typ: text, enum: []string{"Text", "JSON"}, at: prop{"LoggingConfig.LogFormat", "logging_config.log_format"}, def: "Text",
		source: "AWS Lambda API Reference, LoggingConfig", doc: "How Lambda writes the log."},
	{name: "vpc", typ: flag, at: prop{"VpcConfig", "vpc_config"}, as: present, doc: "Whether the function runs in a network of one's own."},
	{name: "file_system", typ: flag, at: prop{"FileSystemConfigs", "file_system_config"}, as: present, doc: "Whether a file system is mounted."},
	{name: "kms_key", typ: text, at: prop{"KmsKeyArn", "kms_key_arn"}, doc: "Key that encrypts the environment variables; absent for AWS's own."},
	{name: "recursive_loop", typ: text, enum: []string{"Terminate", "Allow"}, at: prop{"RecursiveLoop", ""}, def: "Terminate",
		source: "AWS Lambda Developer Guide, Use Lambda recursive loop detection to prevent infinite loops", doc: "What Lambda does about a loop that it notices."},
	{name: "durable", typ: flag, at: prop{"DurableConfig", "durable_config"}, as: present, doc: "Whether it is a durable function, which may outlast one invocation."},
	{name: "managed_instances", typ: flag, at: prop{"CapacityProviderConfig", "capacity_provider_config"}, as: present, doc: "Whether it runs on managed instances, to which reserved concurrency does not apply."},
	{name: "async_maximum_retry_attempts", typ: number, def: 2,
		source: "AWS Lambda Developer Guide, How Lambda handles errors and retries with asynchronous invocation", doc: "Retries of a failed asynchronous invocation."},
	{name: "async_maximum_event_age_s", typ: number, def: 21600,
		source: "AWS Lambda Developer Guide, How Lambda handles errors and retries with asynchronous invocation", doc: "Seconds for which an asynchronous event is kept."},
}

func provisioned(cfn, tf string) attr {
	return attr{name: "provisioned_concurrency", typ: number, at: prop{cfn, tf}}
}

// reservedConcurrency is absent where Terraform's -1 says that nothing is reserved.
func reservedConcurrency(_ *builder, r *resource, in source.Value) source.Value {
	return r.get(in, prop{"ReservedConcurrentExecutions", "reserved_concurrent_executions"}).Apply(func(v source.Value) source.Value {
		if n, ok := v.AsNumber(); ok && n < 0 {
			return source.Value{At: v.At}
		}
		return v
	})
}

// tracerNames is what the names of layers have in common that trace functions in
// another way than X-Ray's own setting (their vendors' documentation).
var tracerNames = []string{"opentelemetry", "otel", "adot", "datadog", "newrelic", "lumigo", "epsagon", "thundra", "dynatrace", "honeycomb", "sentry", "instana", "splunk"}

func tracer(_ *builder, r *resource, in source.Value) source.Value {
	wrapper := r.get(in, prop{"Environment.Variables.AWS_LAMBDA_EXEC_WRAPPER", "environment.variables.AWS_LAMBDA_EXEC_WRAPPER"})
	if wrapper.Kind != source.Unset && wrapper.Kind != source.Null {
		return source.BoolOf(true, wrapper.At)
	}
	layers := r.get(in, prop{"Layers", "layers"})
	answer := source.BoolOf(false, r.At)
	for _, layer := range layers.Elements() {
		text := strings.ToLower(spell(layer.Pieces()))
		for _, name := range tracerNames {
			if strings.Contains(text, name) {
				return source.BoolOf(true, layer.At)
			}
		}
		if answer.Kind == source.Bool && layer.Kind == source.Unknown && len(layer.Refs()) == 0 && !strings.Contains(text, ":layer:") {
			answer = source.Value{Kind: source.Unknown, Text: layer.Text, At: layer.At}
		}
	}
	return answer
}

// permitted is who a permission is for: the resource of its source ARN, else the
// principal.
func permitted(b *builder, r *resource, in source.Value) []end {
	if v := r.get(in, prop{"SourceArn", "source_arn"}); v.Kind != source.Unset && v.Kind != source.Null {
		return b.resolve(r, v, partnersOf(graph.Permits, true))
	}
	return b.principal(r, r.get(in, prop{"Principal", "principal"}))
}

// defaultLogGroups joins a function with the log group that Lambda writes to where
// none is set: /aws/lambda/ and the function's name (AWS Lambda Developer Guide,
// Sending Lambda function logs to CloudWatch Logs).
func defaultLogGroups(b *builder) {
	const prefix = "/aws/lambda/"
	for _, r := range b.resources {
		if r.node == nil || r.node.Kind != graph.LogGroup {
			continue
		}
		v := r.get(r.Properties, r.row.name)
		name := suffix(v, prefix)
		if name.Kind == source.Unset {
			continue
		}
		for _, f := range b.seek(r, name, []graph.Kind{graph.Function}) {
			if f.node.Kind != graph.Function || len(b.g.Out(f.node, graph.LogsTo)) > 0 {
				continue
			}
			if when, ok := b.guard(r.stack, r.If).And(f.when); ok {
				b.connect(r, edge{rel: graph.LogsTo, from: f, to: end{node: r.node}, when: when, at: v.At})
			}
		}
	}
}
