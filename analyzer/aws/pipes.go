package aws

import (
	"cmp"

	"github.com/awslabs/goformation/v7/cloudformation/pipes"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

const pipesBatching = "Amazon EventBridge User Guide, Amazon EventBridge Pipes batching and concurrency"

var pipeRows = []*row{{
	kind: graph.Pipe, cfn: (*pipes.Pipe)(nil), tf: "aws_pipes_pipe",
	name: prop{"Name", "name"},
	attrs: []attr{
		{name: "enabled", typ: flag, read: pipeEnabled, doc: "Whether it is switched on."},
		{name: "log_level", typ: text, enum: []string{"OFF", "ERROR", "INFO", "TRACE"}, at: prop{"LogConfiguration.Level", "log_configuration.level"}, def: "OFF",
			source: "Amazon EventBridge User Guide, Logging Amazon EventBridge Pipes", doc: "What the pipe writes to its log."},
	},
	links: []link{
		{
			rel: graph.Triggers, from: prop{"Source", "source"},
			attrs: []attr{
				{name: "mode", typ: text, read: pipeMode},
				{name: "filtered", typ: flag, at: prop{"SourceParameters.FilterCriteria", "source_parameters.filter_criteria"}, as: present},
				{name: "batch_size", typ: number, read: pipeBatchSize, source: pipesBatching, doc: "Most records of one invocation."},
				{name: "batching_window_s", typ: number, at: prop{"SourceParameters.*.MaximumBatchingWindowInSeconds", "source_parameters.*.maximum_batching_window_in_seconds"}, def: 0,
					source: pipesBatching},
				{name: "maximum_retry_attempts", typ: number, read: ofPipedStream("MaximumRetryAttempts", "maximum_retry_attempts", -1)},
				{name: "maximum_record_age_s", typ: number, read: ofPipedStream("MaximumRecordAgeInSeconds", "maximum_record_age_in_seconds", -1)},
				{name: "parallelization_factor", typ: number, read: ofPipedStream("ParallelizationFactor", "parallelization_factor", 1)},
			},
			dead: prop{"SourceParameters.*.DeadLetterConfig.Arn", "source_parameters.*.dead_letter_config.arn"}, deadFrom: graph.Pipe,
		},
		{
			rel: graph.Triggers, findTo: pipeTarget,
			attrs: []attr{
				{name: "mode", typ: text, read: pipeTargetMode},
				{name: "transformed", typ: flag, at: prop{"TargetParameters.InputTemplate", "target_parameters.input_template"}, as: present},
			},
		},
		{rel: graph.Transforms, from: prop{"Enrichment", "enrichment"}},
		{rel: graph.Assumes, to: prop{"RoleArn", "role_arn"}},
		{rel: graph.LogsTo, to: prop{"LogConfiguration.CloudwatchLogsLogDestination.LogGroupArn", "log_configuration.cloudwatch_logs_log_destination.log_group_arn"}},
		{rel: graph.LogsTo, to: prop{"LogConfiguration.FirehoseLogDestination.DeliveryStreamArn", "log_configuration.firehose_log_destination.delivery_stream_arn"}},
		{rel: graph.LogsTo, to: prop{"LogConfiguration.S3LogDestination.BucketName", "log_configuration.s3_log_destination.bucket_name"}},
	},
}}

func pipeEnabled(_ *builder, r *resource, in source.Value) source.Value {
	return r.get(in, prop{"DesiredState", "desired_state"}).Apply(func(v source.Value) source.Value {
		if v.Kind == source.Unknown {
			return v
		}
		return source.BoolOf(v.Text != "STOPPED", r.At)
	})
}

// pipeSource is the kind of what a pipe polls; "" where it is not known.
func pipeSource(b *builder, r *resource, in source.Value) graph.Kind {
	return kindOfFirst(b.resolve(r, r.get(in, prop{"Source", "source"}), partnersOf(graph.Triggers, false)))
}

func pipeMode(b *builder, r *resource, in source.Value) source.Value {
	v := r.get(in, prop{"Source", "source"})
	k := pipeSource(b, r, in)
	if k == "" || k == graph.External {
		k = cmp.Or(pipeSourceByParameters(r, in), k)
	}
	return pollModeOf(k, v)
}

// pipeSourceByParameters is the kind of source that a pipe's parameters are for.
func pipeSourceByParameters(r *resource, in source.Value) graph.Kind {
	for _, p := range []struct {
		prop
		kind graph.Kind
	}{
		{prop{"SourceParameters.ManagedStreamingKafkaParameters", "source_parameters.managed_streaming_kafka_parameters"}, graph.KafkaCluster},
		{prop{"SourceParameters.SelfManagedKafkaParameters", "source_parameters.self_managed_kafka_parameters"}, graph.KafkaCluster},
		{prop{"SourceParameters.KinesisStreamParameters", "source_parameters.kinesis_stream_parameters"}, graph.Stream},
		{prop{"SourceParameters.DynamoDBStreamParameters", "source_parameters.dynamodb_stream_parameters"}, graph.Table},
		{prop{"SourceParameters.SqsQueueParameters", "source_parameters.sqs_queue_parameters"}, graph.Queue},
		{prop{"SourceParameters.ActiveMQBrokerParameters", "source_parameters.activemq_broker_parameters"}, graph.Broker},
		{prop{"SourceParameters.RabbitMQBrokerParameters", "source_parameters.rabbitmq_broker_parameters"}, graph.Broker},
	} {
		if v := r.get(in, p.prop); v.Kind == source.Map || v.Kind == source.List {
			return p.kind
		}
	}
	return ""
}

func pipeBatchSize(b *builder, r *resource, in source.Value) source.Value {
	v := r.get(in, prop{"SourceParameters.*.BatchSize", "source_parameters.*.batch_size"})
	return defaultBatchSize(v, r, pipeSource(b, r, in))
}

// ofPipedStream reads a property of a pipe that only streams have.
func ofPipedStream(cfn, tf string, def int) func(*builder, *resource, source.Value) source.Value {
	return func(b *builder, r *resource, in source.Value) source.Value {
		v := r.get(in, prop{"SourceParameters.*." + cfn, "source_parameters.*." + tf})
		if k := pipeSource(b, r, in); v.Kind == source.Unset && (k == graph.Stream || k == graph.Table) {
			return source.NumberOf(float64(def), r.At)
		}
		return v
	}
}

func pipeTarget(b *builder, r *resource, in source.Value) []end {
	return b.target(r, r.get(in, prop{"Target", "target"}),
		r.get(in, prop{"TargetParameters.EcsTaskParameters.TaskDefinitionArn", "target_parameters.ecs_task_parameters.task_definition_arn"}))
}

// pipeTargetMode is whether a pipe waits for its target: for a function or a
// workflow unless told not to, and for nothing else (Amazon EventBridge Pipes API
// Reference, PipeTargetLambdaFunctionParameters).
func pipeTargetMode(b *builder, r *resource, in source.Value) source.Value {
	for _, e := range pipeTarget(b, r, in) {
		if e.node.Kind != graph.Function && e.node.Kind != graph.StateMachine {
			return source.StringOf("async", r.At)
		}
	}
	v := r.get(in, prop{"TargetParameters.*.InvocationType", "target_parameters.*.invocation_type"})
	return v.Apply(func(v source.Value) source.Value {
		switch {
		case v.Kind == source.Unknown:
			return v
		case v.Text == "FIRE_AND_FORGET":
			return source.StringOf("async", v.At)
		}
		return source.StringOf("sync", r.At)
	})
}
