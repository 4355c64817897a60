package aws

import (
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

const mappingPage = "AWS Lambda API Reference, CreateEventSourceMapping"

// mappingAttrs is the attributes of an event source mapping, which is the edge
// from what it polls to the function.
var mappingAttrs = []attr{
	{name: "mode", typ: text, read: pollMode},
	{name: "source_kind", typ: text, enum: []string{"queue", "stream", "table", "kafka_cluster", "broker", "database"}, read: polledKind, source: mappingPage,
		doc: "Kind of what it polls, also where that is not in sight and the mapping's other properties tell; then a table's stream may be called a stream."},
	{name: "enabled", typ: flag, at: prop{"Enabled", "enabled"}, def: true, source: mappingPage, doc: "Whether it polls."},
	{name: "batch_size", typ: number, read: batchSize, least: 1, most: 10000, source: mappingPage, doc: "Most records of one invocation; where not written 10 of a queue and 100 of anything else."},
	{name: "batching_window_s", typ: number, read: batchingWindow, most: 300, source: mappingPage, doc: "Seconds for which records are gathered; where not written 0, of Kafka, brokers and document stores 0.5."},
	{name: "maximum_concurrency", typ: number, at: prop{"ScalingConfig.MaximumConcurrency", "scaling_config.maximum_concurrency"}, least: 2, most: 1000,
		source: mappingPage, doc: "Most executions that this queue causes at once; absent if there is no limit."},
	{name: "partial_batch_response", typ: flag, read: partialBatchResponse, source: mappingPage, doc: "Whether the function may report which records failed."},
	{name: "filtered", typ: flag, at: prop{"FilterCriteria", "filter_criteria"}, as: present, doc: "Whether only some records reach the function."},
	{name: "bisect", typ: flag, read: ofStream(prop{"BisectBatchOnFunctionError", "bisect_batch_on_function_error"}, false),
		source: mappingPage, doc: "Whether a failed batch of a stream is halved and tried again; absent for a queue."},
	{name: "maximum_retry_attempts", typ: number, read: ofStream(prop{"MaximumRetryAttempts", "maximum_retry_attempts"}, -1),
		source: mappingPage, doc: "Retries of a failed batch of a stream, -1 for no limit; absent for a queue."},
	{name: "maximum_record_age_s", typ: number, read: ofStream(prop{"MaximumRecordAgeInSeconds", "maximum_record_age_in_seconds"}, -1),
		source: mappingPage, doc: "Seconds after which a record of a stream is given up, -1 for never; absent for a queue."},
	{name: "parallelization_factor", typ: number, read: ofStream(prop{"ParallelizationFactor", "parallelization_factor"}, 1),
		source: mappingPage, doc: "Batches of one shard at once; absent for a queue."},
	{name: "tumbling_window_s", typ: number, at: prop{"TumblingWindowInSeconds", "tumbling_window_in_seconds"}, doc: "Seconds of an aggregation window of a stream; absent if there is none."},
	{name: "starting_position", typ: text, enum: []string{"TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"}, at: prop{"StartingPosition", "starting_position"}, doc: "Where reading of a stream begins."},
	{name: "provisioned_pollers", typ: flag, at: prop{"ProvisionedPollerConfig", "provisioned_poller_config"}, as: present, doc: "Whether pollers are provisioned."},
	{name: "minimum_pollers", typ: number, at: prop{"ProvisionedPollerConfig.MinimumPollers", "provisioned_poller_config.minimum_pollers"}, doc: "Fewest provisioned pollers."},
	{name: "maximum_pollers", typ: number, at: prop{"ProvisionedPollerConfig.MaximumPollers", "provisioned_poller_config.maximum_pollers"}, doc: "Most provisioned pollers."},
}

var eventSource = prop{"EventSourceArn", "event_source_arn"}

// mappingSource is what a mapping polls; a Kafka cluster of one's own is known by
// its first bootstrap server.
func mappingSource(b *builder, r *resource, in source.Value) []end {
	servers := r.get(in, prop{"SelfManagedEventSource.Endpoints.KafkaBootstrapServers", "self_managed_event_source.endpoints.KAFKA_BOOTSTRAP_SERVERS"})
	if servers.Kind == source.Unset {
		return b.resolve(r, r.get(in, eventSource), partnersOf(graph.Triggers, false))
	}
	if servers.Kind == source.List && len(servers.Items) > 0 {
		servers = servers.Items[0]
	}
	kafka := b.external("kafka "+spell(servers.Pieces()), "kafka")
	return []end{{node: kafka, at: servers.At}}
}

// sourceKind is the kind of what a mapping polls; "" where it is not known.
func sourceKind(b *builder, r *resource, in source.Value) graph.Kind {
	if k := kindOfFirst(mappingSource(b, r, in)); k != "" {
		return k
	}
	return impliedKind(r, in)
}

// polledKind is sourceKind as an attribute.
func polledKind(b *builder, r *resource, in source.Value) source.Value {
	if k := sourceKind(b, r, in); k != "" {
		return source.StringOf(string(k), r.At)
	}
	v := r.get(in, eventSource)
	return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}
}

// impliedKind is what a mapping polls as its properties tell: each sort of source
// has some of its own, and only a queue has no starting position. "" where one of
// them may be there or not.
func impliedKind(r *resource, in source.Value) graph.Kind {
	for _, t := range []struct {
		p    prop
		kind graph.Kind
	}{
		{prop{"Topics", "topics"}, graph.KafkaCluster},
		{prop{"Queues", "queues"}, graph.Broker},
		{prop{"DocumentDBEventSourceConfig", "document_db_event_source_config"}, graph.Database},
		{prop{"StartingPosition", "starting_position"}, graph.Stream},
	} {
		switch v := r.get(in, t.p); v.Kind {
		case source.Unset, source.Null:
		case source.Unknown:
			if len(v.Alts()) > 0 || t.kind != graph.Stream {
				return ""
			}
			return t.kind
		default:
			return t.kind
		}
	}
	return graph.Queue
}

func kindOfFirst(ends []end) graph.Kind {
	if len(ends) == 0 {
		return ""
	}
	return kindOf(ends[0].node)
}

// kindOf is the kind of a node; of an external one the kind that its service tells.
func kindOf(n *graph.Node) graph.Kind {
	if n.Kind != graph.External {
		return n.Kind
	}
	switch n.Attrs["service"].Text {
	case "sqs":
		return graph.Queue
	case "mq":
		return graph.Broker
	case "kafka":
		return graph.KafkaCluster
	case "kinesis":
		return graph.Stream
	case "dynamodb":
		return graph.Table
	case "rds":
		return graph.Database
	}
	return ""
}

// pollMode is whether a mapping polls a queue or a stream, by what it reads from.
func pollMode(b *builder, r *resource, in source.Value) source.Value {
	return pollModeOf(sourceKind(b, r, in), r.get(in, eventSource))
}

// pollModeOf is how what v names, of a kind, is polled.
func pollModeOf(k graph.Kind, v source.Value) source.Value {
	switch k {
	case "":
		return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}
	case graph.Queue, graph.Broker:
		return source.StringOf("poll_queue", v.At)
	}
	return source.StringOf("poll_stream", v.At)
}

// whereNot is a value as written, else what def says.
func whereNot(v source.Value, def func() source.Value) source.Value {
	return v.Apply(func(v source.Value) source.Value {
		if v.Kind == source.Unset || v.Kind == source.Null {
			return def()
		}
		return v
	})
}

// ofStream reads a property that only mappings of streams have.
func ofStream(p prop, def any) func(*builder, *resource, source.Value) source.Value {
	return func(b *builder, r *resource, in source.Value) source.Value {
		return whereNot(r.get(in, p), func() source.Value {
			mode := pollMode(b, r, in)
			switch mode.Text {
			case "poll_queue":
				return source.Value{}
			case "poll_stream":
				v := literal(def)
				v.At = r.At
				return v
			}
			return mode
		})
	}
}

func batchSize(b *builder, r *resource, in source.Value) source.Value {
	return defaultBatchSize(r.get(in, prop{"BatchSize", "batch_size"}), r, sourceKind(b, r, in))
}

// defaultBatchSize is a batch size as written, else the default for a kind of source.
func defaultBatchSize(v source.Value, r *resource, k graph.Kind) source.Value {
	return whereNot(v, func() source.Value {
		switch k {
		case "":
			return source.Value{Kind: source.Unknown, At: r.At}
		case graph.Queue:
			return source.NumberOf(10, r.At)
		}
		return source.NumberOf(100, r.At)
	})
}

func batchingWindow(b *builder, r *resource, in source.Value) source.Value {
	return whereNot(r.get(in, prop{"MaximumBatchingWindowInSeconds", "maximum_batching_window_in_seconds"}), func() source.Value {
		switch sourceKind(b, r, in) {
		case "":
			return source.Value{Kind: source.Unknown, At: r.At}
		case graph.Queue, graph.Stream, graph.Table:
			return source.NumberOf(0, r.At)
		}
		return source.NumberOf(0.5, r.At)
	})
}

func partialBatchResponse(b *builder, r *resource, in source.Value) source.Value {
	return r.get(in, prop{"FunctionResponseTypes", "function_response_types"}).Apply(func(v source.Value) source.Value {
		for _, x := range v.Elements() {
			if x.Kind == source.Unknown {
				return x
			}
			if x.Text == "ReportBatchItemFailures" {
				return source.BoolOf(true, x.At)
			}
		}
		return source.BoolOf(false, r.At)
	})
}

// polledTables tells the streams of tables that are only mentioned from other
// streams: what may read records of a table and of no stream polls a table's.
func polledTables(b *builder) {
	known := map[*graph.Node]polled{}
	for _, e := range b.g.Edges {
		from := e.From
		if e.Relation != graph.Triggers || from == nil || e.To == nil || from.Kind != graph.External || e.Attrs["source_kind"].Text != string(graph.Stream) {
			continue
		}
		var may polled
		for _, role := range b.g.Out(e.To, graph.Assumes) {
			p, found := known[role.To]
			if !found {
				p = b.polls(role.To)
				known[role.To] = p
			}
			may.table, may.stream = may.table || p.table, may.stream || p.stream
		}
		if _, told := from.Attrs["service"]; may.table && !may.stream && !told {
			from.Attrs["service"] = source.StringOf("dynamodb", e.At)
			e.Attrs = cloneWith(e.Attrs, "source_kind", source.StringOf(string(graph.Table), e.At))
		}
	}
}

// polled is of what records may be read.
type polled struct{ table, stream bool }

// polls is of what a role may read records; of one that is not in sight a stream's.
func (b *builder) polls(role *graph.Node) polled {
	p := polled{stream: role == nil}
	for _, a := range b.policies[role] {
		allow, _, _ := b.statements(a)
		for _, st := range allow {
			for _, l := range st.actions {
				p.table = p.table || !st.but && matches(l.value.Text, "dynamodb:GetRecords")
				p.stream = p.stream || !st.but && matches(l.value.Text, "kinesis:GetRecords")
			}
		}
	}
	return p
}
