package sam

import (
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// alias makes the version and the alias of a function with AutoPublishAlias; from
// then on the alias is the target of all events. It returns the alias's name.
func (e *expander) alias(r *resource, t *target) source.Value {
	name := r.props.Get("AutoPublishAlias")
	if absent(name) {
		if v := r.props.Get("ProvisionedConcurrencyConfig"); !absent(v) {
			e.warn(v.At, "%s: ProvisionedConcurrencyConfig needs AutoPublishAlias", r.Address)
		}
		e.deployment(r, "")
		return name
	}
	version := r.Address + "Version" + hashed
	f := fields{at: name.At}
	f.set("FunctionName", ref(r.Address, "", name.At))
	f.rename(r.props, "VersionDescription", "Description")
	f.take(r.props, "FunctionScalingConfig")
	e.make(r, version, "AWS::Lambda::Version", f)
	e.rename(r.Address, "Version", version)

	id := r.Address + "Alias" + strings.NewReplacer("-", "D", "_", "U").Replace(spell(name))
	f = fields{at: name.At}
	f.set("Name", name)
	f.set("FunctionName", ref(r.Address, "", name.At))
	f.set("FunctionVersion", ref(version, "Version", name.At))
	f.take(r.props, "ProvisionedConcurrencyConfig")
	e.make(r, id, "AWS::Lambda::Alias", f)
	e.rename(r.Address, "Alias", id)

	t.arn = func(at source.Location) source.Value { return ref(id, "", at) }
	t.name = t.arn
	e.deployment(r, id)
	return name
}

// functionURL makes the URL of a function and, where it is public, the permissions
// to call it.
func (e *expander) functionURL(r *resource, t target) {
	entry, ok := r.props.Entry("FunctionUrlConfig")
	if !ok || absent(entry.Value) {
		return
	}
	for g, c := range entry.Value.Cases() {
		if absent(c) {
			continue
		}
		auth := c.Get("AuthType")
		if absent(auth) {
			e.warn(entry.KeyAt, "%s: FunctionUrlConfig needs an AuthType", r.Address)
		}
		f := fields{at: entry.KeyAt}
		f.take(c, "AuthType", "Cors", "InvokeMode")
		f.set("TargetFunctionArn", t.name(entry.KeyAt))
		e.makeIf(r, g, r.Address+"Url", "AWS::Lambda::Url", f)
		if !written(auth) || auth.Text != "NONE" {
			return
		}
		f = fields{at: entry.KeyAt}
		f.text("Action", "lambda:InvokeFunctionUrl")
		f.set("FunctionName", t.name(entry.KeyAt))
		f.text("Principal", "*")
		f.set("FunctionUrlAuthType", auth)
		e.makeIf(r, g, r.Address+"UrlPublicPermissions", permissionMade, f)
		f = fields{at: entry.KeyAt}
		f.text("Action", "lambda:InvokeFunction")
		f.set("FunctionName", t.name(entry.KeyAt))
		f.text("Principal", "*")
		f.set("InvokedViaFunctionUrl", source.BoolOf(true, entry.KeyAt))
		e.makeIf(r, g, r.Address+"URLInvokeAllowPublicAccess", permissionMade, f)
		return
	}
}

// destinations is what SAM makes where a destination of a type is not given, what
// it lets the function do there, and whether the type is one.
var destinations = map[string]struct{ suffix, typ, property, action string }{
	"SQS":         {"Queue", "AWS::SQS::Queue", "DestinationQueue", "sqs:SendMessage"},
	"SNS":         {"Topic", "AWS::SNS::Topic", "DestinationTopic", "sns:Publish"},
	"EventBridge": {action: "events:PutEvents"},
	"Lambda":      {action: "lambda:InvokeFunction"},
	"S3Bucket":    {action: "s3:PutObject"},
}

// invokeConfig makes the configuration of asynchronous invocations, and the queues
// and topics that it does not name.
func (e *expander) invokeConfig(r *resource, t target, alias source.Value) {
	entry, ok := r.props.Entry("EventInvokeConfig")
	if !ok || absent(entry.Value) {
		return
	}
	config := entry.Value
	id := r.Address + "EventInvokeConfig"
	f := fields{at: entry.KeyAt}
	f.set("FunctionName", ref(r.Address, "", entry.KeyAt))
	if absent(alias) {
		f.text("Qualifier", "$LATEST")
	} else {
		f.set("Qualifier", alias)
	}
	f.take(config, "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
	to := fields{at: config.At}
	for _, on := range []string{"OnSuccess", "OnFailure"} {
		if d, ok := config.Get("DestinationConfig").Entry(on); ok && !absent(d.Value) {
			v := e.destination(r, t, id+on, d)
			to.put(source.Entry{Key: on, KeyAt: d.KeyAt, Value: nested(v, "Destination")})
		}
	}
	if len(to.entries) > 0 {
		f.set("DestinationConfig", to.value())
	}
	e.make(r, id, "AWS::Lambda::EventInvokeConfig", f)
}

// destination is where OnSuccess or OnFailure leads, made where it is not given.
func (e *expander) destination(r *resource, t target, id string, d source.Entry) source.Value {
	typ := d.Value.Get("Type")
	kind, known := destinations[typ.Text]
	if !known && typ.Kind != source.Unknown {
		e.warn(d.Value.At, "%s: the Type of a destination is SQS, SNS, EventBridge, Lambda or S3Bucket", r.Address)
	}
	made := id + kind.suffix
	given := d.Value.Get("Destination")
	value := given.Apply(func(c source.Value) source.Value {
		switch {
		case !absent(c):
			return c
		case kind.suffix == "":
			return c
		case kind.typ == "AWS::SNS::Topic":
			return ref(made, "", d.KeyAt)
		}
		return ref(made, "Arn", d.KeyAt)
	})
	if kind.suffix != "" {
		for g, c := range given.Cases() {
			if absent(c) {
				e.makeIf(r, g, made, kind.typ, fields{at: d.KeyAt})
				e.rename(r.Address, kind.property, made)
				break
			}
		}
	}
	if !absent(value) && known {
		e.sendAccess(t.role, id, kind.action, value)
	}
	return value
}

// policySuffix ends the name of the policy that allows an action.
var policySuffix = map[string]string{
	"sqs:SendMessage": "SQSPolicy", "sns:Publish": "SNSPolicy", "events:PutEvents": "EventBridgePolicy",
	"lambda:InvokeFunction": "LambdaPolicy", "states:StartExecution": "StartExecutionPolicy",
}

// sendAccess lets a role send to a destination; to a bucket that takes two actions.
func (e *expander) sendAccess(x *role, id, action string, to source.Value) {
	if action != "s3:PutObject" {
		x.allow(id+policySuffix[action], action, to)
		return
	}
	x.policy(id+"S3Policy", nil, document(to.At,
		allow(to.At, action, e.sub(to.At, "${Bucket}/*", variable{"Bucket", to})),
		allow(to.At, "s3:ListBucket", to)))
}

// queueFor makes the dead-letter queue of an event that asks for one by its type,
// and is the ARN of the queue, given or made; absent where there is none. A sender is
// let into the queue that is made.
func (e *expander) queueFor(r *resource, ev event, sender source.Value) source.Value {
	entry, ok := ev.props.Entry("DeadLetterConfig")
	if !ok || absent(entry.Value) {
		return source.Value{At: ev.at}
	}
	config := entry.Value
	if arn := config.Get("Arn"); !absent(arn) {
		return arn
	}
	if config.Get("Type").Text != "SQS" {
		if config.Kind != source.Unknown {
			e.warn(entry.KeyAt, "DeadLetterConfig needs an Arn or the Type SQS")
		}
		return source.Value{At: ev.at}
	}
	id := ev.id + "Queue"
	if name, ok := config.Get("QueueLogicalId").AsString(); ok {
		id = e.Prefix + name
	}
	e.makeIf(r, ev.when, id, "AWS::SQS::Queue", fields{at: entry.KeyAt})
	if !absent(sender) {
		e.queuePolicy(r, ev, ev.id+"QueuePolicy", "events.amazonaws.com", sender, ref(id, "Arn", entry.KeyAt), ref(id, "", entry.KeyAt))
	}
	return ref(id, "Arn", entry.KeyAt)
}

// queuePolicy lets a service send to a queue on behalf of a source.
func (e *expander) queuePolicy(r *resource, ev event, id, service string, from, queue, url source.Value) {
	s := allow(ev.at, "sqs:SendMessage", queue)
	who := mapOf(ev.at, "Service", service)
	if service == "sns.amazonaws.com" {
		who = source.StringOf("*", ev.at)
	}
	s = with(s, source.Entry{Key: "Principal", KeyAt: ev.at, Value: who})
	s = with(s, source.Entry{Key: "Condition", KeyAt: ev.at, Value: nested(from, "ArnEquals", "aws:SourceArn")})
	f := fields{at: ev.at}
	f.set("Queues", source.ListOf(ev.at, url))
	f.set("PolicyDocument", document(ev.at, s))
	e.makeIf(r, ev.when, id, "AWS::SQS::QueuePolicy", f)
}
