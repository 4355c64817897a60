package policy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/parsers/source"
)

// Options say what to judge by.
type Options struct {
	Date    string   // today as YYYY-MM-DD
	Only    []string // ids or aliases; nil: every rule
	Disable []string
	Matches []*patterns.Match // the patterns of the graph
}

// Failure is a rule that could not be evaluated. What the others found stands.
type Failure struct {
	Rule *Rule
	Err  error
}

func (f Failure) Error() string { return fmt.Sprintf("rule %s: %v", f.Rule.ID, f.Err) }

// maxWorlds bounds how often the rules are evaluated on one graph.
const maxWorlds = 8

// Check judges a graph. It evaluates the rules once in each world that the open
// conditions leave possible; beyond eight worlds, what differs between them is
// unknown. A finding stands if it stands in every world in which its place and
// all that it is about exist; the words and the path may differ from world to
// world. A rule that fails is named in Failures.
func (e *Engine) Check(ctx context.Context, g *graph.Graph, o Options) Result {
	var merged merger
	for _, w := range worldsOf(g) {
		found, failed := e.world(ctx, w, o)
		merged.add(w, found)
		for _, f := range failed {
			if !slices.ContainsFunc(merged.failed, func(old Failure) bool { return old.Rule == f.Rule }) {
				merged.failed = append(merged.failed, f)
			}
		}
	}
	return merged.result(g)
}

// worldsOf is the graph in each of its worlds.
func worldsOf(g *graph.Graph) []*world {
	used := g.Guards()
	if len(used) == 0 {
		return []*world{{g: g}}
	}
	worlds, ok := source.Worlds(g.Conditions, used, g.Allowed, maxWorlds)
	if !ok {
		return []*world{{g: g.Blur()}}
	}
	out := make([]*world, len(worlds))
	for i, w := range worlds {
		out[i] = &world{g: g.World(w), holds: w}
	}
	return out
}

// breach is what a rule says of the graph of one world.
type breach struct {
	rule     *Rule
	at       [2]string // id and name
	with     []string
	path     []string
	message  string
	severity source.Severity
	unknown  []look // what it would rest on; nil for one that stands
}

// key is what makes two breaches the same: in two worlds, and in one.
func (b *breach) key() string {
	with := slices.Sorted(slices.Values(b.with))
	return strings.Join(append([]string{b.rule.ID, b.at[0], b.at[1]}, with...), "\x00")
}

// world evaluates the rules one by one on the graph of one world, in the order of
// their ids, on an input that is watched where anything is unknown. What a rule
// finds without a look at anything unknown stands; the findings of the others are
// taken one by one.
func (e *Engine) world(ctx context.Context, w *world, o Options) (found []breach, failed []Failure) {
	g := w.g
	run := &run{engine: e, g: g, options: o, world: w}
	present := map[string]bool{}
	for _, n := range g.Nodes {
		present[n.Kind.Plural()] = true
	}
	var rules []*Rule
	for _, r := range e.rules {
		if o.Wants(r) && r.concerns(present) {
			rules = append(rules, r)
		}
	}
	if err := e.ready(rules); err != nil {
		for _, r := range rules {
			failed = append(failed, Failure{r, err})
		}
		return nil, failed
	}
	for _, r := range rules {
		breaches, err := run.rule(ctx, r)
		if err != nil {
			failed = append(failed, Failure{r, err})
			continue
		}
		found = append(found, breaches...)
	}
	return found, failed
}

// Wants reports whether the options leave a rule in.
func (o Options) Wants(r *Rule) bool {
	named := func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return n == r.ID || slices.Contains(r.Aliases, n) })
	}
	return (o.Only == nil || named(o.Only)) && !named(o.Disable)
}

// concerns reports whether a rule could find anything among the kinds present.
func (r *Rule) concerns(present map[string]bool) bool {
	return slices.ContainsFunc(r.needs, func(kinds []string) bool {
		return !slices.ContainsFunc(kinds, func(k string) bool { return !present[k] })
	})
}

// run is the evaluation of rules on the graph of one world. The input is made when
// it is needed.
type run struct {
	engine  *Engine
	g       *graph.Graph
	options Options
	world   *world
	w       *witness // nil where nothing is unknown
	in      *ast.Term
	cancel  topdown.Cancel  // of the rule that is evaluated
	unknown map[string]bool // names, made when they are needed
	tries   int             // left, of values for something unknown
}

func (n *run) input() *ast.Term {
	if n.in == nil {
		if hides(n.g) {
			n.w = &witness{}
			n.tries = 1000 + 10*len(n.g.Nodes)
		}
		n.in = n.engine.input(n.g, n.w, n.options)
	}
	return n.in
}

// rule evaluates one rule under the limits. The memory is the process's: a rule
// over that limit beside others is run again alone before it is called failed.
func (n *run) rule(ctx context.Context, r *Rule) (found []breach, err error) {
	evaluate := func(ctx context.Context) error {
		n.cancel = topdown.NewCancel()
		defer context.AfterFunc(ctx, n.cancel.Cancel)()
		found, err = n.evaluate(ctx, r)
		return err
	}
	limits := n.engine.limits
	limits.time *= time.Duration(1 + len(n.g.Nodes)/1000)
	n.engine.alone.RLock()
	err = limits.guard(ctx, evaluate)
	n.engine.alone.RUnlock()
	if errors.Is(err, errMemory) {
		n.engine.alone.Lock()
		defer n.engine.alone.Unlock()
		err = limits.guard(ctx, evaluate)
	}
	return found, err
}

func (n *run) evaluate(ctx context.Context, r *Rule) ([]breach, error) {
	var found []breach
	x := ast.VarTerm("x")
	err := n.query(ctx, r, ast.NewBody(ast.Equality.Expr(x, ast.NewTerm(r.ref))), watching, func(q topdown.QueryResult) error {
		if set, ok := q["x"].Value.(ast.Set); ok {
			set.Foreach(func(t *ast.Term) { found = append(found, breachOf(r, t)) })
		}
		return nil
	})
	if err != nil || len(n.w.take()) == 0 {
		return found, err
	}
	if found, err = n.decide(ctx, r); err != nil {
		return nil, err
	}
	more, err := n.possible(ctx, r)
	if ctx.Err() != nil { // what is found stands, whatever else there may be
		err = nil
	}
	return append(found, more...), err
}

var errClean = errors.New("found without a look at anything unknown")

// decide finds all that a rule says and which of it stands: what has a derivation
// that looks at nothing unknown. A derivation is repeated alone, while the input
// is watched, by binding its variables to what they were bound to. What no value
// of an unknown attribute would bear out is left out.
func (n *run) decide(ctx context.Context, r *Rule) ([]breach, error) {
	type state struct {
		breach
		clean, open bool
		seen        map[look]int
	}
	found := map[string]*state{}
	for _, body := range r.bodies() {
		err := n.query(ctx, r, body, unwatched, func(q topdown.QueryResult) error {
			t := q[findingVar]
			s := found[t.String()]
			if s == nil {
				s = &state{breach: breachOf(r, t), seen: map[look]int{}}
				found[t.String()] = s
			}
			if s.clean {
				return nil
			}
			err := n.query(ctx, r, append(bindings(q, nil), body...), watching, func(q topdown.QueryResult) error {
				if len(n.w.seen) == 0 && q[findingVar].Equal(t) {
					return errClean
				}
				return nil
			})
			seen := n.w.take()
			if s.clean = errors.Is(err, errClean); s.clean || err != nil {
				return errOf(err)
			}
			may := true
			if len(n.attributes(seen)) > 0 {
				may, err = n.trial(r, body, q).holds(ctx)
			}
			if may {
				s.open = true
				maps.Copy(s.seen, seen)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var out []breach
	for _, k := range slices.Sorted(maps.Keys(found)) {
		s := found[k]
		if s.open && !s.clean {
			s.unknown = inOrder(slices.Collect(maps.Keys(s.seen)))
		}
		if s.open || s.clean {
			out = append(out, s.breach)
		}
	}
	return out, nil
}

// inOrder sorts looks, and is never nil.
func inOrder(looks []look) []look {
	slices.SortFunc(looks, func(a, b look) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.name, b.name))
	})
	return append([]look{}, slices.Compact(looks)...)
}

// errOf is an error that is one: a query that has what it wants ends with errClean or
// errEnough.
func errOf(err error) error {
	if errors.Is(err, errClean) || errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// bindings is the scalars of a result as expressions, of those variables that are
// wanted, of all if nil.
func bindings(q topdown.QueryResult, wanted map[ast.Var]bool) ast.Body {
	var out ast.Body
	for _, v := range slices.Sorted(maps.Keys(q)) {
		if wanted != nil && !wanted[v] {
			continue
		}
		switch q[v].Value.(type) {
		case ast.Number, ast.String, ast.Boolean:
			out = append(out, ast.Equality.Expr(ast.NewTerm(v), q[v]))
		}
	}
	return out
}

// findingVar is the variable of a rule's body that holds what it finds.
const findingVar = ast.Var("finding")

// bodies is the bodies of a rule's findings, each with what it finds as a variable.
// They are made once, and not changed.
func (r *Rule) bodies() []ast.Body {
	made, ok := r.modules.bodies.Load(r)
	if !ok {
		made, _ = r.modules.bodies.LoadOrStore(r, r.derive())
	}
	return made.([]ast.Body)
}

func (r *Rule) derive() []ast.Body {
	var out []ast.Body
	for _, x := range r.modules.compiler.GetRulesExact(r.ref) {
		body := make(ast.Body, 0, len(x.Body)+1)
		for _, expr := range x.Body {
			expr = expr.Copy()
			expr.Index = len(body)
			body = append(body, expr)
		}
		head := ast.Equality.Expr(ast.NewTerm(findingVar), x.Head.Key)
		head.Index = len(body)
		out = append(out, append(body, head))
	}
	return out
}

// Whether the witness notes what a query looks at.
const (
	watching  = true
	unwatched = false
)

// query evaluates a compiled body.
func (n *run) query(ctx context.Context, r *Rule, body ast.Body, watch bool, each func(topdown.QueryResult) error) (err error) {
	defer func() {
		if p := recover(); p != nil { // a watched object where the engine wants its own: nothing is guessed
			err = fmt.Errorf("the evaluation broke off: %v", p)
		}
	}()
	txn, err := r.modules.store.NewTransaction(ctx)
	if err != nil {
		return err
	}
	defer r.modules.store.Abort(ctx, txn)
	in := n.input()
	defer n.w.turn(n.w.turn(watch))
	return topdown.NewQuery(body).WithCancel(n.cancel).WithCompiler(r.modules.compiler).WithStore(r.modules.store).
		WithTransaction(txn).WithMetrics(metrics.NoOp()).WithInput(in).Iter(ctx, each)
}

// breachOf reads what a rule found.
func breachOf(r *Rule, t *ast.Term) breach {
	b := breach{rule: r, with: texts(t, "with"), path: texts(t, "path"), severity: r.Severity()}
	copy(b.at[:], texts(t, "at"))
	b.message = textOf(t.Get(ast.StringTerm("message")))
	if s, ok := severities[textOf(t.Get(ast.StringTerm("severity")))]; ok {
		b.severity = s
	}
	return b
}

func texts(t *ast.Term, key string) (out []string) {
	if list := t.Get(ast.StringTerm(key)); list != nil {
		if a, ok := list.Value.(*ast.Array); ok {
			a.Foreach(func(x *ast.Term) { out = append(out, textOf(x)) })
		}
	}
	return out
}

func textOf(t *ast.Term) string {
	if t != nil {
		if s, ok := t.Value.(ast.String); ok {
			return string(s)
		}
	}
	return ""
}
