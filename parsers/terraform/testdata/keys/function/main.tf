variable "name" {}
variable "handler" {}

resource "aws_lambda_function" "this" {
  function_name = var.name
  handler       = var.handler
}

output "arn" { value = aws_lambda_function.this.arn }
output "role" { value = "role-of-${var.name}" }
