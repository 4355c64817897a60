package aws

import (
	"slices"

	"github.com/awslabs/goformation/v7/cloudformation/cloudformation"
	"github.com/awslabs/goformation/v7/cloudformation/config"
	"github.com/awslabs/goformation/v7/cloudformation/connect"
	"github.com/awslabs/goformation/v7/cloudformation/glue"
	"github.com/awslabs/goformation/v7/cloudformation/iot"
	"github.com/awslabs/goformation/v7/cloudformation/lex"
	"github.com/awslabs/goformation/v7/cloudformation/ssm"
	"github.com/awslabs/goformation/v7/cloudformation/transfer"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// typeAsWritten is the attributes of the nodes of services that have no kind of
// their own. They are nodes for what they do to others, and only where they do it.
var typeAsWritten = []attr{{name: "type", typ: text, read: func(_ *builder, r *resource, _ source.Value) source.Value {
	return source.StringOf(r.Type, r.At)
}}}

// The kinds that such services lead to.
var (
	functions = []graph.Kind{graph.Function}
	jobs      = []graph.Kind{graph.Job}
	buckets   = []graph.Kind{graph.Bucket}
	topics    = []graph.Kind{graph.Topic}
	streams   = []graph.Kind{graph.Stream, graph.DeliveryStream}
	logGroups = []graph.Kind{graph.LogGroup}
	logStores = []graph.Kind{graph.LogGroup, graph.DeliveryStream, graph.Bucket}
	others    = []graph.Kind{graph.Resource}
)

// callerRows is services without a kind of their own that call functions. Which of
// them wait for the function: AWS Lambda Developer Guide, Invoking Lambda with
// events from other AWS services.
var callerRows = []*row{
	{kind: graph.Resource, cfn: (*config.ConfigRule)(nil), tf: "aws_config_config_rule", name: prop{"ConfigRuleName", "name"}, attrs: typeAsWritten,
		links: []link{{rel: graph.Triggers, findTo: customLambda, mode: "async"}}},
	{kind: graph.Resource, cfn: (*config.OrganizationConfigRule)(nil), tf: "aws_config_organization_custom_rule", attrs: typeAsWritten,
		links: []link{{rel: graph.Triggers, to: prop{"OrganizationCustomRuleMetadata.LambdaFunctionArn", "lambda_function_arn"}, toKinds: functions, mode: "async"}}},
	{kind: graph.Resource, cfn: (*lex.Bot)(nil), attrs: typeAsWritten,
		links: []link{codeHooks("TestBotAliasSettings.BotAliasLocaleSettings")}},
	{cfn: (*lex.BotAlias)(nil), is: prop{"BotId", ""},
		links: []link{codeHooks("BotAliasLocaleSettings")}},
	{kind: graph.Resource, tf: "aws_lex_intent", attrs: typeAsWritten, links: []link{
		{rel: graph.Invokes, to: prop{"", "dialog_code_hook.uri"}, toKinds: functions, mode: "sync"},
		{rel: graph.Invokes, to: prop{"", "fulfillment_activity.code_hook.uri"}, toKinds: functions, mode: "sync"},
	}},
	{kind: graph.Resource, cfn: (*connect.IntegrationAssociation)(nil), attrs: typeAsWritten, links: []link{
		{rel: graph.Invokes, from: prop{"InstanceId", ""}, findTo: connectedFunction, mode: "sync"},
	}},
	{tf: "aws_connect_lambda_function_association", links: []link{
		{rel: graph.Invokes, from: prop{"", "instance_id"}, to: prop{"", "function_arn"}, toKinds: functions, mode: "sync"},
	}},
	{kind: graph.Resource, cfn: (*iot.ProvisioningTemplate)(nil), tf: "aws_iot_provisioning_template", attrs: typeAsWritten,
		links: []link{{rel: graph.Invokes, to: prop{"PreProvisioningHook.TargetArn", "pre_provisioning_hook.target_arn"}, toKinds: functions, mode: "sync"}}},
	{kind: graph.Resource, cfn: (*iot.Authorizer)(nil), tf: "aws_iot_authorizer", attrs: typeAsWritten,
		links: []link{{rel: graph.Invokes, to: prop{"AuthorizerFunctionArn", "authorizer_function_arn"}, toKinds: functions, mode: "sync"}}},
	{kind: graph.Resource, cfn: (*transfer.Workflow)(nil), tf: "aws_transfer_workflow", attrs: typeAsWritten, links: []link{
		// A workflow goes on when the function has told it to (AWS Transfer Family
		// User Guide, Custom file-processing steps).
		{rel: graph.Invokes, each: prop{"Steps", "steps"}, to: prop{"CustomStepDetails.Target", "custom_step_details.target"}, toKinds: functions, mode: "async"},
		{rel: graph.Invokes, each: prop{"OnExceptionSteps", "on_exception_steps"}, to: prop{"CustomStepDetails.Target", "custom_step_details.target"}, toKinds: functions, mode: "async"},
	}},
	{kind: graph.Resource, cfn: (*transfer.Server)(nil), tf: "aws_transfer_server", attrs: typeAsWritten, links: []link{
		{rel: graph.Invokes, to: prop{"IdentityProviderDetails.Function", "function"}, toKinds: functions, mode: "sync"},
		{rel: graph.Invokes, findTo: apiAt(prop{"IdentityProviderDetails.Url", "url"}), mode: "sync"},
	}},
	{kind: graph.Resource, cfn: (*ssm.MaintenanceWindowTask)(nil), tf: "aws_ssm_maintenance_window_task", attrs: typeAsWritten,
		links: []link{{rel: graph.Triggers, findTo: windowTask, mode: "schedule"}}},
	{kind: graph.Resource, cfn: (*glue.Trigger)(nil), tf: "aws_glue_trigger", attrs: typeAsWritten, links: []link{
		{rel: graph.Triggers, each: prop{"Actions", "actions"}, to: prop{"JobName", "job_name"}, toKinds: jobs, attrs: []attr{triggerMode}},
		{rel: graph.Triggers, each: prop{"Actions", "actions"}, to: prop{"CrawlerName", "crawler_name"}, toKinds: jobs, attrs: []attr{triggerMode}},
	}},
	{kind: graph.Resource, cfn: (*cloudformation.Macro)(nil), attrs: typeAsWritten,
		links: []link{{rel: graph.Invokes, to: prop{"FunctionName", ""}, toKinds: functions, mode: "sync"}}},
}

// codeHooks is the link of a bot to the functions of its aliases' locales.
func codeHooks(settings string) link {
	return link{
		rel: graph.Invokes, each: prop{settings, ""}, to: prop{"BotAliasLocaleSetting.CodeHookSpecification.LambdaCodeHook.LambdaArn", ""}, toKinds: functions, mode: "sync",
	}
}

// customLambda is the function of a rule of AWS Config: of a rule that AWS manages
// the identifier is only its name (AWS Config API Reference, Source).
func customLambda(b *builder, r *resource, in source.Value) []end {
	if r.get(in, prop{"Source.Owner", "source.owner"}).Text != "CUSTOM_LAMBDA" {
		return nil
	}
	return b.resolveAs(r, r.get(in, prop{"Source.SourceIdentifier", "source.source_identifier"}), functions)
}

// connectedFunction is the function of an integration of Amazon Connect, which may
// also be with a bot or an application.
func connectedFunction(b *builder, r *resource, in source.Value) []end {
	if r.get(in, prop{"IntegrationType", ""}).Text != "LAMBDA_FUNCTION" {
		return nil
	}
	return b.resolveAs(r, r.get(in, prop{"IntegrationArn", ""}), functions)
}

// windowTask is what a task of a maintenance window runs, where that is no document
// (AWS Systems Manager API Reference, RegisterTaskWithMaintenanceWindow).
func windowTask(b *builder, r *resource, in source.Value) []end {
	if !slices.Contains([]string{"LAMBDA", "STEP_FUNCTIONS"}, r.get(in, prop{"TaskType", "task_type"}).Text) {
		return nil
	}
	return b.resolveAs(r, r.get(in, prop{"TaskArn", "task_arn"}), []graph.Kind{graph.Function, graph.StateMachine})
}

// triggerMode is how a trigger of AWS Glue starts its jobs: by the clock, or when
// other jobs, an event or a person say so.
var triggerMode = attr{name: "mode", typ: text, read: func(_ *builder, r *resource, _ source.Value) source.Value {
	return r.get(r.Properties, prop{"Type", "type"}).Apply(func(v source.Value) source.Value {
		switch {
		case v.Kind == source.Unknown:
			return v
		case v.Text == "SCHEDULED":
			return source.StringOf("schedule", v.At)
		}
		return source.StringOf("async", r.At)
	})
}}
