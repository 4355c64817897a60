package sam

import (
	"fmt"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

const (
	functionType   = "AWS::Serverless::Function"
	machineType    = "AWS::Serverless::StateMachine"
	apiType        = "AWS::Serverless::Api"
	httpAPIType    = "AWS::Serverless::HttpApi"
	connectorType  = "AWS::Serverless::Connector"
	sectionPrefix  = "AWS::Serverless::"
	implicitREST   = "ServerlessRestApi"
	implicitHTTP   = "ServerlessHttpApi"
	hashed         = "~" // stands for the hash at the end of an id
	maxResources   = 200_000
	restAPIMade    = "AWS::ApiGateway::RestApi"
	permissionMade = "AWS::Lambda::Permission"
)

// steps are the SAM types in the order in which AWS's translator takes them:
// functions and state machines first, because their events become routes of the
// APIs; connectors last, because they need the roles of all others.
var steps = []struct {
	typ    string
	expand func(*expander, *resource)
}{
	{functionType, (*expander).function},
	{machineType, (*expander).stateMachine},
	{apiType, (*expander).restAPI},
	{httpAPIType, (*expander).httpAPI},
	{"AWS::Serverless::WebSocketApi", (*expander).webSocketAPI},
	{"AWS::Serverless::SimpleTable", (*expander).simpleTable},
	{"AWS::Serverless::LayerVersion", (*expander).layerVersion},
	{"AWS::Serverless::Application", (*expander).application},
	{"AWS::Serverless::GraphQLApi", (*expander).graphQLAPI},
	{"AWS::Serverless::CapacityProvider", (*expander).capacityProvider},
	{connectorType, (*expander).connector},
}

// Expand makes the plain resources of a template: those that are plain already,
// in place, and those that AWS's translator makes of each SAM resource, there
// where the SAM resource stood. What a SAM resource says in a shape that it cannot
// have is a Problem, and the rest of it is expanded.
func Expand(t Template) ([]source.Resource, []source.Problem) {
	e := newExpander(t)
	e.globals()
	e.implicitAPIs()
	for _, s := range steps {
		for _, r := range e.resources {
			if r.Type == s.typ {
				s.expand(e, r)
			}
		}
	}
	e.deployments()
	e.embeddedConnectors()
	return e.result(), e.problems
}

// expander holds a template while it is expanded.
type expander struct {
	Template
	resources []*resource
	byAddress map[string]*resource
	taken     map[string]bool         // addresses in use
	sections  map[string]source.Value // of Globals
	apis      map[string]*api
	hashes    map[string]map[string]string // what was hashed, per prefix, and its id
	deployed  []deployment
	shared    *sharedPlan
	recordSet map[string]*recordSets
	problems  []source.Problem
	count     int // of resources made
	placed    int // of global values that have a place in a resource
}

// resource is a declared resource and what was made of it.
type resource struct {
	*source.Resource
	sam   bool
	props source.Value // with Globals merged
	out   []source.Resource

	// of a plain bucket and a plain user pool: what functions hear of them
	notified []source.Value
	triggers keyed
}

func newExpander(t Template) *expander {
	e := &expander{
		Template: t, byAddress: map[string]*resource{}, taken: map[string]bool{}, apis: map[string]*api{},
		hashes: map[string]map[string]string{}, recordSet: map[string]*recordSets{},
	}
	if e.Renamed == nil {
		e.Renamed = Renamed{}
	}
	all := make([]resource, len(t.Resources))
	for i := range t.Resources {
		r, x := &t.Resources[i], &all[i]
		x.Resource, x.sam = r, strings.HasPrefix(r.Type, sectionPrefix)
		if !x.sam {
			x.out = t.Resources[i : i+1 : i+1]
		}
		e.resources = append(e.resources, x)
		e.byAddress[r.Address] = x
		e.taken[r.Address] = true
	}
	return e
}

func (e *expander) warn(at source.Location, format string, args ...any) {
	e.problems = append(e.problems, source.Problem{Severity: source.Warning, Summary: fmt.Sprintf(format, args...), At: at})
}

// main makes the resource that keeps the id of the SAM resource.
func (e *expander) main(r *resource, typ string, f fields) {
	m := *r.Resource
	m.Type, m.Properties, m.From = typ, f.value(), r.Address
	m.Properties.At = r.props.At
	r.out = append(r.out, m)
	e.count++
}

// make makes another resource, which a place of r caused. It is there when r is;
// nothing is made where the id is taken.
func (e *expander) make(r *resource, id, typ string, f fields) {
	e.makeIf(r, nil, id, typ, f)
}

// makeIf is make under a further guard.
func (e *expander) makeIf(r *resource, g source.Guard, id, typ string, f fields) {
	both, ok := r.If.And(g)
	switch {
	case !ok:
		return
	case e.taken[id]:
		e.warn(f.at, "%s: AWS SAM would make a %s of this name, and there is another resource of that name", id, typ)
		return
	case e.count >= maxResources:
		if e.count++; e.count == maxResources+1 {
			e.problems = append(e.problems, source.Problem{Severity: source.Error, At: f.at,
				Summary: fmt.Sprintf("AWS SAM would make more than %d resources: the rest is not made", maxResources)})
		}
		return
	}
	e.count++
	e.taken[id] = true
	r.out = append(r.out, source.Resource{
		Address: id, Type: typ, Properties: f.value(), If: both, Uncertain: r.Uncertain,
		At: f.at, Body: f.at, From: r.Address, Via: append(slices.Clone(r.Via), r.At),
	})
}

// hash is the id of a resource that AWS names by a hash: prefix + "~", and for
// further contents "~2~", "~3~" and so on.
func (e *expander) hash(prefix, content string) string {
	ids := e.hashes[prefix]
	if ids == nil {
		ids = map[string]string{}
		e.hashes[prefix] = ids
	}
	if id, ok := ids[content]; ok {
		return id
	}
	id := e.Prefix + prefix + hashed
	if len(ids) > 0 {
		id = fmt.Sprintf("%s%d%s", id, len(ids)+1, hashed)
	}
	ids[content] = id
	return id
}

// named is the declared resource that a value names, by Ref or GetAtt or, as a
// text, by its logical id; nil where it names none.
func (e *expander) named(v source.Value) *resource {
	if s, ok := v.AsString(); ok && len(v.Refs()) == 0 {
		return e.byAddress[e.Prefix+s]
	}
	for _, x := range v.AllRefs() {
		if r := e.byAddress[x.Address]; r != nil {
			return r
		}
	}
	return nil
}

// result is all resources in the order of the template.
func (e *expander) result() []source.Resource {
	n := 0
	for _, r := range e.resources {
		n += len(r.out)
	}
	out := make([]source.Resource, 0, n)
	for _, r := range e.resources {
		r.inject()
		out = append(out, r.out...)
	}
	e.Renamed.Rewrite(out, e.Outputs)
	return out
}
