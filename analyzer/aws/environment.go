package aws

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// environmentAttrs is what is known of a function's environment variables beside
// their names and values.
var environmentAttrs = []attr{
	{name: "copied_secret_variables", typ: text, source: "AWS Lambda Developer Guide, Securing Lambda environment variables",
		doc: "Names of the variables into which deployment copies a secret: a dynamic reference, a NoEcho parameter, a sensitive variable, a secret's value. Sorted, with a comma between them; absent if there is none."},
}

// configureAttrs is the attributes of the edges that variables make.
var configureAttrs = []attr{
	{name: "variable", typ: text, doc: "Name of the environment variable, or of the substitution of a workflow's definition."},
	literalAttr,
}

// literalAttr is of every edge that a text makes which may spell a name out.
var literalAttr = attr{name: "literal", typ: flag, doc: "Whether the resource is named by its name, ARN or URL written out, not by a reference."}

var (
	functionVariables = prop{"Environment.Variables", "environment.variables"}
	taskContainers    = prop{"ContainerDefinitions", "container_definitions"}
	jobContainer      = prop{"ContainerProperties", "container_properties"}
)

// readEnvironments makes the edges to what the environment variables of functions
// and containers name.
func readEnvironments(b *builder) {
	for _, r := range b.resources {
		switch {
		case r.node == nil:
			continue
		case r.node.Kind == graph.ContainerService:
			b.containers(r, taskContainers)
			b.appRunner(r)
			continue
		case r.node.Kind == graph.Job:
			b.containers(r, jobContainer)
			b.build(r)
			continue
		case r.node.Kind != graph.Function:
			continue
		}
		vars := r.get(r.Properties, functionVariables)
		for g, e := range vars.Fields() {
			if when, ok := b.all(r, g); ok {
				b.variable(r, e.Key, e.Value, when)
			}
		}
		if secrets := b.copiedSecrets(r, vars); secrets.Kind != source.Unset {
			r.node.Attrs["copied_secret_variables"] = secrets
		}
	}
}

// containers reads the variables and secrets of containers (Amazon ECS API
// Reference, ContainerDefinition; AWS Batch API Reference, ContainerProperties).
func (b *builder) containers(r *resource, where prop) {
	field := func(v source.Value, name string) source.Value {
		if x := v.Get(name); x.Kind != source.Unset {
			return x
		}
		return v.Get(strings.ToLower(name[:1]) + name[1:])
	}
	for g, c := range b.opened(r, r.get(r.Properties, where)).Elements() {
		for g2, x := range field(c, "Environment").Elements() {
			if when, ok := b.all(r, g, g2); ok {
				b.variable(r, field(x, "Name").Text, field(x, "Value"), when)
			}
		}
		for g2, x := range field(c, "Secrets").Elements() {
			if when, ok := b.all(r, g, g2); ok {
				b.copied(r, field(x, "Name").Text, field(x, "ValueFrom"), []graph.Kind{graph.Secret, graph.Parameter}, when)
			}
		}
	}
}

// appRunner reads the variables and secrets of a service of AWS App Runner, which
// stand with its image or with its code (AWS App Runner API Reference,
// ImageConfiguration and CodeConfigurationValues).
func (b *builder) appRunner(r *resource) {
	each := func(where prop, read func(name string, v source.Value, when source.Guard)) {
		for g, x := range r.get(r.Properties, where).Elements() {
			when, ok := b.all(r, g)
			for name, v := range dimensionsOf(x) {
				if ok {
					read(name, v, when)
				}
			}
		}
	}
	variable := func(name string, v source.Value, when source.Guard) { b.variable(r, name, v, when) }
	secret := func(name string, v source.Value, when source.Guard) {
		b.copied(r, name, v, []graph.Kind{graph.Secret, graph.Parameter}, when)
	}
	each(prop{"SourceConfiguration.ImageRepository.ImageConfiguration.RuntimeEnvironmentVariables", "source_configuration.image_repository.image_configuration.runtime_environment_variables"}, variable)
	each(prop{"SourceConfiguration.ImageRepository.ImageConfiguration.RuntimeEnvironmentSecrets", "source_configuration.image_repository.image_configuration.runtime_environment_secrets"}, secret)
	each(prop{"SourceConfiguration.CodeRepository.CodeConfiguration.CodeConfigurationValues.RuntimeEnvironmentVariables", "source_configuration.code_repository.code_configuration.code_configuration_values.runtime_environment_variables"}, variable)
	each(prop{"SourceConfiguration.CodeRepository.CodeConfiguration.CodeConfigurationValues.RuntimeEnvironmentSecrets", "source_configuration.code_repository.code_configuration.code_configuration_values.runtime_environment_secrets"}, secret)
}

// build reads the variables of a build; that of a secret may go on with a key
// behind the secret's name (AWS CodeBuild API Reference, EnvironmentVariable).
func (b *builder) build(r *resource) {
	for g, x := range r.get(r.Properties, prop{"Environment.EnvironmentVariables", "environment.environment_variable"}).Elements() {
		when, ok := b.all(r, g)
		if !ok {
			continue
		}
		name, v := r.get(x, prop{"Name", "name"}).Text, r.get(x, prop{"Value", "value"})
		switch r.get(x, prop{"Type", "type"}).Text {
		case "PARAMETER_STORE":
			b.copied(r, name, v, []graph.Kind{graph.Parameter}, when)
		case "SECRETS_MANAGER":
			if v.Kind == source.String && !strings.HasPrefix(v.Text, "arn:") {
				v.Text, _, _ = strings.Cut(v.Text, ":")
			}
			b.copied(r, name, v, []graph.Kind{graph.Secret}, when)
		default:
			b.variable(r, name, v, when)
		}
	}
}

// all is the guard under which a resource is there and others hold too.
func (b *builder) all(r *resource, guards ...source.Guard) (source.Guard, bool) {
	when, ok := b.guard(r.stack, r.If), true
	for _, g := range guards {
		if when, ok = when.And(b.guard(r.stack, g)); !ok {
			return nil, false
		}
	}
	return when, true
}

// variable makes the edges to what one variable names.
func (b *builder) variable(r *resource, name string, v source.Value, when source.Guard) {
	ends := b.seek
	if kind, secret, ok := dynamicReference(v); ok {
		b.copied(r, name, secret, []graph.Kind{kind}, when)
		ends = b.seekTaken
	}
	if v.Kind == source.String && len(v.Refs()) == 0 && !namesSomething(name, v.Text) {
		return
	}
	for _, e := range ends(r, v, graph.Ending(graph.Configures)) {
		if e.literal && slices.Contains(everydayNames, e.node.Kind) {
			continue
		}
		if both, ok := when.And(e.when); ok && e.node != r.node {
			b.configures(r, r.node, e, name, both)
		}
	}
}

// copied makes the edges to the secrets and parameters that deployment or start
// copies into a variable.
func (b *builder) copied(r *resource, name string, v source.Value, kinds []graph.Kind, when source.Guard) {
	inferred := graph.Inferred
	for _, e := range b.resolve(r, v, append(kinds, graph.Resource, graph.External)) {
		if both, ok := when.And(e.when); ok {
			b.connect(r, edge{rel: graph.Reads, basis: &inferred, from: end{node: r.node}, to: e, when: both, at: v.At,
				attrs: map[string]source.Value{"variable": source.StringOf(name, v.At)}})
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

// everydayNames is the kinds whose names are words such as prod or daily: a
// variable that holds such a word does not mean them.
var everydayNames = []graph.Kind{graph.Stage, graph.Rule, graph.Schedule, graph.Role}

// namesSomething reports whether a literal text may be the name of a resource:
// neither a number, a switch nor a word too short to be one, nor what a library
// calls the service in its logs and traces.
func namesSomething(variable, text string) bool {
	return len(text) > 3 && strings.Trim(text, "0123456789.") != "" && !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") &&
		!strings.HasPrefix(variable, "POWERTOOLS_") && !strings.HasPrefix(variable, "OTEL_") && !strings.HasPrefix(variable, "DD_")
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

// copiedSecrets is the names of the variables into which a secret is copied, at the
// place of the first; Unset if there is none.
func (b *builder) copiedSecrets(r *resource, vars source.Value) source.Value {
	var names []string
	var at source.Location
	for _, e := range vars.Fields() {
		if b.holdsSecret(r, e.Value) {
			if names = append(names, e.Key); at.IsZero() {
				at = e.Value.At
			}
		}
	}
	if len(names) == 0 {
		return source.Value{}
	}
	slices.Sort(names)
	return source.StringOf(strings.Join(slices.Compact(names), ", "), at)
}

// holdsSecret reports whether deployment puts a secret where a value stands.
func (b *builder) holdsSecret(r *resource, v source.Value) bool {
	text := v.Pieces()
	secret := func(service string) bool {
		return slices.ContainsFunc(text, func(p source.Part) bool { return strings.Contains(p.Text, "{{resolve:"+service+":") })
	}
	return v.Sensitive || secret("secretsmanager") || secret("ssm-secure") ||
		slices.ContainsFunc(v.AllRefs(), func(ref source.Ref) bool { return b.isSecretValue(r, ref) })
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
