package aws

import (
	"cmp"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// integration takes apart what stands behind API Gateway's own ARNs: in their
// account field the service, then "path" or "action", then the rest.
func (a arn) integration() (service, kind, rest string) {
	if a.service != "apigateway" || len(a.resource) == 0 {
		return "", "", ""
	}
	kind, rest, _ = strings.Cut(a.resource[0].Text, "/")
	return a.account, kind, rest
}

// directTargets says of the services that API Gateway calls directly which kinds
// its request names, and in which field.
var directTargets = map[string]struct {
	kinds []graph.Kind
	field string
	sync  bool // the caller gets the result
}{
	"sqs":      {[]graph.Kind{graph.Queue}, "QueueUrl", false},
	"sns":      {[]graph.Kind{graph.Topic}, "TopicArn", false},
	"events":   {[]graph.Kind{graph.Bus}, "EventBusName", false},
	"kinesis":  {[]graph.Kind{graph.Stream}, "StreamName", false},
	"firehose": {[]graph.Kind{graph.DeliveryStream}, "DeliveryStreamName", false},
	"states":   {[]graph.Kind{graph.StateMachine}, "stateMachineArn", false},
	"dynamodb": {[]graph.Kind{graph.Table}, "TableName", true},
	"s3":       {[]graph.Kind{graph.Bucket}, "bucket", true},
}

// serviceTargets is what a direct integration with an AWS service reaches.
func (b *builder) serviceTargets(r *resource, in integration, service, action string) []target {
	d, known := directTargets[service]
	if action == "" {
		action = pathAction(service, in)
	}
	mode := "async"
	if a := services[service].accessOf(action); d.sync || !known || action == "StartSyncExecution" || a.read && !a.write {
		mode = "sync"
	}
	if action != "" {
		action = service + ":" + action
	}
	var out []target
	add := func(e end) {
		if !slices.ContainsFunc(out, func(t target) bool { return t.node == e.node && t.when.Equal(e.when) }) {
			out = append(out, target{end: e, mode: mode, action: action})
		}
	}
	kinds := d.kinds
	if !known {
		kinds = partnersOf(graph.RoutesTo, true)
	}
	for _, v := range in.request {
		for _, e := range b.mentioned(r, v, kinds) {
			add(e)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, v := range in.request {
		if name, ok := requestField(v, d.field); ok && known {
			for _, e := range b.resolve(r, name, kinds) {
				add(e)
			}
			return out
		}
	}
	e := end{node: b.external(service, service), at: cmp.Or(in.uri.At, in.at)}
	switch {
	case service == "events":
		e.node = b.defaultBus()
	case known:
		e.unresolved = e.node.ID // the request itself says which
	}
	add(e)
	return out
}

// pathAction is the action of a path-style integration, by what it sends.
func pathAction(service string, in integration) string {
	if service == "s3" {
		return map[string]string{"GET": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}[strings.ToUpper(in.method.Text)]
	}
	for _, v := range in.request {
		if name, ok := requestField(v, "Action"); ok {
			return name.Text
		}
	}
	return ""
}

// requestField finds the value of a field in the parameters or templates of a
// request: a parameter whose name ends in it, a JSON member or a form field of a
// template; of sqs:path/… and s3:path/… the last and the first element.
func requestField(v source.Value, field string) (source.Value, bool) {
	for _, e := range v.Entries {
		name := e.Key[strings.LastIndexByte(e.Key, '.')+1:]
		if strings.EqualFold(name, field) && !ofRequest(e.Value.Text) {
			x := e.Value
			x.Text = strings.Trim(x.Text, "'")
			return x, true
		}
		if x, ok := requestField(e.Value, field); ok {
			return x, true
		}
	}
	for _, p := range slices.Concat(v.Pieces(), []source.Part{{Text: spell(v.Pieces())}}) { // each piece, then all of it
		if text, ok := fieldInText(p.Text, field); ok {
			return source.StringOf(text, v.At), true
		}
	}
	return source.Value{}, false
}

func fieldInText(s, field string) (string, bool) {
	if path := strings.SplitN(s, ":path/", 2); len(path) == 2 {
		elements := strings.Split(strings.Trim(path[1], "/"), "/")
		switch {
		case field == "QueueUrl" && len(elements) == 2:
			return elements[1], true
		case field == "bucket" && !strings.HasPrefix(elements[0], "{"):
			return elements[0], elements[0] != ""
		}
		return "", false
	}
	for _, form := range []struct{ open, end string }{{`"` + field + `"`, `"`}, {field + "=", "&"}} {
		_, rest, found := strings.Cut(s, form.open)
		if !found {
			continue
		}
		if form.end == `"` {
			if rest = strings.TrimLeft(rest, " \t\r\n:"); !strings.HasPrefix(rest, `"`) {
				continue
			}
			rest = rest[1:]
		}
		value, _, _ := strings.Cut(rest, form.end)
		if value = strings.TrimSpace(value); value != "" && !ofRequest(value) {
			return value, true
		}
	}
	return "", false
}

// ofRequest reports whether a value is taken from the request when it comes: a
// mapping expression or a variable of a template (Amazon API Gateway Developer
// Guide, parameter mapping and mapping template reference).
func ofRequest(value string) bool {
	for _, prefix := range []string{"method.request.", "context.", "stageVariables."} {
		if strings.HasPrefix(value, prefix) {
			return true
		}
	}
	return strings.Contains(strings.ReplaceAll(value, "${AWS::", ""), "$")
}
