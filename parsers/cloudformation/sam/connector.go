package sam

import (
	"fmt"
	"slices"

	"github.com/serverlens/serverlens/parsers/source"
)

// end is one end of a connector.
type end struct {
	typ       string // plain CloudFormation type
	arn       source.Value
	role      source.Value // name of its role
	url       source.Value // of a queue
	id        source.Value
	name      source.Value
	qualifier source.Value
}

// connection is a connector between two ends.
type connection struct {
	source, destination end
	permissions         []string
	at                  source.Location
	when                source.Guard
	number              string // ends the ids where there are several destinations
}

// plainType is the plain type that takes part in connectors for a SAM type.
var plainType = map[string]string{
	functionType: "AWS::Lambda::Function", machineType: "AWS::StepFunctions::StateMachine", apiType: restAPIMade,
	httpAPIType: "AWS::ApiGatewayV2::Api", "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
}

// connector expands AWS::Serverless::Connector.
func (e *expander) connector(r *resource) {
	e.connectAll(r, r.Address, r.At, nil, r.props, r.props.Get("Source"))
}

// embeddedConnectors expands the Connectors attribute of SAM and plain resources.
func (e *expander) embeddedConnectors() {
	for _, r := range e.resources {
		for g, c := range r.Attributes.Get("Connectors").Fields() {
			if name := c.Value.Get("Condition"); e.Guard != nil && name.Kind == source.String {
				own, holds := e.Guard(name.Text, name.At)
				if holds {
					g, holds = g.And(own)
				}
				if !holds {
					continue
				}
			}
			p := c.Value.Get("Properties")
			if p.Kind != source.Map {
				e.warn(c.KeyAt, "%s: connector %q needs Properties", r.Address, c.Key)
				continue
			}
			from := p.Get("SourceReference")
			if from.Kind != source.Map {
				from = source.MapOf(c.KeyAt)
			}
			from = with(from, source.Entry{Key: "Id", KeyAt: c.KeyAt, Value: ref(r.Address, "", c.KeyAt)})
			e.connectAll(r, r.Address+c.Key, c.KeyAt, g, p, from)
		}
	}
}

// connectAll connects a source with each destination.
func (e *expander) connectAll(r *resource, id string, at source.Location, g source.Guard, p, from source.Value) {
	to := p.Get("Destination")
	permissions := texts(p.Get("Permissions"))
	if absent(from) || absent(to) || len(permissions) == 0 {
		e.warn(at, "%s: a connector needs a Source, a Destination and Permissions", id)
		return
	}
	many := to.Kind == source.List
	i := 0
	for h, d := range to.Elements() {
		c := connection{permissions: permissions, at: at}
		if many {
			c.number = fmt.Sprintf("Destination%d", i)
		}
		i++
		both, ok := g.And(h)
		if !ok {
			continue
		}
		c.when = both
		c.source, ok = e.connectorEnd(id, from, d)
		if !ok {
			continue
		}
		if c.destination, ok = e.connectorEnd(id, d, from); ok {
			e.connect(r, id, c)
		}
	}
}

// connectorEnd reads an end: a resource by its Id, or what identifies it.
func (e *expander) connectorEnd(connector string, v, other source.Value) (end, bool) {
	id := v.Get("Id")
	if absent(id) {
		typ := v.Get("Type").Text
		if plain, ok := plainType[typ]; ok {
			typ = plain
		}
		if typ == "" {
			e.warn(v.At, "%s: an end of a connector needs an Id or a Type", connector)
		}
		return end{
			typ: typ, arn: v.Get("Arn"), role: v.Get("RoleName"), url: v.Get("QueueUrl"),
			id: v.Get("ResourceId"), name: v.Get("Name"), qualifier: v.Get("Qualifier"),
		}, typ != ""
	}
	r := e.named(id)
	if r == nil {
		e.warn(id.At, "%s: there is no resource %q", connector, id.Text)
		return end{}, false
	}
	x := end{typ: r.Type, qualifier: v.Get("Qualifier")}
	if plain, ok := plainType[r.Type]; ok {
		x.typ = plain
	}
	address, at := r.Address, id.At
	x.arn = ref(address, "Arn", at)
	x.name = ref(address, "Name", at)
	x.id = ref(address, "", at)
	switch x.typ {
	case "AWS::StepFunctions::StateMachine", "AWS::SNS::Topic", "AWS::AppSync::DataSource":
		x.arn = ref(address, "", at)
	case "AWS::AppSync::GraphQLApi":
		x.arn, x.id = ref(address, "", at), ref(address, "ApiId", at)
	case "AWS::SQS::Queue":
		x.url = ref(address, "", at)
	case restAPIMade, "AWS::ApiGatewayV2::Api":
		if absent(x.qualifier) {
			x.qualifier = source.StringOf("*", at)
		}
	}
	x.role = e.roleOf(r, x.typ, other)
	return x, true
}

// roleProperty names the property that holds the role of a type.
var roleProperty = map[string]string{
	"AWS::Lambda::Function": "Role", "AWS::StepFunctions::StateMachine": "RoleArn", "AWS::AppSync::DataSource": "ServiceRoleArn",
}

// roleOf is the name of the role of a resource; of a rule, of the role with which
// it starts the other end.
func (e *expander) roleOf(r *resource, typ string, other source.Value) source.Value {
	i := slices.IndexFunc(r.out, func(o source.Resource) bool { return o.Address == r.Address })
	if i < 0 {
		return source.Value{}
	}
	p := r.out[i].Properties
	arn := p.Get(roleProperty[typ])
	if typ == "AWS::Events::Rule" {
		arn = source.Value{}
		to := e.named(other.Get("Id"))
		n := 0
		for _, t := range p.Get("Targets").Elements() {
			if n++; n > maxCompared {
				break
			}
			target := t.Get("Arn")
			if to != nil && e.named(target) == to || !absent(other.Get("Arn")) && target.Equal(other.Get("Arn")) {
				arn = t.Get("RoleArn")
			}
		}
	}
	return arn.Apply(func(c source.Value) source.Value {
		for _, x := range c.AllRefs() {
			return ref(x.Address, "", x.At)
		}
		return source.Value{At: c.At}
	})
}

// connect makes what lets the source use the destination.
func (e *expander) connect(r *resource, id string, c connection) {
	p, ok := profiles[[2]string{c.source.typ, c.destination.typ}]
	if !ok {
		e.warn(c.at, "%s: AWS SAM has no connector from %s to %s", id, c.source.typ, c.destination.typ)
		return
	}
	vars := append(c.source.variables("Source."), c.destination.variables("Destination.")...)
	var grants []grant
	for _, a := range p.access {
		if slices.Contains(c.permissions, a.permission) {
			grants = append(grants, a.grants...)
		}
	}
	for _, name := range c.permissions {
		if !slices.ContainsFunc(p.access, func(a access) bool { return a.permission == name }) {
			e.warn(c.at, "%s: a connector from %s to %s cannot have the permission %q", id, c.source.typ, c.destination.typ, name)
		}
	}
	if p.makes == permission {
		e.connectorPermission(r, id, c, p, vars)
		return
	}
	var statements []source.Value
	for _, g := range grants {
		statements = append(statements, e.statement(c.at, g, vars))
	}
	if len(statements) == 0 {
		return
	}
	f := fields{at: c.at}
	typ, suffix := "AWS::IAM::ManagedPolicy", "Policy"
	switch p.makes {
	case rolePolicy:
		owner := c.destination
		if p.ofSource {
			owner = c.source
		}
		if absent(owner.role) {
			e.warn(c.at, "%s: the role of the %s is not known", id, owner.typ)
			return
		}
		f.set("Roles", source.ListOf(c.at, owner.role))
	case queuePolicy:
		typ, suffix = "AWS::SQS::QueuePolicy", "QueuePolicy"
		f.set("Queues", source.ListOf(c.at, c.destination.url))
	case topicPolicy:
		typ, suffix = "AWS::SNS::TopicPolicy", "TopicPolicy"
		f.set("Topics", source.ListOf(c.at, c.destination.arn))
	}
	if p.makes != rolePolicy {
		for i, s := range statements {
			s = with(s, source.Entry{Key: "Principal", KeyAt: c.at, Value: mapOf(c.at, "Service", p.service)})
			statements[i] = with(s, source.Entry{Key: "Condition", KeyAt: c.at, Value: nested(c.source.arn, "ArnEquals", "aws:SourceArn")})
		}
	}
	f.set("PolicyDocument", document(c.at, statements...))
	e.makeIf(r, c.when, id+suffix+c.number, typ, f)
}

// connectorPermission lets the source call the function.
func (e *expander) connectorPermission(r *resource, id string, c connection, p profile, vars []variable) {
	f := fields{at: c.at}
	f.text("Action", "lambda:InvokeFunction")
	f.set("FunctionName", c.destination.arn)
	f.text("Principal", p.service)
	f.set("SourceArn", e.sub(c.at, arnPattern(p.from), vars...))
	if c.source.typ == "AWS::S3::Bucket" {
		f.set("SourceAccount", e.sub(c.at, "${AWS::AccountId}"))
	}
	e.makeIf(r, c.when, id+"WriteLambdaPermission"+c.number, permissionMade, f)
}

// variables names what a grant may say of an end.
func (x end) variables(prefix string) []variable {
	return []variable{
		{prefix + "Arn", x.arn}, {prefix + "Name", x.name}, {prefix + "ResourceId", x.id}, {prefix + "Qualifier", x.qualifier},
	}
}
