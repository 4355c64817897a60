package sam

import (
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// target is what events start: a function, its alias or a state machine.
type target struct {
	id  string // of the function or state machine: generated ids begin with it
	arn func(source.Location) source.Value
	// name is what resource policies and mappings name it by.
	name func(source.Location) source.Value
	role *role // gets what polling needs; nil for a state machine
}

// function expands AWS::Serverless::Function.
func (e *expander) function(r *resource) {
	p := r.props
	f := fields{at: r.At}
	f.take(p, "FunctionName", "Handler", "Runtime", "Description", "MemorySize", "Timeout", "VpcConfig",
		"Environment", "KmsKeyArn", "ReservedConcurrentExecutions", "Layers", "FileSystemConfigs", "ImageConfig",
		"PackageType", "Architectures", "SnapStart", "EphemeralStorage", "CodeSigningConfigArn",
		"RuntimeManagementConfig", "LoggingConfig", "TenancyConfig", "RecursiveLoop", "DurableConfig",
		"FunctionScalingConfig", "PublishToLatestPublished")
	f.set("Description", e.description(p))
	f.set("Code", e.code(p))
	f.set("Tags", tagList(r.At, p.Get("Tags"), "lambda:createdBy"))
	tracing := p.Get("Tracing")
	if !absent(tracing) && tracing.Text != "Disabled" {
		f.set("TracingConfig", nested(tracing, "Mode"))
	}
	f.set("DeadLetterConfig", only(p.Get("DeadLetterQueue"), "TargetArn"))
	f.set("CapacityProviderConfig", managedInstances(p.Get("CapacityProviderConfig")))

	t := target{
		id:   r.Address,
		arn:  func(at source.Location) source.Value { return ref(r.Address, "Arn", at) },
		name: func(at source.Location) source.Value { return ref(r.Address, "", at) },
		role: e.functionRole(r),
	}
	own := e.attachRole(r, t.role, &f, "Role", "Role")
	e.main(r, "AWS::Lambda::Function", f)
	alias := e.alias(r, &t)
	e.functionURL(r, t)
	e.invokeConfig(r, t, alias)
	e.events(r, t)
	if own != nil {
		e.makeRole(r, *own, t.role)
	}
}

// attachRole writes the role of r under the key to: what its property says, and
// where that says nothing the role that SAM makes. own is the guard under which
// SAM makes one, nil if never.
func (e *expander) attachRole(r *resource, x *role, f *fields, property, to string) (own *source.Guard) {
	given := r.props.Get(property)
	made := ref(x.id, "Arn", r.At)
	for g, c := range given.Cases() {
		if absent(c) && own == nil {
			own = &g
		} else if absent(c) {
			own = &source.Guard{}
		}
	}
	value := given.Apply(func(c source.Value) source.Value {
		if absent(c) {
			return made
		}
		return c
	})
	if entry, ok := r.props.Entry(property); ok {
		f.put(source.Entry{Key: to, KeyAt: entry.KeyAt, Value: value})
	} else {
		f.set(to, value)
	}
	return own
}

// functionRole is the role of a function before its events are seen.
func (e *expander) functionRole(r *resource) *role {
	p := r.props
	x := &role{id: r.Address + "Role", at: r.At, service: "lambda.amazonaws.com", trust: p.Get("AssumeRolePolicyDocument")}
	basic := "AWSLambdaBasicExecutionRole"
	if !absent(p.Get("DurableConfig")) {
		basic = "AWSLambdaBasicDurableExecutionRolePolicy"
	}
	x.manage(e.managedPolicy(basic, r.At))
	if t := p.Get("Tracing"); !absent(t) && t.Text != "Disabled" {
		x.manage(e.managedPolicy("AWSXrayWriteOnlyAccess", t.At))
	}
	if v := p.Get("VpcConfig"); !absent(v) {
		x.manage(e.managedPolicy("AWSLambdaVPCAccessExecutionRole", v.At))
	}
	e.policiesOf(r, x)
	e.deadLetterAccess(r, x)
	return x
}

// deadLetterAccess lets a function send to its dead-letter target.
func (e *expander) deadLetterAccess(r *resource, x *role) {
	dead := r.props.Get("DeadLetterQueue")
	if absent(dead) {
		return
	}
	action := map[string]string{"SQS": "sqs:SendMessage", "SNS": "sns:Publish"}[dead.Get("Type").Text]
	if action == "" || absent(dead.Get("TargetArn")) {
		if dead.Kind != source.Unknown {
			e.warn(dead.At, "%s: DeadLetterQueue needs a TargetArn and the Type SQS or SNS", r.Address)
		}
		return
	}
	x.allow("DeadLetterQueuePolicy", action, dead.Get("TargetArn"))
}

// description is the description of a function, with the hash of its code behind
// it where that shall make a new version.
func (e *expander) description(p source.Value) source.Value {
	text, sha := p.Get("Description"), p.Get("AutoPublishCodeSha256")
	switch {
	case absent(sha) || absent(p.Get("AutoPublishAlias")):
		return text
	case absent(text):
		return sha
	}
	return e.sub(text.At, "${Text} ${Sha}", variable{"Text", text}, variable{"Sha", sha})
}

// code is the Code of a function: where it lies as the template says.
func (e *expander) code(p source.Value) source.Value {
	if v := p.Get("InlineCode"); !absent(v) {
		return nested(v, "ZipFile")
	}
	if v := p.Get("CodeUri"); !absent(v) && p.Get("PackageType").Text != "Image" {
		return s3Location(v, "S3Bucket", "S3Key", "S3ObjectVersion")
	}
	if v := p.Get("ImageUri"); !absent(v) {
		return nested(v, "ImageUri")
	}
	return source.Value{At: p.At}
}

// s3Location is what SAM writes for a place of a file: "s3://bucket/key" and the
// map of Bucket, Key and Version taken apart, a local path as it is.
func s3Location(v source.Value, bucket, key, version string) source.Value {
	if v.Kind == source.Map {
		f := fields{at: v.At}
		f.rename(v, "Bucket", bucket)
		f.rename(v, "Key", key)
		f.rename(v, "Version", version)
		return f.value()
	}
	path, ok := strings.CutPrefix(v.Text, "s3://")
	if v.Kind != source.String || !ok {
		return v
	}
	b, k, _ := strings.Cut(path, "/")
	k, ver, found := strings.Cut(k, "?versionId=")
	f := fields{at: v.At}
	f.text(bucket, b)
	f.text(key, k)
	if found {
		f.text(version, ver)
	}
	return f.value()
}

// only is the map v reduced to one entry, absent where it has none.
func only(v source.Value, key string) source.Value {
	return v.Apply(func(c source.Value) source.Value {
		if c.Kind != source.Map {
			return c
		}
		f := fields{at: c.At}
		f.take(c, key)
		if len(f.entries) == 0 {
			return source.Value{At: c.At}
		}
		return f.value()
	})
}

// managedInstances is the CapacityProviderConfig of a function.
func managedInstances(v source.Value) source.Value {
	if v.Kind != source.Map {
		return source.Value{At: v.At}
	}
	f := fields{at: v.At}
	f.rename(v, "Arn", "CapacityProviderArn")
	f.take(v, "PerExecutionEnvironmentMaxConcurrency")
	f.rename(v, "ExecutionEnvironmentMemoryGiBPerVCpu", "ExecutionEnvironmentMemoryGiBPerVCpu")
	return nested(f.value(), "LambdaManagedInstancesCapacityProviderConfig")
}

// tagList is SAM's map of tags as a list of keys and values, with the tag that
// SAM adds first.
func tagList(at source.Location, tags source.Value, createdBy string) source.Value {
	var items []source.Value
	if createdBy != "" {
		items = append(items, mapOf(at, "Key", createdBy, "Value", "SAM"))
	}
	for g, t := range tags.Fields() {
		f := fields{at: t.Value.At}
		f.put(source.Entry{Key: "Key", KeyAt: t.KeyAt, Value: source.StringOf(t.Key, t.KeyAt)})
		f.set("Value", t.Value)
		items = append(items, when(g, f.value()))
	}
	if tags.Kind == source.Unknown && len(tags.Alts()) == 0 {
		items = append(items, tags)
	}
	if len(items) == 0 {
		return source.Value{At: at}
	}
	return source.ListOf(at, items...)
}
