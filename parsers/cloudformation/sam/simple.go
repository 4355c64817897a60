package sam

import (
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// simpleTable expands AWS::Serverless::SimpleTable.
func (e *expander) simpleTable(r *resource) {
	p := r.props
	key := p.Get("PrimaryKey")
	name, typ := key.Get("Name"), key.Get("Type")
	if absent(name) {
		name = source.StringOf("id", r.At)
	}
	code := map[string]string{"String": "S", "Number": "N", "Binary": "B"}[typ.Text]
	if absent(typ) {
		typ = source.StringOf("S", r.At)
	} else if code != "" {
		typ = source.StringOf(code, typ.At)
	} else if typ.Kind != source.Unknown {
		e.warn(typ.At, "%s: the Type of a PrimaryKey is String, Number or Binary", r.Address)
	}
	attribute, schema := fields{at: name.At}, fields{at: name.At}
	attribute.set("AttributeName", name)
	attribute.set("AttributeType", typ)
	schema.set("AttributeName", name)
	schema.text("KeyType", "HASH")
	f := fields{at: r.At}
	f.take(p, "TableName", "PointInTimeRecoverySpecification", "SSESpecification", "ProvisionedThroughput")
	f.set("AttributeDefinitions", source.ListOf(name.At, attribute.value()))
	f.set("KeySchema", source.ListOf(name.At, schema.value()))
	if absent(p.Get("ProvisionedThroughput")) {
		f.text("BillingMode", "PAY_PER_REQUEST")
	}
	f.set("Tags", tagList(r.At, p.Get("Tags"), ""))
	e.main(r, "AWS::DynamoDB::Table", f)
}

// layerVersion expands AWS::Serverless::LayerVersion, whose id AWS hashes.
func (e *expander) layerVersion(r *resource) {
	p := r.props
	f := fields{at: r.At}
	f.text("LayerName", strings.TrimPrefix(r.Address, e.Prefix))
	f.take(p, "LayerName", "Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo")
	if content := p.Get("ContentUri"); absent(content) {
		e.warn(r.At, "%s needs a ContentUri", r.Address)
	} else {
		f.set("Content", s3Location(content, "S3Bucket", "S3Key", "S3ObjectVersion"))
	}
	e.main(r, "AWS::Lambda::LayerVersion", f)
	r.out[len(r.out)-1].Address += hashed
	e.rename(r.Address, "", r.Address+hashed)
}

// application expands AWS::Serverless::Application: a nested stack, whose template
// is the local one that it names or, from the repository, one that is not there.
func (e *expander) application(r *resource) {
	p := r.props
	f := fields{at: r.At}
	location, ok := p.Entry("Location")
	switch {
	case !ok || absent(location.Value):
		e.warn(r.At, "%s needs a Location", r.Address)
	case location.Value.Kind == source.Map:
		f.put(source.Entry{Key: "TemplateURL", KeyAt: location.KeyAt, Value: repositoryURL(location.Value)})
	default:
		f.put(source.Entry{Key: "TemplateURL", KeyAt: location.KeyAt, Value: location.Value})
	}
	f.take(p, "Parameters", "NotificationARNs", "TimeoutInMinutes")
	f.set("Tags", tagList(r.At, p.Get("Tags"), "lambda:createdBy"))
	e.main(r, "AWS::CloudFormation::Stack", f)
}

// repositoryURL stands for the template of an application of the AWS Serverless
// Application Repository, whose URL only deployment knows.
func repositoryURL(location source.Value) source.Value {
	id := location.Get("ApplicationId")
	return source.Value{Kind: source.Unknown, Text: spell(id), At: location.At}.WithRefs(id.AllRefs())
}

// capacityProvider expands AWS::Serverless::CapacityProvider.
func (e *expander) capacityProvider(r *resource) {
	p := r.props
	f := fields{at: r.At}
	f.take(p, "CapacityProviderName", "VpcConfig", "KmsKeyArn")
	if absent(p.Get("VpcConfig")) {
		e.warn(r.At, "%s needs a VpcConfig", r.Address)
	}
	x := &role{id: r.Address + "OperatorRole", at: r.At, service: "lambda.amazonaws.com"}
	x.manage(e.managedPolicy("AWSLambdaManagedEC2ResourceOperator", r.At))
	permissions := fields{at: r.At}
	own := e.attachRole(r, x, &permissions, "OperatorRole", "CapacityProviderOperatorRoleArn")
	f.set("PermissionsConfig", permissions.value())
	f.set("Tags", tagList(r.At, p.Get("Tags"), "lambda:createdBy"))
	if v := p.Get("InstanceRequirements"); v.Kind == source.Map {
		needs := fields{at: v.At}
		needs.take(v, "Architectures")
		needs.rename(v, "AllowedTypes", "AllowedInstanceTypes")
		needs.rename(v, "ExcludedTypes", "ExcludedInstanceTypes")
		f.set("InstanceRequirements", needs.value())
	}
	if v := p.Get("ScalingConfig"); v.Kind == source.Map {
		scaling := fields{at: v.At}
		scaling.take(v, "MaxVCpuCount")
		scaling.text("ScalingMode", "Auto")
		if use := v.Get("AverageCPUUtilization"); !absent(use) {
			scaling.text("ScalingMode", "Manual")
			policy := mapOf(v.At, "PredefinedMetricType", "LambdaCapacityProviderAverageCPUUtilization")
			policy = with(policy, source.Entry{Key: "TargetValue", KeyAt: use.At, Value: use})
			scaling.set("ScalingPolicies", source.ListOf(v.At, policy))
		}
		f.set("CapacityProviderScalingConfig", scaling.value())
	}
	e.main(r, "AWS::Lambda::CapacityProvider", f)
	if own != nil {
		e.makeRole(r, *own, x)
	}
}
