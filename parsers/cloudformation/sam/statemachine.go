package sam

import "github.com/serverlens/serverlens/parsers/source"

// stateMachine expands AWS::Serverless::StateMachine.
func (e *expander) stateMachine(r *resource) {
	p := r.props
	f := fields{at: r.At}
	f.take(p, "DefinitionSubstitutions")
	e.definition(r, &f)
	f.rename(p, "Name", "StateMachineName")
	f.rename(p, "Type", "StateMachineType")
	f.rename(p, "Logging", "LoggingConfiguration")
	f.rename(p, "Tracing", "TracingConfiguration")
	f.set("Tags", tagList(r.At, p.Get("Tags"), "stateMachine:createdBy"))

	x := &role{id: r.Address + "Role", at: r.At, service: "states.amazonaws.com"}
	e.policiesOf(r, x)
	if traced, ok := p.Get("Tracing", "Enabled").AsBool(); ok && traced {
		x.manage(e.managedPolicy("AWSXrayWriteOnlyAccess", p.Get("Tracing").At))
	}
	own := e.attachRole(r, x, &f, "Role", "RoleArn")
	e.main(r, "AWS::StepFunctions::StateMachine", f)
	if own != nil {
		e.makeRole(r, *own, x)
	}
	self := func(at source.Location) source.Value { return ref(r.Address, "", at) }
	t := target{id: r.Address, arn: self, name: self}
	e.machineAlias(r, &t)
	e.events(r, t)
}

// definition writes the definition: inline, read from a local file, or where it
// lies.
func (e *expander) definition(r *resource, f *fields) {
	if inline, ok := r.props.Entry("Definition"); ok && !absent(inline.Value) {
		f.put(inline)
		return
	}
	uri, ok := r.props.Entry("DefinitionUri")
	if !ok || absent(uri.Value) {
		e.warn(r.At, "%s needs a Definition or a DefinitionUri", r.Address)
		return
	}
	if e.Include != nil {
		if doc, found := e.Include(uri.Value); found {
			f.put(source.Entry{Key: "Definition", KeyAt: uri.KeyAt, Value: doc})
			return
		}
	}
	f.put(source.Entry{Key: "DefinitionS3Location", KeyAt: uri.KeyAt, Value: s3Location(uri.Value, "Bucket", "Key", "Version")})
}

// machineAlias makes the version and alias of a state machine with
// AutoPublishAlias.
func (e *expander) machineAlias(r *resource, t *target) {
	name := r.props.Get("AutoPublishAlias")
	if absent(name) {
		return
	}
	version := r.Address + "Version"
	f := fields{at: name.At}
	f.set("StateMachineArn", ref(r.Address, "", name.At))
	f.set("StateMachineRevisionId", ref(r.Address, "StateMachineRevisionId", name.At))
	e.make(r, version, "AWS::StepFunctions::StateMachineVersion", f)

	id := r.Address + "Alias" + spell(name)
	shift := r.props.Get("DeploymentPreference")
	if shift.Kind != source.Map {
		shift = mapOf(name.At, "Type", "ALL_AT_ONCE")
	}
	f = fields{at: name.At}
	f.set("Name", name)
	f.set("DeploymentPreference", with(shift, source.Entry{Key: "StateMachineVersionArn", KeyAt: name.At, Value: ref(version, "", name.At)}))
	e.make(r, id, "AWS::StepFunctions::StateMachineAlias", f)
	if use, ok := r.props.Get("UseAliasAsEventTarget").AsBool(); ok && use {
		t.arn = func(at source.Location) source.Value { return ref(id, "", at) }
		t.name = t.arn
	}
}
