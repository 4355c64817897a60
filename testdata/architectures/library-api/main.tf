# A library's HTTP API: readers sign in, books are looked up, loans are made.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

locals {
  read = ["GetItem", "Scan", "Query", "BatchGetItem", "DescribeTable"]
  crud = concat(local.read, ["DeleteItem", "PutItem", "UpdateItem", "BatchWriteItem", "ConditionCheckItem"])

  functions = {
    books = {
      tables = { BOOKS = aws_dynamodb_table.books }
      access = [{ table = aws_dynamodb_table.books.arn, actions = local.read }]
      routes = { "GET /books" = false, "GET /books/{isbn}" = false }
    }
    loans = {
      tables = { BOOKS = aws_dynamodb_table.books, LOANS = aws_dynamodb_table.loans }
      access = [
        { table = aws_dynamodb_table.books.arn, actions = local.read },
        { table = aws_dynamodb_table.loans.arn, actions = local.crud },
      ]
      routes = { "POST /loans" = true, "GET /loans" = true }
    }
  }

  routes = merge([
    for name, f in local.functions : { for key, signed_in in f.routes : key => { function = name, signed_in = signed_in } }
  ]...)
}

data "aws_region" "current" {}

resource "aws_apigatewayv2_api" "library" {
  name          = "library"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.library.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_burst_limit = 100
    throttling_rate_limit  = 50
  }
}

resource "aws_cognito_user_pool" "readers" {
  name                = "readers"
  username_attributes = ["email"]
}

resource "aws_cognito_user_pool_client" "readers" {
  name         = "library"
  user_pool_id = aws_cognito_user_pool.readers.id
}

resource "aws_apigatewayv2_authorizer" "readers" {
  api_id           = aws_apigatewayv2_api.library.id
  name             = "readers"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = "https://${aws_cognito_user_pool.readers.endpoint}"
    audience = [aws_cognito_user_pool_client.readers.id]
  }
}

resource "aws_dynamodb_table" "books" {
  name         = "books"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "isbn"

  attribute {
    name = "isbn"
    type = "S"
  }
}

resource "aws_dynamodb_table" "loans" {
  name         = "loans"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "reader"
  range_key    = "isbn"

  dynamic "attribute" {
    for_each = toset(["reader", "isbn"])
    content {
      name = attribute.key
      type = "S"
    }
  }

  ttl {
    attribute_name = "due"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }
}

module "function" {
  source   = "./function"
  for_each = local.functions

  name      = each.key
  variables = { for key, table in each.value.tables : key => table.name }
  access    = each.value.access
}

resource "aws_apigatewayv2_integration" "this" {
  for_each               = module.function
  api_id                 = aws_apigatewayv2_api.library.id
  integration_type       = "AWS_PROXY"
  integration_uri        = each.value.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "this" {
  for_each           = local.routes
  api_id             = aws_apigatewayv2_api.library.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.this[each.value.function].id}"
  authorization_type = each.value.signed_in ? "JWT" : "NONE"
  authorizer_id      = each.value.signed_in ? aws_apigatewayv2_authorizer.readers.id : null
}

resource "aws_lambda_permission" "api" {
  for_each      = module.function
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = each.value.name
  source_arn    = "${aws_apigatewayv2_api.library.execution_arn}/*/*"
}
