# A mapping to an alias, to each of several functions, and what modules make.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

variable "timeout" {
  default = 120
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 60 # want "aws_lambda_function.worker may run for 120 s" "step..a.. may run for 61 s" "step..b.. may run for 61 s"
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  timeout       = var.timeout
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.worker.function_name
  function_version = "1"
}

resource "aws_lambda_event_source_mapping" "worker" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_alias.live.arn
}

resource "aws_lambda_function" "step" {
  for_each      = toset(["a", "b"])
  function_name = "step-${each.key}"
  timeout       = 61
}

resource "aws_lambda_event_source_mapping" "step" {
  for_each         = aws_lambda_function.step
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = each.value.arn
}

module "returns" { # want "hidden for 30 s, but module.clerk.aws_lambda_function.this.0. may run for 90 s"
  source = "terraform-aws-modules/sqs/aws"
  name   = "returns"
}

module "clerk" {
  source        = "terraform-aws-modules/lambda/aws"
  function_name = "clerk"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  timeout       = 90

  event_source_mapping = {
    returns = {
      event_source_arn = module.returns.queue_arn
    }
  }
}
