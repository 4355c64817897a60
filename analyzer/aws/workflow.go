package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// stateAttrs is the attributes of the states of a workflow (Amazon States
// Language specification; Step Functions Developer Guide, Workflow states).
var stateAttrs = []attr{
	{name: "type", typ: text, enum: []string{"Task", "Pass", "Wait", "Choice", "Succeed", "Fail", "Parallel", "Map"}, doc: "What kind of state it is."},
	{name: "resource", typ: text, doc: "Of a task: what it calls, as written."},
	{name: "integration", typ: text, doc: "Of a task: service and action, such as lambda:Invoke, dynamodb:PutItem, states:StartExecution; activity."},
	{name: "pattern", typ: text, enum: []string{"request_response", "sync", "callback"}, source: "Step Functions Developer Guide, Service integration patterns",
		doc: "Of a task: whether it goes on after the answer, waits for the job (.sync) or for a token (.waitForTaskToken, activities)."},
	{name: "timeout_s", typ: number, doc: "Seconds after which the state fails; absent if nothing limits it."},
	{name: "heartbeat_s", typ: number, doc: "Seconds without a heartbeat after which the state fails."},
	{name: "wait_s", typ: number, doc: "Of a wait: its seconds, where they are fixed."},
	{name: "retry", typ: flag, doc: "Whether errors are retried."},
	{name: "retry_errors", typ: text, doc: "The errors that are retried, sorted, with a comma between them."},
	{name: "catch", typ: flag, doc: "Whether errors are caught."},
	{name: "catch_errors", typ: text, doc: "The errors that are caught, sorted, with a comma between them."},
	{name: "max_concurrency", typ: number, source: "Step Functions Developer Guide, Map workflow state",
		doc: "Of a map: most iterations at once; 0 is no limit of its own (40 inline, 10,000 distributed)."},
	{name: "distributed", typ: flag, doc: "Of a map: whether each iteration is an execution of its own."},
	{name: "execution_type", typ: text, enum: []string{"STANDARD", "EXPRESS"}, doc: "Of a distributed map: the type of the iterations' executions."},
	{name: "branches", typ: number, doc: "Of a parallel: how many branches it has."},
	{name: "result_discarded", typ: flag, doc: "Whether the result goes nowhere: ResultPath null, or an output and no variable that holds it."},
	{name: "conditional", typ: flag, doc: "Of a write to a table: whether it has a condition expression."},
	{name: "relative", typ: flag, source: "Amazon DynamoDB Developer Guide, Update expressions",
		doc: "Of an update of a table: whether the new value follows from the one that was there (arithmetic, ADD, DELETE)."},
	{name: "method", typ: text, doc: "Of a call over HTTP: the method."},
	{name: "start", typ: flag, doc: "Whether the workflow, branch or iteration starts here."},
	{name: "end", typ: flag, doc: "Whether the workflow, branch or iteration ends here."},
	{name: "parent", typ: text, doc: "Id of the map or parallel state that it stands in."},
	{name: "branch", typ: number, doc: "Number of the branch of a parallel state that it stands in, from 0."},
	{name: "query_language", typ: text, enum: []string{"JSONPath", "JSONata"}, doc: "How its fields choose data."},
	{name: "comment", typ: text, doc: "The author's comment."},
}

// workflowAttrs is the attributes of a state machine that its definition gives.
var workflowAttrs = []attr{
	{name: "timeout_s", typ: number, doc: "Seconds after which an execution fails; absent if nothing limits it."},
	{name: "query_language", typ: text, enum: []string{"JSONPath", "JSONata"}, doc: "How fields choose data, unless a state says otherwise."},
	{name: "comment", typ: text, doc: "The author's comment on the workflow."},
}

const (
	maxStates     = 10_000 // of one workflow; AWS ends at a definition of 1 MB
	maxStateDepth = 64
)

// workflow is one state machine while its definition is read.
type workflow struct {
	b        *builder
	r        *resource
	machine  *graph.Node
	language string
	states   int
	alike    map[string]int // states beyond the first that would have the same id
}

// readWorkflows makes the states of every state machine, how they follow each
// other, and what they call.
func readWorkflows(b *builder) {
	for _, r := range b.resources {
		if r.node == nil || r.node.Kind != graph.StateMachine {
			continue
		}
		w := &workflow{b: b, r: r, machine: r.node, language: "JSONPath", alike: map[string]int{}}
		doc := w.definition()
		read := false
		for g, v := range doc.Cases() {
			if v.Kind == source.Map {
				read = w.document(v, g) || read
			}
		}
		if !read {
			b.openKinds = append(b.openKinds, openKind{graph.State, "the definition of " + r.node.ID + " is not in sight"})
			for _, rel := range []graph.Relation{graph.Reads, graph.Writes, graph.Invokes} {
				b.open = append(b.open, openEnd{known: r.node, rel: rel, why: "its definition is not in sight"})
			}
		}
		w.mentions(doc)
	}
}

// definition is the workflow's definition with its substitutions put in.
func (w *workflow) definition() source.Value {
	get := func(p prop) source.Value { return w.r.get(w.r.Properties, p) }
	bound := bindings(get(prop{"DefinitionSubstitutions", ""}))
	v := get(prop{"Definition", "definition"})
	if v.Kind == source.Unset || v.Kind == source.Null {
		v = get(prop{"DefinitionString", ""})
	}
	return bound.within(w.b.opened(w.r, bound.text(v)))
}

// document reads a definition and reports whether it has states.
func (w *workflow) document(v source.Value, g source.Guard) bool {
	when, ok := w.b.guard(w.r.stack, w.r.If).And(w.b.guard(w.r.stack, g))
	states := v.Get("States")
	if !ok || states.Kind != source.Map && len(states.Alts()) == 0 {
		return false
	}
	if l := v.Get("QueryLanguage"); l.Kind == source.String {
		w.language = l.Text
	}
	w.set(w.machine, "query_language", text, source.StringOf(w.language, w.r.At))
	w.set(w.machine, "comment", text, v.Get("Comment"))
	w.set(w.machine, "timeout_s", number, v.Get("TimeoutSeconds"))
	w.scope(v, when, nil, -1, 0)
	return true
}

// mentions makes the edges to what a workflow's definition or substitutions name
// without a state that uses it in sight.
func (w *workflow) mentions(doc source.Value) {
	used := map[*graph.Node]bool{w.machine: true}
	for _, task := range w.b.g.In(w.machine, graph.TaskOf) {
		for _, e := range w.b.g.Out(task.From) {
			used[e.To] = true
		}
	}
	name := func(v source.Value, variable string) {
		for _, e := range w.b.mentioned(w.r, v, partnersOf(graph.Configures, true)) {
			if when, ok := w.b.guard(w.r.stack, w.r.If).And(e.when); ok && !used[e.node] {
				used[e.node] = true
				w.b.configures(w.r, w.machine, e, variable, when)
			}
		}
	}
	for _, e := range w.r.get(w.r.Properties, prop{"DefinitionSubstitutions", ""}).Fields() {
		name(e.Value, e.Key)
	}
	name(doc, "")
}

// state is one state while it is read.
type state struct {
	node     *graph.Node
	def      source.Value
	when     source.Guard
	language string
}

// scope reads the states of a workflow, branch or iteration and what lies in them.
func (w *workflow) scope(v source.Value, when source.Guard, parent *state, branch, depth int) {
	var states []*state
	byName := map[string]*state{}
	for g, e := range v.Get("States").Fields() {
		guard, ok := when.And(w.b.guard(w.r.stack, g))
		if w.states++; !ok || e.Value.Kind != source.Map || w.states > maxStates {
			continue
		}
		s := &state{def: e.Value, when: guard, language: w.language}
		if parent != nil {
			s.language = parent.language
		}
		s.node = w.declare(e, guard, parent)
		w.describe(s, parent, branch)
		if start := v.Get("StartAt"); start.Kind == source.String {
			w.set(s.node, "start", flag, source.BoolOf(start.Text == e.Key, start.At))
		}
		byName[e.Key] = s
		states = append(states, s)
	}
	for _, s := range states {
		w.follow(s, byName)
		w.task(s)
		w.inner(s, depth)
	}
}

// declare makes the node of a state.
func (w *workflow) declare(e source.Entry, when source.Guard, parent *state) *graph.Node {
	id := w.machine.ID
	if parent != nil {
		id = parent.node.ID
	}
	name := id + "/" + e.Key
	id = name
	for w.b.g.Node(id) != nil { // in another branch, or under another condition
		w.alike[name]++
		id = fmt.Sprintf("%s %d", name, w.alike[name]+1)
	}
	n := w.b.g.Add(&graph.Node{
		ID: id, Kind: graph.State, Type: w.r.Type, Name: e.Key, If: when, At: e.KeyAt, Via: w.r.Via, Stack: w.r.stack,
	})
	w.connect(n, edge{rel: graph.TaskOf, to: end{node: w.machine}, when: when, at: e.KeyAt})
	return n
}

// describe gives a state the attributes that its own fields state.
func (w *workflow) describe(s *state, parent *state, branch int) {
	n, def := s.node, s.def
	if l := def.Get("QueryLanguage"); l.Kind == source.String {
		s.language = l.Text
	}
	w.set(n, "query_language", text, source.StringOf(s.language, n.At))
	w.set(n, "type", text, def.Get("Type"))
	w.set(n, "comment", text, def.Get("Comment"))
	for _, f := range []struct{ attr, field string }{
		{"timeout_s", "TimeoutSeconds"}, {"heartbeat_s", "HeartbeatSeconds"}, {"wait_s", "Seconds"}, {"max_concurrency", "MaxConcurrency"},
	} {
		w.set(n, f.attr, number, dynamic(def, f.field))
	}
	typ := def.Get("Type").Text
	ends := source.BoolOf(typ == "Succeed" || typ == "Fail", n.At)
	if e := def.Get("End"); e.Kind != source.Unset {
		ends = e
	}
	w.set(n, "end", flag, ends)
	if parent != nil {
		w.set(n, "parent", text, source.StringOf(parent.node.ID, n.At))
		if branch >= 0 {
			w.set(n, "branch", number, source.NumberOf(float64(branch), n.At))
		}
	}
	switch typ {
	case "Task", "Parallel", "Map":
		for _, f := range []struct{ attr, field string }{{"retry", "Retry"}, {"catch", "Catch"}} {
			errors, any := w.errors(def.Get(f.field))
			w.set(n, f.attr, flag, any)
			w.set(n, f.attr+"_errors", text, errors)
		}
		w.set(n, "result_discarded", flag, discarded(s))
	}
	if typ == "Map" {
		config := iterator(def).Get("ProcessorConfig")
		w.set(n, "distributed", flag, mode(config.Get("Mode"), n.At))
		w.set(n, "execution_type", text, config.Get("ExecutionType"))
		if _, there := n.Attrs["max_concurrency"]; !there {
			w.set(n, "max_concurrency", number, source.NumberOf(0, n.At))
		}
	}
}

// set gives a node an attribute, unless the definition lacks it. What an
// expression decides is unknown.
func (w *workflow) set(n *graph.Node, name string, t scalar, v source.Value) {
	if v = w.b.settle(w.r, &attr{typ: t}, v); v.Kind == source.Unset {
		return
	}
	if isExpression(v) && name != "comment" {
		v.Kind = source.Unknown
	}
	n.Attrs[name] = v
}

// isExpression reports whether a text is a JSONata expression.
func isExpression(v source.Value) bool {
	return v.Kind == source.String && strings.HasPrefix(strings.TrimSpace(v.Text), "{%")
}

// dynamic is the value of a field; unknown where a path (X.$, XPath) or an
// expression chooses it when the workflow runs.
func dynamic(v source.Value, field string) source.Value {
	x := v.Get(field)
	for _, path := range []string{field + ".$", field + "Path"} {
		if p, found := v.Entry(path); found && x.Kind == source.Unset {
			return source.Value{Kind: source.Unknown, Text: p.Value.Text, At: p.Value.At}.WithRefs(p.Value.AllRefs())
		}
	}
	if isExpression(x) {
		return source.Value{Kind: source.Unknown, Text: x.Text, At: x.At}
	}
	return x
}

// errors is the errors that a Retry or Catch list names, and whether it has any.
func (w *workflow) errors(v source.Value) (names, any source.Value) {
	var list []string
	for _, x := range v.Elements() {
		for _, name := range x.Get("ErrorEquals").Elements() {
			if name.Kind != source.String {
				return source.Value{Kind: source.Unknown, Text: name.Text, At: v.At}, source.BoolOf(true, v.At)
			}
			list = append(list, name.Text)
		}
	}
	if len(list) == 0 {
		return source.Value{}, source.BoolOf(false, v.At)
	}
	slices.Sort(list)
	return source.StringOf(strings.Join(slices.Compact(list), ", "), v.At), source.BoolOf(true, v.At)
}

// discarded is whether the result of a state goes nowhere.
func discarded(s *state) source.Value {
	if s.language != "JSONata" {
		path := s.def.Get("ResultPath")
		return source.BoolOf(path.Kind == source.Null, path.At)
	}
	output, found := s.def.Entry("Output")
	if !found {
		return source.BoolOf(false, s.node.At)
	}
	uses := func(v source.Value) bool { return !v.IsKnown() || mentionsText(v, "$states.result") }
	return source.BoolOf(!uses(output.Value) && !uses(s.def.Get("Assign")), output.Value.At)
}

// mentionsText reports whether a text occurs in v or below it.
func mentionsText(v source.Value, s string) bool {
	return strings.Contains(v.Text, s) ||
		slices.ContainsFunc(v.Items, func(x source.Value) bool { return mentionsText(x, s) }) ||
		slices.ContainsFunc(v.Entries, func(e source.Entry) bool { return mentionsText(e.Value, s) })
}

func mode(v source.Value, at source.Location) source.Value {
	switch v.Kind {
	case source.Unset:
		return source.BoolOf(false, at)
	case source.String:
		return source.BoolOf(v.Text == "DISTRIBUTED", v.At)
	}
	return v
}

// iterator is what a map runs for each item: ItemProcessor, or by its old name
// Iterator.
func iterator(def source.Value) source.Value {
	if v := def.Get("ItemProcessor"); v.Kind != source.Unset {
		return v
	}
	return def.Get("Iterator")
}

// inner reads the states inside a map or parallel state.
func (w *workflow) inner(s *state, depth int) {
	if depth >= maxStateDepth {
		return
	}
	switch s.def.Get("Type").Text {
	case "Map":
		for g, v := range iterator(s.def).Cases() {
			if when, ok := s.when.And(w.b.guard(w.r.stack, g)); ok {
				w.scope(v, when, s, -1, depth+1)
			}
		}
		w.call(s, s.def.Get("ItemReader"))
		w.call(s, s.def.Get("ResultWriter"))
	case "Parallel":
		n := 0
		for g, v := range s.def.Get("Branches").Elements() {
			if when, ok := s.when.And(w.b.guard(w.r.stack, g)); ok {
				w.scope(v, when, s, n, depth+1)
				n++
			}
		}
		w.set(s.node, "branches", number, source.NumberOf(float64(n), s.def.Get("Branches").At))
	}
}

// follow makes the edges to the states that may come after a state.
func (w *workflow) follow(s *state, byName map[string]*state) {
	to := func(rel graph.Relation, v source.Value, attrs map[string]source.Value) {
		if v.Kind == source.Unset {
			return
		}
		next := byName[v.Text]
		switch {
		case next != nil:
			if when, ok := s.when.And(next.when); ok {
				w.connect(s.node, edge{rel: rel, to: end{node: next.node, at: v.At}, when: when, at: v.At, attrs: attrs})
			}
		case v.Kind == source.String:
			w.b.problem(w.r, source.Warning, v.At, "there is no state %q here", v.Text)
		default:
			w.b.open = append(w.b.open, openEnd{known: s.node, rel: rel, why: v.Text})
		}
	}
	to(graph.Next, s.def.Get("Next"), nil)
	for _, c := range s.def.Get("Choices").Elements() {
		attrs := map[string]source.Value{"case": source.StringOf("choice", c.At)}
		if test := choiceTest(c, 0); test != "" {
			attrs["condition"] = source.StringOf(test, c.At)
		}
		to(graph.Next, c.Get("Next"), attrs)
	}
	fallback := s.def.Get("Default")
	to(graph.Next, fallback, map[string]source.Value{"case": source.StringOf("default", fallback.At)})
	for _, c := range s.def.Get("Catch").Elements() {
		attrs := map[string]source.Value{}
		if names, _ := w.errors(source.ListOf(c.At, c)); names.Kind != source.Unset {
			attrs["errors"] = names
		}
		to(graph.CatchTo, c.Get("Next"), attrs)
	}
}

// choiceTest is the test of a choice in one line.
func choiceTest(v source.Value, depth int) string {
	if depth > maxStateDepth {
		return ""
	}
	var words []string
	for _, e := range v.Entries {
		switch e.Key {
		case "Next", "Comment", "Assign", "Output":
		case "Not":
			words = append(words, "not ("+choiceTest(e.Value, depth+1)+")")
		case "And", "Or":
			var tests []string
			for _, x := range e.Value.Elements() {
				tests = append(tests, choiceTest(x, depth+1))
			}
			words = append(words, strings.Join(tests, " "+strings.ToLower(e.Key)+" "))
		case "Variable", "Condition":
			words = append(words, spell(e.Value.Pieces()))
		default:
			words = append(words, e.Key+" "+spell(e.Value.Pieces()))
		}
	}
	return strings.Join(words, " ")
}

// connect makes an edge from a state.
func (w *workflow) connect(from *graph.Node, e edge) {
	e.from = end{node: from}
	at := e.at
	w.b.connect(w.r, e).At = at
}
