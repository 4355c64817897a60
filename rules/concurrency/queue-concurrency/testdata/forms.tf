# Limits behind an alias, of each of several functions, and in a module.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "orders" {
  name = "orders"
}

resource "aws_lambda_function" "worker" {
  function_name                  = "worker"
  reserved_concurrent_executions = 5
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.worker.function_name
  function_version = "1"
}

resource "aws_lambda_event_source_mapping" "worker" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_alias.live.arn

  scaling_config {
    maximum_concurrency = 20 # want "may start 20 copies, but aws_lambda_function.worker has 5"
  }
}

module "clerk" {
  source                         = "terraform-aws-modules/lambda/aws"
  function_name                  = "clerk"
  handler                        = "index.handler"
  runtime                        = "nodejs22.x"
  reserved_concurrent_executions = 5

  event_source_mapping = {
    orders = {
      event_source_arn = aws_sqs_queue.orders.arn
      scaling_config   = { maximum_concurrency = 20 } # want "may start 20 copies, but module.clerk.aws_lambda_function.this.0. has 5"
    }
  }
}
