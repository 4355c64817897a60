# METADATA
# title: Role of a function allows every action of a service
# description: |
#   Whoever gets hold of the function's credentials may do all that its role allows. An action that ends
#   in a wildcard also allows what AWS adds to the service later.
# related_resources:
#   - description: AWS Lambda Developer Guide, Defining Lambda function permissions with an execution role
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
# custom:
#   practice: security
#   severity: warning
#   fix: Name the actions that the function calls, and the resources that it calls them on.
#   aliases: [WS1003, AWS-0114]
package serverlens.rules.wildcard_action

findings contains {
	"at": [role.id, "wildcard_actions"],
	"path": [a.id],
	"message": sprintf("functions with this role may call %s, whatever that comes to include", [role.wildcard_actions]),
} if {
	some role in input.roles
	count(role.wildcard_actions) > 0
	some a in role.assumed_by
	a.kind == "function"
}
