package aws

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// environmentAttrs is the attributes that a function's environment variables give
// it. They hold names of variables, never their values.
var environmentAttrs = []attr{
	{name: "variables", typ: text, doc: "Names of the environment variables, sorted, with a comma between them."},
	{name: "secret_variables", typ: text, doc: "Names of the variables that hold what looks like a secret, written out: a known format of keys and tokens, or a name such as DB_PASSWORD and a value that is no word. Sorted, with a comma between them; absent if there is none."},
	{name: "copied_secret_variables", typ: text, doc: "Names of the variables into which deployment copies a secret: a dynamic reference, a NoEcho parameter, a sensitive variable, a secret's value. Sorted, with a comma between them; absent if there is none."},
	{name: "literal_arn_variables", typ: text, doc: "Names of the variables with an ARN or an endpoint of AWS, account or region written out. Sorted, with a comma between them; absent if there is none."},
	{name: "invalid_variables", typ: text, source: "AWS Lambda Developer Guide, Working with Lambda environment variables",
		doc: "Names of the variables that Lambda reserves or does not accept. Sorted, with a comma between them; absent if there is none."},
	{name: "environment_bytes", typ: number, source: "AWS Lambda Developer Guide, Lambda quotas",
		doc: "Bytes of the variables that are known, as JSON; Lambda takes 4,096."},
}

// configureAttrs is the attributes of the edges that variables make.
var configureAttrs = []attr{
	{name: "variable", typ: text, doc: "Name of the environment variable, or of the substitution of a workflow's definition."},
	literalAttr,
}

// literalAttr is of every edge that a text makes which may spell a name out.
var literalAttr = attr{name: "literal", typ: flag, doc: "Whether the resource is named by its name, ARN or URL written out, not by a reference."}

var functionVariables = prop{"Environment.Variables", "environment.variables"}

// readEnvironments makes the edges to what the environment variables of functions
// name, and says what sort of values they hold.
func readEnvironments(b *builder) {
	for _, r := range b.resources {
		if r.node == nil || r.node.Kind != graph.Function {
			continue
		}
		vars := r.get(r.Properties, functionVariables)
		for g, e := range vars.Fields() {
			if when, ok := b.guard(r.stack, r.If).And(b.guard(r.stack, g)); ok {
				b.variable(r, e.Key, e.Value, when)
			}
		}
		b.describeVariables(r, vars)
	}
}

// variable makes the edges to what one variable names.
func (b *builder) variable(r *resource, name string, v source.Value, when source.Guard) {
	if kind, secret, ok := dynamicReference(v); ok {
		for _, e := range b.resolve(r, secret, []graph.Kind{kind, graph.Resource, graph.External}) {
			if both, ok := when.And(e.when); ok {
				inferred := graph.Inferred
				b.connect(r, edge{rel: graph.Reads, basis: &inferred, from: end{node: r.node}, to: e, when: both, at: v.At,
					attrs: map[string]source.Value{"variable": source.StringOf(name, v.At)}})
			}
		}
		return
	}
	if v.Kind == source.String && len(v.Refs) == 0 && !namesSomething(v.Text) {
		return
	}
	for _, e := range b.seek(r, v, graph.Ending(graph.Configures)) {
		if both, ok := when.And(e.when); ok && e.node != r.node {
			b.configures(r, r.node, e, name, both)
		}
	}
}

// configures makes the edge from what is configured to what a variable names.
func (b *builder) configures(r *resource, from *graph.Node, to end, variable string, when source.Guard) {
	inferred := graph.Inferred
	attrs := map[string]source.Value{"literal": source.BoolOf(to.literal, to.at)}
	if variable != "" {
		attrs["variable"] = source.StringOf(variable, to.at)
	}
	b.connect(r, edge{rel: graph.Configures, basis: &inferred, from: end{node: from}, to: to, when: when, at: to.at, attrs: attrs})
}

// namesSomething reports whether a literal text may be the name of a resource:
// neither a number, a switch nor a word too short to be one.
func namesSomething(s string) bool {
	return len(s) > 3 && strings.Trim(s, "0123456789.") != "" && !strings.EqualFold(s, "true") && !strings.EqualFold(s, "false")
}

// dynamicReference takes apart {{resolve:service:reference}}: the secret or
// parameter that it names (AWS CloudFormation User Guide, Dynamic references).
func dynamicReference(v source.Value) (graph.Kind, source.Value, bool) {
	pieces := v.Pieces()
	if len(pieces) == 0 || !strings.HasPrefix(pieces[0].Text, "{{resolve:") {
		return "", v, false
	}
	service, _, _ := strings.Cut(strings.TrimPrefix(pieces[0].Text, "{{resolve:"), ":")
	kind := graph.Parameter
	if service == "secretsmanager" {
		kind = graph.Secret
	}
	name := between(v, "{{resolve:"+service+":", "}}")
	if name.Kind == source.String && !strings.HasPrefix(name.Text, "arn:") {
		name.Text, _, _ = strings.Cut(name.Text, ":")
	}
	return kind, name, true
}

// describeVariables gives a function the attributes of its variables.
func (b *builder) describeVariables(r *resource, vars source.Value) {
	switch vars.Kind {
	case source.Unset, source.Null:
		return
	case source.Map:
	default:
		for _, a := range environmentAttrs {
			r.node.Attrs[a.name] = source.Value{Kind: source.Unknown, Text: vars.Text, Refs: vars.AllRefs(), At: vars.At}
		}
		return
	}
	known := map[string]string{}
	lists := map[string]*variableList{}
	add := func(attr, name string, v source.Value) {
		if lists[attr] == nil {
			lists[attr] = &variableList{at: v.At, guess: true}
		}
		lists[attr].names = append(lists[attr].names, name)
		lists[attr].guess = lists[attr].guess && v.Default
	}
	for _, e := range vars.Entries {
		add("variables", e.Key, vars)
		if reservedVariables[e.Key] || !validVariable(e.Key) {
			add("invalid_variables", e.Key, source.Value{At: e.KeyAt})
		}
		if text, ok := e.Value.AsString(); ok {
			known[e.Key] = text
		}
		for _, v := range e.Value.Cases() {
			if sort := b.valueSort(r, e.Key, v); sort != "" {
				add(sort, e.Key, v)
				break
			}
		}
	}
	for attr, l := range lists {
		slices.Sort(l.names)
		v := source.StringOf(strings.Join(slices.Compact(l.names), ", "), l.at)
		v.Default = l.guess
		r.node.Attrs[attr] = v
	}
	if data, err := json.Marshal(known); err == nil {
		r.node.Attrs["environment_bytes"] = source.NumberOf(float64(len(data)), vars.At)
	}
}

type variableList struct {
	names []string
	at    source.Location // of the first
	guess bool            // all rest on defaults of parameters
}

// valueSort is the attribute that lists a variable for the sort of its value, ""
// for none.
func (b *builder) valueSort(r *resource, name string, v source.Value) string {
	pieces := v.Pieces()
	if len(pieces) > 0 && strings.HasPrefix(pieces[0].Text, "{{resolve:") {
		if strings.HasPrefix(pieces[0].Text, "{{resolve:ssm:") {
			return ""
		}
		return "copied_secret_variables"
	}
	if v.Sensitive {
		return "copied_secret_variables"
	}
	for _, ref := range v.AllRefs() {
		if b.isSecretValue(r, ref) {
			return "copied_secret_variables"
		}
	}
	text, ok := v.AsString()
	switch {
	case !ok || len(v.Refs) > 0 || len(b.names[text]) > 0:
		return ""
	case looksSecret(name, text):
		return "secret_variables"
	case isLiteralARN(text):
		return "literal_arn_variables"
	}
	return ""
}

// secretValues lists the attributes that are a secret itself, by resource type.
var secretValues = map[string]string{
	"aws_secretsmanager_secret_version": "secret_string secret_binary", "data.aws_secretsmanager_secret_version": "secret_string secret_binary",
	"random_password": "result bcrypt_hash", "AWS::Cognito::UserPoolClient": "ClientSecret", "aws_cognito_user_pool_client": "client_secret",
	"aws_iam_access_key": "secret", "AWS::IAM::AccessKey": "SecretAccessKey", "aws_db_instance": "password", "aws_rds_cluster": "master_password",
}

func (b *builder) isSecretValue(r *resource, ref source.Ref) bool {
	of := b.byAddress[r.stack][ref.Address]
	if of == nil {
		return false
	}
	if of.Type == "aws_ssm_parameter" || of.Type == "data.aws_ssm_parameter" {
		return ref.Attribute == "value" && of.Properties.Get("type").Text == "SecureString"
	}
	return ref.Attribute != "" && slices.Contains(strings.Fields(secretValues[of.Type]), ref.Attribute)
}

// isLiteralARN reports whether a text is an ARN with an account or region in it, or
// an endpoint of AWS with a region.
func isLiteralARN(s string) bool {
	if fields := strings.SplitN(s, ":", 6); len(fields) == 6 && fields[0] == "arn" {
		return (fields[3] != "" || fields[4] != "") && fields[4] != "aws"
	}
	host, ok := strings.CutPrefix(s, "https://")
	if !ok {
		host = s
	}
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, ":")
	if !strings.HasSuffix(host, ".amazonaws.com") {
		return false
	}
	return slices.ContainsFunc(strings.Split(host, "."), isRegion)
}

// isRegion reports whether a word is built like the code of an AWS Region.
func isRegion(s string) bool {
	words := strings.Split(s, "-")
	if len(words) < 3 || len(words) > 4 || len(words[0]) != 2 {
		return false
	}
	last := words[len(words)-1]
	return len(last) == 1 && '1' <= last[0] && last[0] <= '9'
}

// reservedVariables lists the variables that Lambda sets itself (AWS Lambda
// Developer Guide, Working with Lambda environment variables).
var reservedVariables = map[string]bool{
	"_HANDLER": true, "_X_AMZN_TRACE_ID": true, "AWS_DEFAULT_REGION": true, "AWS_REGION": true, "AWS_EXECUTION_ENV": true,
	"AWS_LAMBDA_FUNCTION_NAME": true, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": true, "AWS_LAMBDA_FUNCTION_VERSION": true,
	"AWS_LAMBDA_INITIALIZATION_TYPE": true, "AWS_LAMBDA_LOG_GROUP_NAME": true, "AWS_LAMBDA_LOG_STREAM_NAME": true,
	"AWS_ACCESS_KEY": true, "AWS_ACCESS_KEY_ID": true, "AWS_SECRET_ACCESS_KEY": true, "AWS_SESSION_TOKEN": true,
	"AWS_LAMBDA_RUNTIME_API": true, "LAMBDA_TASK_ROOT": true, "LAMBDA_RUNTIME_DIR": true, "AWS_LAMBDA_MAX_CONCURRENCY": true,
	"AWS_LAMBDA_METADATA_API": true, "AWS_LAMBDA_METADATA_TOKEN": true,
}

// validVariable reports whether a name is a letter and at least one letter, digit
// or underscore more.
func validVariable(name string) bool {
	for i, c := range []byte(name) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return len(name) > 1
}
