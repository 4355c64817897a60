package aws

import (
	"iter"
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// pattern is a rule's event pattern, also where it is written as text.
func (r *resource) pattern(in source.Value) source.Value {
	return r.decoded(r.get(in, rulePattern))
}

// patternList reads the texts that a pattern compares a field with (Amazon
// EventBridge User Guide, Comparison operators). A field that is compared in
// another way than by equality has no such list.
func patternList(field string) func(*builder, *resource, source.Value) source.Value {
	return func(_ *builder, r *resource, in source.Value) source.Value {
		v := r.pattern(in).Get(field)
		for _, x := range v.Elements() {
			if x.Kind == source.Map {
				return source.Value{At: v.At}
			}
		}
		return joined(v, v.At)
	}
}

// matchesSource reports whether a pattern names a source of events by equality.
func matchesSource(pattern source.Value, name string) bool {
	for _, x := range pattern.Get("source").Elements() {
		if x.Kind == source.String && x.Text == name {
			return true
		}
	}
	return false
}

// eventSources is the kinds that send events to EventBridge of themselves.
var eventSources = []graph.Kind{graph.Bucket, graph.StateMachine, graph.Alarm}

// maxProduced bounds the edges that the patterns of a system make, as maxGrants does
// those of policies: rules of no bucket in particular match the events of every one.
const maxProduced = 50_000

// producers is the resources of the system whose events a rule matches: those
// that its pattern names, and, for S3's events of no bucket in particular, every
// bucket that sends its events to EventBridge.
func producers(b *builder, r *resource, in source.Value) []end {
	pattern := r.pattern(in)
	switch {
	case pattern.Kind == source.Unset:
		return nil
	case pattern.Kind == source.Unknown && len(pattern.Alts()) == 0:
		b.open = append(b.open, openEnd{known: r.node, rel: graph.Triggers.Reverse(), why: pattern.Text, kinds: eventSources})
	}
	var out []end
	seen := map[*graph.Node]bool{r.node: true}
	for e := range b.sources(r, pattern) {
		if seen[e.node] {
			continue
		}
		if b.produced >= maxProduced {
			b.open = append(b.open, openEnd{known: r.node, rel: graph.Triggers.Reverse(), why: "more sources of events than are looked at", kinds: eventSources})
			break
		}
		b.produced++
		seen[e.node] = true
		out = append(out, e)
	}
	return out
}

// sources yields what producers finds, some of it more than once.
func (b *builder) sources(r *resource, pattern source.Value) iter.Seq[end] {
	kinds := slices.DeleteFunc(slices.Clone(partnersOf(graph.Triggers, false)), func(k graph.Kind) bool { return k == graph.Bus || k == graph.External })
	buckets := pattern.Get("detail").Get("bucket").Get("name")
	return func(yield func(end) bool) {
		for _, v := range leaves(pattern, nil) {
			for _, e := range b.namedIn(r, v, kinds) {
				if !yield(e) {
					return
				}
			}
		}
		for _, v := range buckets.Elements() {
			for _, n := range b.named(v.Text, []graph.Kind{graph.Bucket}) {
				if !yield(end{node: n, at: v.At}) {
					return
				}
			}
		}
		if buckets.Kind != source.Unset || !matchesSource(pattern, "aws.s3") {
			return
		}
		for _, n := range b.sendersOf(r.stack) {
			if !yield(end{node: n, at: pattern.At}) {
				return
			}
		}
	}
}

// sendersOf is the buckets of a stack that send their events to EventBridge.
func (b *builder) sendersOf(s *source.Stack) []*graph.Node {
	if b.senders == nil {
		b.senders = map[*source.Stack][]*graph.Node{}
		for _, n := range b.g.Of(graph.Bucket) {
			if isTrue(n.Attrs["eventbridge"]) {
				b.senders[n.Stack] = append(b.senders[n.Stack], n)
			}
		}
	}
	return b.senders[s]
}

func isTrue(v source.Value) bool {
	b, ok := v.AsBool()
	return b && ok
}

// namedIn is the declared nodes that a value names, and none that are outside.
func (b *builder) namedIn(r *resource, v source.Value, kinds []graph.Kind) []end {
	if _, isARN := parseARN(v.Pieces()); !isARN && len(v.Refs()) == 0 {
		return nil
	}
	var out []end
	for _, e := range b.seek(r, v, kinds) {
		if e.node.Stack != nil {
			out = append(out, e)
		}
	}
	return out
}

// maxLeaves bounds what is read of one pattern.
const maxLeaves = 1000

// leaves appends the texts and unknown values below v.
func leaves(v source.Value, to []source.Value) []source.Value {
	if len(to) >= maxLeaves {
		return to
	}
	for _, a := range v.Alts() {
		to = leaves(a.Value, to)
	}
	for _, x := range v.Items {
		to = leaves(x, to)
	}
	for _, e := range v.Entries {
		to = leaves(e.Value, to)
	}
	if v.Kind == source.String || v.Kind == source.Unknown && len(v.Alts()) == 0 {
		to = append(to, v)
	}
	return to
}
