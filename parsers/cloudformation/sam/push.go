package sam

import (
	"slices"

	"github.com/serverlens/serverlens/parsers/source"
)

// permit lets a service call the target of an event. suffix ends the id.
func (e *expander) permit(r *resource, t target, ev event, id, service string, more fields) {
	f := fields{at: ev.at}
	f.text("Action", "lambda:InvokeFunction")
	f.set("FunctionName", t.name(ev.at))
	f.text("Principal", service)
	for _, x := range more.entries {
		f.put(x)
	}
	e.makeIf(r, ev.when, id, permissionMade, f)
}

// from is the SourceArn of a permission.
func from(arn source.Value) fields {
	f := fields{at: arn.At}
	f.set("SourceArn", arn)
	return f
}

// s3Event writes the notification into the bucket, as AWS's translator does.
func (e *expander) s3Event(r *resource, t target, ev event) {
	e.need(ev, "Bucket", "Events")
	perm := fields{at: ev.at}
	perm.set("SourceAccount", e.sub(ev.at, "${AWS::AccountId}"))
	e.permit(r, t, ev, ev.id+"Permission", "s3.amazonaws.com", perm)
	b := e.named(ev.props.Get("Bucket"))
	if b == nil || b.sam || len(b.out) == 0 {
		e.warn(ev.at, "%s: Bucket must be a !Ref to a bucket of the same template", ev.id)
		return
	}
	guard, ok := r.If.And(ev.when)
	if !ok {
		return
	}
	bucket := &b.out[0]
	list := bucket.Properties.Get("NotificationConfiguration", "LambdaConfigurations")
	if list.Kind != source.List && !absent(list) {
		e.warn(list.At, "%s: the notifications of %s cannot be added to", ev.id, bucket.Address)
		return
	}
	for _, kind := range ev.props.Get("Events").Elements() {
		f := fields{at: ev.at}
		f.set("Event", kind)
		f.set("Function", t.arn(ev.at))
		f.take(ev.props, "Filter")
		v := when(guard, f.value())
		if b.notified == nil {
			b.notified = slices.Clone(list.Items)
		}
		if !slices.ContainsFunc(b.notified[:min(len(b.notified), maxCompared)], v.Equal) {
			b.notified = append(b.notified, v)
		}
	}
}

// inject writes into a plain bucket or user pool what the events of functions add.
func (r *resource) inject() {
	if len(r.notified) > 0 {
		at := r.notified[len(r.notified)-1].At
		list := source.ListOf(at, r.notified...)
		r.out[0].Properties = setIn(r.out[0].Properties, at, list, "NotificationConfiguration", "LambdaConfigurations")
	}
	if len(r.triggers.items) > 0 {
		at := r.triggers.items[0].KeyAt
		r.out[0].Properties = setIn(r.out[0].Properties, at, source.MapOf(at, r.triggers.items...), "LambdaConfig")
	}
}

// setIn is v, a Map or nothing, with a value set at a path; at is the place of what
// is new on the way.
func setIn(v source.Value, at source.Location, to source.Value, path ...string) source.Value {
	if len(path) == 0 {
		return to
	}
	if absent(v) {
		v = source.MapOf(at)
	}
	old, ok := v.Entry(path[0])
	if !ok {
		old = source.Entry{Key: path[0], KeyAt: at}
	}
	old.Value = setIn(old.Value, at, to, path[1:]...)
	return with(v, old)
}

// cognitoEvent writes the trigger into the user pool.
func (e *expander) cognitoEvent(r *resource, t target, ev event) {
	e.need(ev, "UserPool", "Trigger")
	pool := e.named(ev.props.Get("UserPool"))
	if pool == nil || len(pool.out) == 0 {
		e.warn(ev.at, "%s: UserPool must be a !Ref to a user pool of the same template", ev.id)
		return
	}
	e.permitOnce(r, t, ev, r.Address+"CognitoPermission", "cognito-idp.amazonaws.com", from(ref(pool.Address, "Arn", ev.at)))
	guard, ok := r.If.And(ev.when)
	config := pool.out[0].Properties.Get("LambdaConfig")
	if !ok || config.Kind != source.Map && !absent(config) {
		return
	}
	if len(pool.triggers.items) == 0 {
		for _, x := range config.Entries {
			pool.triggers.set(x.Key, x.KeyAt, x.Value)
		}
	}
	for _, trigger := range ev.props.Get("Trigger").Elements() {
		if name, ok := trigger.AsString(); ok {
			i := pool.triggers.at(name, trigger.At)
			pool.triggers.items[i].Value = when(guard, t.arn(trigger.At))
		}
	}
}

// permitOnce is permit where several events share the permission.
func (e *expander) permitOnce(r *resource, t target, ev event, id, service string, more fields) {
	if !e.taken[id] {
		e.permit(r, t, ev, id, service, more)
	}
}

// snsEvent subscribes the function, or a queue that it then polls, to a topic.
func (e *expander) snsEvent(r *resource, t target, ev event) {
	e.need(ev, "Topic")
	p, topic := ev.props, ev.props.Get("Topic")
	f := fields{at: ev.at}
	f.rename(p, "Topic", "TopicArn")
	f.take(p, "Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy")
	queued := p.Get("SqsSubscription")
	if yes, isBool := queued.AsBool(); absent(queued) || isBool && !yes {
		f.text("Protocol", "lambda")
		f.set("Endpoint", t.arn(ev.at))
		e.makeIf(r, ev.when, ev.id, "AWS::SNS::Subscription", f)
		e.permit(r, t, ev, ev.id+"Permission", "sns.amazonaws.com", from(topic))
		return
	}
	queue, url, policy := queued.Get("QueueArn"), queued.Get("QueueUrl"), ev.id+"QueuePolicy"
	if queued.Kind == source.Map {
		if name, ok := queued.Get("QueuePolicyLogicalId").AsString(); ok {
			policy = e.Prefix + name
		}
		if absent(queue) || absent(url) {
			e.warn(queued.At, "%s: SqsSubscription needs QueueArn and QueueUrl", ev.id)
		}
	} else {
		id := ev.id + "Queue"
		q := fields{at: queued.At}
		if of := e.named(topic); of != nil {
			q.rename(of.Properties, "FifoTopic", "FifoQueue")
		}
		e.makeIf(r, ev.when, id, "AWS::SQS::Queue", q)
		queue, url = ref(id, "Arn", queued.At), ref(id, "", queued.At)
	}
	e.queuePolicy(r, ev, policy, "sns.amazonaws.com", topic, queue, url)
	f.text("Protocol", "sqs")
	f.set("Endpoint", queue)
	e.makeIf(r, ev.when, ev.id, "AWS::SNS::Subscription", f)
	m := fields{at: ev.at}
	m.set("FunctionName", t.name(ev.at))
	m.set("EventSourceArn", queue)
	if size := queued.Get("BatchSize"); queued.Kind == source.Map && !absent(size) {
		m.set("BatchSize", size)
	} else {
		m.set("BatchSize", source.NumberOf(10, queued.At))
	}
	m.set("Enabled", source.BoolOf(true, queued.At))
	e.makeIf(r, ev.when, ev.id+"EventSourceMapping", "AWS::Lambda::EventSourceMapping", m)
	t.role.manage(e.managedPolicy("AWSLambdaSQSQueueExecutionRole", ev.at))
}

// logsEvent subscribes the function to a log group.
func (e *expander) logsEvent(r *resource, t target, ev event) {
	e.need(ev, "LogGroupName", "FilterPattern")
	f := fields{at: ev.at}
	f.take(ev.props, "LogGroupName", "FilterPattern")
	f.set("DestinationArn", t.arn(ev.at))
	e.makeIf(r, ev.when, ev.id, "AWS::Logs::SubscriptionFilter", f)
	arn := e.sub(ev.at, arnPattern("logs:log-group:{Group}:*"), variable{"Group", ev.props.Get("LogGroupName")})
	e.permit(r, t, ev, ev.id+"Permission", "logs.amazonaws.com", from(arn))
}

// iotEvent makes the rule that calls the function.
func (e *expander) iotEvent(r *resource, t target, ev event) {
	e.need(ev, "Sql")
	payload := fields{at: ev.at}
	payload.take(ev.props, "Sql", "AwsIotSqlVersion")
	payload.set("RuleDisabled", source.BoolOf(false, ev.at))
	payload.set("Actions", source.ListOf(ev.at, nested(t.arn(ev.at), "Lambda", "FunctionArn")))
	f := fields{at: ev.at}
	f.set("TopicRulePayload", payload.value())
	e.makeIf(r, ev.when, ev.id, "AWS::IoT::TopicRule", f)
	perm := from(e.sub(ev.at, arnPattern("iot:rule/{Rule}"), variable{"Rule", ref(ev.id, "", ev.at)}))
	perm.set("SourceAccount", e.sub(ev.at, "${AWS::AccountId}"))
	e.permit(r, t, ev, ev.id+"Permission", "iot.amazonaws.com", perm)
}

// alexaEvent lets Alexa call the function.
func (e *expander) alexaEvent(r *resource, t target, ev event) {
	f := fields{at: ev.at}
	f.rename(ev.props, "SkillId", "EventSourceToken")
	e.permit(r, t, ev, ev.id+"Permission", "alexa-appkit.amazon.com", f)
}

// ruleEvent makes the EventBridge rule of a schedule or a pattern.
func (e *expander) ruleEvent(r *resource, t target, ev event) {
	p := ev.props
	f := fields{at: ev.at}
	if ev.typ == "Schedule" {
		e.need(ev, "Schedule")
		f.rename(p, "Schedule", "ScheduleExpression")
		f.take(p, "Name", "Description")
	} else {
		f.take(p, "EventBusName")
		f.rename(p, "Pattern", "EventPattern")
		f.rename(p, "RuleName", "Name")
	}
	f.take(p, "State")
	if enabled := p.Get("Enabled"); !absent(enabled) {
		f.set("State", enabled.Apply(stateOf))
	}
	goal := fields{at: ev.at}
	goal.set("Arn", t.arn(ev.at))
	if id := p.Get("Target", "Id"); !absent(id) {
		goal.set("Id", id)
	} else {
		goal.text("Id", targetID(r, ev))
	}
	if r.Type == machineType {
		goal.set("RoleArn", e.startRole(r, t, ev, "events.amazonaws.com"))
	}
	goal.take(p, "Input", "InputPath", "InputTransformer", "RetryPolicy")
	dead := e.queueFor(r, ev, ref(ev.id, "Arn", ev.at))
	if !absent(dead) {
		goal.set("DeadLetterConfig", nested(dead, "Arn"))
	}
	f.set("Targets", source.ListOf(ev.at, goal.value()))
	e.makeIf(r, ev.when, ev.id, "AWS::Events::Rule", f)
	if r.Type == functionType {
		e.permit(r, t, ev, ev.id+"Permission", "events.amazonaws.com", from(ref(ev.id, "Arn", ev.at)))
	}
}

// targetID is the name of a rule's target, 64 characters at most.
func targetID(r *resource, ev event) string {
	suffix := "LambdaTarget"
	if r.Type == machineType {
		suffix = "StepFunctionsTarget"
	}
	return ev.id[:min(len(ev.id), 64-len(suffix))] + suffix
}

// stateOf is a rule's State for the Enabled of an event.
func stateOf(enabled source.Value) source.Value {
	if on, ok := enabled.AsBool(); ok && on {
		return source.StringOf("ENABLED", enabled.At)
	} else if ok {
		return source.StringOf("DISABLED", enabled.At)
	}
	return source.Value{Kind: source.Unknown, Text: enabled.Text, At: enabled.At}.WithRefs(enabled.Refs())
}

// startRole is the role with which a service starts a state machine: the one given,
// or one that is made.
func (e *expander) startRole(r *resource, t target, ev event, service string, queue ...source.Value) source.Value {
	if given := ev.props.Get("RoleArn"); !absent(given) {
		return given
	}
	action := "states:StartExecution"
	if r.Type == functionType {
		action = "lambda:InvokeFunction"
	}
	return e.eventRole(r, ev, ev.id+"Role", service, action, t.arn(ev.at), queue...)
}

// schedulerEvent makes the schedule of EventBridge Scheduler.
func (e *expander) schedulerEvent(r *resource, t target, ev event) {
	e.need(ev, "ScheduleExpression")
	p := ev.props
	f := fields{at: ev.at}
	f.take(p, "ScheduleExpression", "State", "Name", "Description", "StartDate", "EndDate",
		"ScheduleExpressionTimezone", "GroupName", "KmsKeyArn", "FlexibleTimeWindow")
	if omit, ok := p.Get("OmitName").AsBool(); absent(p.Get("Name")) && !(ok && omit) {
		f.text("Name", ev.id)
	}
	if absent(p.Get("FlexibleTimeWindow")) {
		f.set("FlexibleTimeWindow", mapOf(ev.at, "Mode", "OFF"))
	}
	dead := e.queueFor(r, ev, source.Value{})
	goal := fields{at: ev.at}
	goal.set("Arn", t.arn(ev.at))
	if absent(dead) {
		goal.set("RoleArn", e.startRole(r, t, ev, "scheduler.amazonaws.com"))
	} else {
		goal.set("RoleArn", e.startRole(r, t, ev, "scheduler.amazonaws.com", dead))
		goal.set("DeadLetterConfig", nested(dead, "Arn"))
	}
	goal.take(p, "Input", "RetryPolicy")
	f.set("Target", goal.value())
	e.makeIf(r, ev.when, ev.id, "AWS::Scheduler::Schedule", f)
}
