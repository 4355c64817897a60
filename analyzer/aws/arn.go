package aws

import (
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// arn is an Amazon Resource Name as far as it is known: arn:partition:service:
// region:account:resource (AWS General Reference, Amazon Resource Names). A field
// that holds something unknown keeps its place.
type arn struct {
	service  string
	account  string        // as far as it is literal; of API Gateway's own ARNs the service behind an integration
	resource []source.Part // the last field, pieces as written
}

// parseARN reads a text that starts as an ARN.
func parseARN(pieces []source.Part) (arn, bool) {
	if len(pieces) == 0 || !strings.HasPrefix(pieces[0].Text, "arn:") {
		return arn{}, false
	}
	var a arn
	field := 0
	var service, account strings.Builder
	for i, p := range pieces {
		if p.Text == "" { // a reference or something unknown stays within its field
			if field >= 5 {
				a.resource = append(a.resource, pieces[i])
			}
			continue
		}
		rest := p.Text
		for field < 5 {
			head, tail, more := cutField(rest)
			switch field {
			case 2:
				service.WriteString(head)
			case 4:
				account.WriteString(head)
			}
			if !more {
				rest = ""
				break
			}
			field++
			rest = tail
		}
		if field >= 5 && rest != "" {
			p.Start += len(p.Text) - len(rest)
			p.Text = rest
			a.resource = append(a.resource, p)
		}
	}
	a.service, a.account = service.String(), account.String()
	return a, field >= 2
}

// cutField cuts a text behind the next field of an ARN. A ${AWS::Region} that
// nothing substituted stays whole.
func cutField(s string) (field, rest string, more bool) {
	depth := 0
	for i, c := range s {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ':' && depth <= 0:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// name is the name of the resource, as nameOf spells it, behind its type: "orders"
// of "table/orders/index/*" and of "function:orders:live". The name of a rule or
// schedule stands behind its bus or group: "rule/shop/paid", "schedule/default/x";
// that of a parameter with a path begins with a slash, which its ARN lacks.
func (a arn) name() (string, bool) {
	switch a.service {
	case "events", "scheduler":
		return nameOf(lastSegment(a.resource))
	case "ssm":
		name, ok := a.namePart()
		if strings.Contains(name, "/") {
			name = "/" + name
		}
		return name, ok
	}
	return a.namePart()
}

// lastSegment is what stands behind the last slash of a text.
func lastSegment(parts []source.Part) []source.Part {
	for i := len(parts) - 1; i >= 0; i-- {
		p := parts[i]
		if at := strings.LastIndexByte(p.Text, '/'); at >= 0 {
			p.Text = p.Text[at+1:]
			rest := parts[i+1:]
			if p.Text == "" {
				return rest
			}
			return append([]source.Part{p}, rest...)
		}
	}
	return parts
}

// namePart is the name that follows the type, up to what qualifies it.
func (a arn) namePart() (string, bool) {
	stop := ":/"
	if pathNames[a.service] {
		stop = ":"
	}
	typed := typedResource[a.service]
	var parts []source.Part
	for _, p := range a.resource {
		if typed && p.Text != "" {
			if i := strings.IndexAny(p.Text, ":/"); i >= 0 {
				p.Text = p.Text[i+1:]
				typed = false
			}
			if p.Text == "" {
				continue
			}
		}
		i := strings.IndexAny(p.Text, stop)
		if i >= 0 {
			p.Text = p.Text[:i]
		}
		if p.Text != "" || p.Ref != nil || p.Expr != "" {
			parts = append(parts, p)
		}
		if i >= 0 {
			break
		}
	}
	return nameOf(parts)
}

// nameOf spells a physical name so that equal ones are spelled alike: literal
// text, ${…} around what only deployment knows. It is not ok where there is
// nothing to tell names by, or where it stands for several.
func nameOf(parts []source.Part) (string, bool) {
	var s strings.Builder
	for _, p := range parts {
		switch {
		case p.Text != "":
			s.WriteString(p.Text)
		case p.Ref == nil && p.Expr == "":
			return "", false
		default:
			s.WriteString(spell([]source.Part{p}))
		}
	}
	return s.String(), s.Len() > 0 && !strings.ContainsAny(s.String(), "*?")
}

// pathNames lists the services whose names hold slashes.
var pathNames = map[string]bool{"logs": true, "ssm": true}

// typedResource lists the services whose ARNs put a type before the name.
var typedResource = map[string]bool{
	"lambda": true, "dynamodb": true, "kinesis": true, "firehose": true, "events": true, "states": true,
	"secretsmanager": true, "ssm": true, "rds": true, "es": true, "aoss": true, "elasticloadbalancing": true,
	"ecs": true, "kafka": true, "scheduler": true, "pipes": true, "logs": true, "iam": true, "cognito-idp": true,
	"elasticache": true, "appsync": true, "redshift": true, "mq": true, "cloudwatch": true,
}

// allows reports whether a node can be what the ARN names, by its service.
func (a arn) allows(n *graph.Node) bool {
	services, ok := servicesOf[n.Kind]
	if !ok || a.service == "" {
		return true
	}
	return strings.Contains(" "+services+" ", " "+a.service+" ")
}

// servicesOf lists the ARN services under which a kind is named, apart by a
// blank; API Gateway's own ARNs carry the service behind an integration.
var servicesOf = map[graph.Kind]string{
	graph.Function: "lambda apigateway", graph.Queue: "sqs apigateway", graph.Topic: "sns apigateway",
	graph.Table: "dynamodb apigateway", graph.Bucket: "s3 apigateway", graph.StateMachine: "states apigateway",
	graph.Stream: "kinesis apigateway", graph.DeliveryStream: "firehose apigateway", graph.Bus: "events apigateway",
	graph.API: "execute-api apigateway appsync", graph.Secret: "secretsmanager", graph.Parameter: "ssm",
	graph.UserPool: "cognito-idp", graph.LogGroup: "logs", graph.Role: "iam", graph.Rule: "events",
}
