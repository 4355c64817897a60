package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/cognito"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var cognitoRows = []*row{
	{
		kind: graph.UserPool, cfn: (*cognito.UserPool)(nil), tf: "aws_cognito_user_pool",
		name: prop{"UserPoolName", "name"},
		attrs: []attr{
			{name: "mfa", typ: text, enum: []string{"OFF", "ON", "OPTIONAL"}, at: prop{"MfaConfiguration", "mfa_configuration"}, def: "OFF",
				source: "Amazon Cognito User Pools API Reference, CreateUserPool", doc: "Whether a second factor is asked for."},
		},
		links: poolTriggers(),
	},
	{cfn: (*cognito.UserPoolClient)(nil), tf: "aws_cognito_user_pool_client", is: prop{"UserPoolId", "user_pool_id"}},
	{cfn: (*cognito.UserPoolDomain)(nil), tf: "aws_cognito_user_pool_domain", is: prop{"UserPoolId", "user_pool_id"}},
	{cfn: (*cognito.UserPoolResourceServer)(nil), tf: "aws_cognito_resource_server", is: prop{"UserPoolId", "user_pool_id"}},
}

// poolTriggers is a link for each Lambda trigger of a user pool. Cognito waits for
// all but the senders, which take a message over (Amazon Cognito Developer Guide,
// Customizing user pool workflows with Lambda triggers).
func poolTriggers() []link {
	var out []link
	for _, t := range []struct{ name, tf, mode string }{
		{"CreateAuthChallenge", "create_auth_challenge", "sync"},
		{"CustomMessage", "custom_message", "sync"},
		{"DefineAuthChallenge", "define_auth_challenge", "sync"},
		{"PostAuthentication", "post_authentication", "sync"},
		{"PostConfirmation", "post_confirmation", "sync"},
		{"PreAuthentication", "pre_authentication", "sync"},
		{"PreSignUp", "pre_sign_up", "sync"},
		{"PreTokenGeneration", "pre_token_generation", "sync"},
		{"PreTokenGenerationConfig", "pre_token_generation_config", "sync"},
		{"UserMigration", "user_migration", "sync"},
		{"VerifyAuthChallengeResponse", "verify_auth_challenge_response", "sync"},
		{"CustomEmailSender", "custom_email_sender", "async"},
		{"CustomSMSSender", "custom_sms_sender", "async"},
	} {
		at := prop{"LambdaConfig." + t.name, "lambda_config." + t.tf}
		if t.mode == "async" || t.name == "PreTokenGenerationConfig" {
			at = prop{at.cfn + ".LambdaArn", at.tf + ".lambda_arn"}
		}
		out = append(out, link{rel: graph.Triggers, to: at, mode: t.mode, attrs: []attr{
			{name: "trigger", typ: text, always: t.name, doc: "Name of a user pool's trigger."},
		}})
	}
	return out
}
