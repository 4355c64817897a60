# METADATA
# title: Timeout of a function is left at the default
# description: |
#   Three seconds are a guess that nobody made: too short for a call that is slow once, too long for a
#   function that should answer at once. A function that touches nothing else is only noted.
# related_resources:
#   - description: AWS Lambda Developer Guide, Configure Lambda function timeout
#     ref: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
# custom:
#   practice: timeouts
#   severity: [warning, note]
#   fix: Set the timeout to somewhat more than the slowest run that is still useful.
#   aliases: [ES1006]
package serverlens.rules.default_timeout

findings contains {"at": [fn.id, "timeout_s"], "message": message(fn.timeout_s)} if {
	some i, fn in input.functions
	not fn.timeout_written
	waits(i)
}

findings contains {"at": [fn.id, "timeout_s"], "severity": "note", "message": message(fn.timeout_s)} if {
	some fn in input.functions
	not fn.timeout_written
}

message(timeout_s) := sprintf("stops after %v s because nothing says otherwise", [timeout_s])

# waits: a function, by its index, that may call something and has to wait for it.
waits(i) if count(input.functions[i].reads) > 0

waits(i) if count(input.functions[i].writes) > 0

waits(i) if count(input.functions[i].invokes) > 0
