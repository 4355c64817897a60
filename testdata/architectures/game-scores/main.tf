# Scores are written one by one; ranks are read from a cache that follows the table.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

data "aws_partition" "current" {}

locals {
  functions = {
    enter = { variables = { SCORES = aws_dynamodb_table.scores.name }, policies = [], route = "POST /scores" }
    rank  = { variables = { RANKS = aws_elasticache_replication_group.ranks.primary_endpoint_address }, policies = ["AWSLambdaDynamoDBExecutionRole"], route = null }
    top   = { variables = { RANKS = aws_elasticache_replication_group.ranks.reader_endpoint_address }, policies = [], route = "GET /top" }
  }
  routed = { for name, f in local.functions : name => f.route if f.route != null }
}

resource "aws_dynamodb_table" "scores" {
  name             = "scores"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "player"
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"

  attribute {
    name = "player"
    type = "S"
  }
}

resource "aws_elasticache_replication_group" "ranks" {
  replication_group_id       = "ranks"
  description                = "ranks of players"
  engine                     = "valkey"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
}

resource "aws_sqs_queue" "misranked" {
  name                      = "misranked"
  message_retention_seconds = 1209600
}

resource "aws_apigatewayv2_api" "game" {
  name          = "game"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_stage" "game" {
  api_id      = aws_apigatewayv2_api.game.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_apigatewayv2_integration" "game" {
  for_each               = local.routed
  api_id                 = aws_apigatewayv2_api.game.id
  integration_type       = "AWS_PROXY"
  integration_uri        = module.function[each.key].function.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "game" {
  for_each  = local.routed
  api_id    = aws_apigatewayv2_api.game.id
  route_key = each.value
  target    = join("/", ["integrations", aws_apigatewayv2_integration.game[each.key].id])
}

resource "aws_lambda_permission" "game" {
  for_each      = local.routed
  action        = "lambda:InvokeFunction"
  function_name = module.function[each.key].function.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.game.execution_arn}/*/${replace(each.value, " /", "/")}"
}

module "function" {
  source    = "./function"
  for_each  = local.functions
  name      = each.key
  variables = each.value.variables
  managed = [
    for p in concat(["AWSLambdaVPCAccessExecutionRole"], each.value.policies) :
    "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/${p}"
  ]
}

resource "aws_iam_role_policy" "scores" {
  role   = module.function["enter"].role
  policy = data.aws_iam_policy_document.scores.json
}

data "aws_iam_policy_document" "scores" {
  statement {
    actions   = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]
    resources = [aws_dynamodb_table.scores.arn, "${aws_dynamodb_table.scores.arn}/index/*"]
  }
}

resource "aws_iam_role_policy" "failed" {
  role = module.function["rank"].role
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.misranked.arn }]
  })
}

resource "aws_lambda_event_source_mapping" "changes" {
  event_source_arn               = aws_dynamodb_table.scores.stream_arn
  function_name                  = module.function["rank"].function.arn
  starting_position              = "LATEST"
  batch_size                     = 50
  maximum_retry_attempts         = 5
  bisect_batch_on_function_error = true
  function_response_types        = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.misranked.arn
    }
  }
}
