# METADATA
# title: Secret is written into an environment variable
# description: |
#   A secret in a template is in the repository, in every copy of the template that a deployment
#   keeps, and on the console's page of the function for whoever may read it.
#
#   The formats of well-known keys count wherever they stand; other text counts under a name that
#   says secret, where it looks random. References, names and ARNs of secrets are fine.
# related_resources:
#   - description: AWS Lambda Developer Guide, Securing Lambda environment variables
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
# custom:
#   practice: configuration
#   severity: error
#   certainty: heuristic
#   fix: Revoke it, keep the new one in Secrets Manager or a SecureString parameter, and give the function only its name.
#   aliases: [CKV_AWS_45]
package serverlens.rules.secret_in_environment

import data.serverlens.lib.secrets

findings contains {
	"at": [variable.id, "value"],
	"message": sprintf("%s holds %s", [variable.name, what]),
} if {
	some fn in input.functions
	some variable in fn.environment
	variable.literal
	what := secrets.found(variable.name, variable.value)
}
