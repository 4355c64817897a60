package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/appconfig"
	"github.com/awslabs/goformation/v7/cloudformation/efs"
	"github.com/awslabs/goformation/v7/cloudformation/secretsmanager"
	"github.com/awslabs/goformation/v7/cloudformation/ssm"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var secretRows = []*row{
	{
		kind: graph.Secret, cfn: (*secretsmanager.Secret)(nil), tf: "aws_secretsmanager_secret",
		name:  prop{"Name", "name"},
		attrs: []attr{{name: "rotated", typ: flag, def: false, doc: "Whether it is rotated."}},
	},
	{
		cfn: (*secretsmanager.RotationSchedule)(nil), tf: "aws_secretsmanager_secret_rotation", of: prop{"SecretId", "secret_id"},
		attrs: []attr{{name: "rotated", typ: flag, def: true, doc: "Whether it is rotated."}},
		links: []link{{
			rel: graph.Triggers, from: prop{"SecretId", "secret_id"}, to: prop{"RotationLambdaARN", "rotation_lambda_arn"}, mode: "schedule",
		}},
	},
	{cfn: (*secretsmanager.SecretTargetAttachment)(nil), is: prop{"SecretId", ""}},
	{tf: "aws_secretsmanager_secret_version", is: prop{"", "secret_id"}},
	{cfn: (*secretsmanager.ResourcePolicy)(nil), tf: "aws_secretsmanager_secret_policy",
		make: policyOf(graph.Secret, prop{"SecretId", "secret_arn"}, prop{"ResourcePolicy", "policy"})},
	{
		kind: graph.Parameter, cfn: (*ssm.Parameter)(nil), tf: "aws_ssm_parameter",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "secure", typ: flag, read: func(_ *builder, r *resource, in source.Value) source.Value {
				return equals("SecureString")(r.get(in, prop{"Type", "type"}), r.At)
			}, doc: "Whether it is encrypted."},
		},
	},
	{kind: graph.Parameter, cfn: (*appconfig.Application)(nil), tf: "aws_appconfig_application", name: prop{"Name", "name"}},
	{cfn: (*appconfig.Environment)(nil), tf: "aws_appconfig_environment", is: prop{"ApplicationId", "application_id"}},
	{cfn: (*appconfig.ConfigurationProfile)(nil), tf: "aws_appconfig_configuration_profile", is: prop{"ApplicationId", "application_id"}},
	{cfn: (*appconfig.HostedConfigurationVersion)(nil), tf: "aws_appconfig_hosted_configuration_version", is: prop{"ApplicationId", "application_id"}},
	{cfn: (*efs.AccessPoint)(nil), tf: "aws_efs_access_point", is: prop{"FileSystemId", "file_system_id"}},
	{cfn: (*efs.MountTarget)(nil), tf: "aws_efs_mount_target", is: prop{"FileSystemId", "file_system_id"}},
}
