# METADATA
# title: Memory of a function is left at the default
# description: |
#   With 128 MB a function gets so small a share of a processor that it often runs longer, and costs
#   more, than it would with more memory.
#
#   A function that only serves a custom resource is exempt.
# related_resources:
#   - description: AWS Lambda Developer Guide, Configure Lambda function memory
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
# custom:
#   practice: cost
#   severity: note
#   fix: Measure the function with several sizes and write down the one that pays.
#   aliases: [ES1005]
package serverlens.rules.default_memory

findings contains {
	"at": [fn.id, "memory_mb"],
	"message": sprintf("runs with %v MB because nothing says otherwise", [fn.memory_mb]),
} if {
	some fn in input.functions
	not fn.memory_written
	not fn.runs_at_deployment
}
