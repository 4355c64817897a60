variable "name" { type = string }
variable "path" { type = string }
variable "api" {}
variable "authorizer" { type = string }

variable "memory" {
  type    = number
  default = 256
}

locals {
  routes = {
    list   = { method = "GET", resource = aws_api_gateway_resource.all.id, path = var.path }
    create = { method = "POST", resource = aws_api_gateway_resource.all.id, path = var.path }
    read   = { method = "GET", resource = aws_api_gateway_resource.one.id, path = "${var.path}/*" }
  }
}

resource "aws_dynamodb_table" "this" {
  name         = "${var.name}_table"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  filename      = "${path.module}/${var.name}.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.this.arn
  timeout       = 10
  memory_size   = var.memory

  tracing_config {
    mode = "Active"
  }

  environment {
    variables = { TABLE = aws_dynamodb_table.this.id }
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name_prefix        = var.name
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy" "managed" {
  for_each = toset(["service-role/AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess"])
  arn      = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_iam_role_policy_attachment" "managed" {
  for_each   = data.aws_iam_policy.managed
  role       = aws_iam_role.this.name
  policy_arn = each.value.arn
}

resource "aws_iam_role_policy" "table" {
  role = aws_iam_role.this.id
  policy = templatefile("${path.module}/access.json", {
    table   = aws_dynamodb_table.this.arn
    actions = [for verb in ["Get", "Put", "Update"] : "dynamodb:${verb}Item"]
  })
}

resource "aws_api_gateway_resource" "all" {
  rest_api_id = var.api.id
  parent_id   = var.api.root_resource_id
  path_part   = var.path
}

resource "aws_api_gateway_resource" "one" {
  rest_api_id = var.api.id
  parent_id   = aws_api_gateway_resource.all.id
  path_part   = "{id}"
}

resource "aws_api_gateway_method" "this" {
  for_each      = local.routes
  rest_api_id   = var.api.id
  resource_id   = each.value.resource
  http_method   = each.value.method
  authorization = "COGNITO_USER_POOLS"
  authorizer_id = var.authorizer
}

resource "aws_api_gateway_integration" "this" {
  for_each                = aws_api_gateway_method.this
  rest_api_id             = each.value.rest_api_id
  resource_id             = each.value.resource_id
  http_method             = each.value.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.this.invoke_arn
}

resource "aws_lambda_permission" "api" {
  for_each      = local.routes
  function_name = aws_lambda_function.this.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${var.api.execution_arn}/*/${each.value.method}/${each.value.path}"
}

output "routes" {
  value = { for name, i in aws_api_gateway_integration.this : name => i.id }
}
