variable "target" {}

resource "aws_apigatewayv2_integration" "worker" {
  integration_uri = var.target.function.invoke_arn
}
