package aws

import (
	"slices"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/applicationautoscaling"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var scalingRows = []*row{{
	cfn: (*applicationautoscaling.ScalableTarget)(nil), tf: "aws_appautoscaling_target", make: autoscaled,
}}

// autoscaled marks the table whose capacity follows the load. Its name stands
// behind "table/" in the resource's id (Application Auto Scaling API Reference,
// RegisterScalableTarget).
func autoscaled(b *builder, r *resource) {
	v := r.get(r.Properties, prop{"ResourceId", "resource_id"})
	name := suffix(v, "table/")
	if s, ok := name.AsString(); ok {
		s, _, _ = strings.Cut(s, "/")
		name = source.StringOf(s, v.At)
	}
	for _, e := range b.seek(r, name, []graph.Kind{graph.Table}) {
		if when, ok := b.guard(r.stack, r.If).And(e.when); ok {
			b.set(e.node, "autoscaled", source.BoolOf(true, v.At), when)
		}
	}
}

// limitedAttrs is the attribute of stores and of the edges that lead to them.
var limitedAttrs = []attr{{name: "limited", typ: flag,
	doc: "Whether it takes only so many connections or requests at once, so that functions that scale freely can overwhelm it."}}

// serverless is the attribute of a store that says whether its capacity follows the
// load, for types of which it is known.
func serverless(is bool) attr {
	return attr{name: "serverless", typ: flag, def: is, doc: "Whether capacity follows the load."}
}

// limitedStores says of every store whether it is limited, and repeats that on
// the edges over which it is read, written and, where a function in a network of
// its own needs no permission, told of. What takes nothing of the store is not
// limited, whatever the store is.
func limitedStores(b *builder) {
	for _, n := range b.g.Of(graph.Database, graph.Cache, graph.SearchDomain, graph.Warehouse, graph.Table) {
		if n.Stack != nil {
			b.limit(n)
		}
	}
	for _, e := range b.g.Edges {
		if e.To == nil || !uses(e) {
			continue
		}
		if v, ok := e.To.Attrs["limited"]; ok {
			if data, known := e.Attrs["data"].AsBool(); known && !data || takesNothing(e.Attrs["actions"]) {
				v = source.BoolOf(false, e.At)
			}
			if e.Relation == graph.Configures {
				v = withinNetwork(e.From, v)
			}
			e.Attrs = cloneWith(e.Attrs, "limited", v)
		}
	}
}

// withinNetwork is limited where a function has a network of its own, over which it
// can reach a store without permission, and false where not.
func withinNetwork(n *graph.Node, limited source.Value) source.Value {
	if n == nil {
		return limited
	}
	return n.Attrs["vpc"].Apply(func(vpc source.Value) source.Value {
		if is, known := vpc.AsBool(); is || vpc.Kind == source.Unknown && !known {
			return limited
		}
		return source.BoolOf(false, n.At)
	})
}

// uses reports whether From may use To over an edge: what needs permission where
// it is permitted, anything else where From is told of it.
func uses(e *graph.Edge) bool {
	switch e.Relation {
	case graph.Reads, graph.Writes:
		return true
	case graph.Configures:
		return e.To.Kind != graph.Table
	}
	return false
}

// unlimitedActions is the actions that need no connection, being of a data API, and
// those that read a table's stream, which has a capacity of its own (Amazon DynamoDB
// Developer Guide, Change data capture for DynamoDB Streams).
var unlimitedActions = []string{
	"rds-data:*", "redshift-data:*",
	"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
}

func takesNothing(actions source.Value) bool {
	for action := range strings.SplitSeq(actions.Text, ",") {
		action = strings.TrimSpace(action)
		if !slices.ContainsFunc(unlimitedActions, func(u string) bool { return matches(u, action) }) {
			return false
		}
	}
	return actions.Text != ""
}

// limit sets a store's attribute limited.
func (b *builder) limit(n *graph.Node) {
	switch n.Kind {
	case graph.Table:
		n.Attrs["limited"] = n.Attrs["billing_mode"].Apply(func(mode source.Value) source.Value {
			if mode.Kind == source.Unknown {
				return mode
			}
			if mode.Text == "PAY_PER_REQUEST" {
				return source.BoolOf(false, mode.At)
			}
			return not(n.Attrs["autoscaled"], n.At)
		})
	case graph.Database:
		n.Attrs["limited"] = limitedDatabase(n)
		for _, e := range b.g.In(n, graph.Fronts) {
			b.set(n, "limited", source.BoolOf(false, e.At), e.If)
		}
		if _, open := n.Open[graph.Fronts.Reverse()]; open && isTrue(n.Attrs["limited"]) {
			n.Attrs["limited"] = source.Value{Kind: source.Unknown, Text: n.Open[graph.Fronts.Reverse()], At: n.At}
		}
	default:
		n.Attrs["limited"] = not(n.Attrs["serverless"], n.At)
	}
}

// limitedDatabase is whether a database is limited, apart from a proxy before it:
// not if it is one, if it has no connections to run out of, or if it scales and
// is called through its data API.
func limitedDatabase(n *graph.Node) source.Value {
	switch n.Attrs["engine"].Text {
	case "timestream", "dsql", "qldb":
		return source.BoolOf(false, n.At)
	}
	if isTrue(n.Attrs["proxy"]) {
		return source.BoolOf(false, n.At)
	}
	scales := n.Attrs["serverless"].Apply(func(v source.Value) source.Value {
		if !isTrue(v) && n.Attrs["engine_mode"].Text == "serverless" {
			return source.BoolOf(true, n.Attrs["engine_mode"].At)
		}
		return v
	})
	return scales.Apply(func(v source.Value) source.Value {
		if !isTrue(v) {
			return not(v, n.At)
		}
		return not(n.Attrs["data_api"], n.At)
	})
}

// not is the opposite of a flag, true at a place where the flag is not set.
func not(v source.Value, at source.Location) source.Value {
	return v.Apply(func(v source.Value) source.Value {
		if v.Kind == source.Unknown {
			return v
		}
		if v.Kind == source.Unset {
			return source.BoolOf(true, at)
		}
		return source.BoolOf(!isTrue(v), v.At)
	})
}
