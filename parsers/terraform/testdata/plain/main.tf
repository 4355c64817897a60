terraform {
  required_providers {
    aws = { source = "example.com/hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { team = "orders" }
  }
}

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  prefix = "shop"
  queue  = aws_sqs_queue.orders
}

resource "aws_sqs_queue" "dead" {
  name = "${local.prefix}-dead"
}

resource "aws_sqs_queue" "orders" {
  name                       = "${local.prefix}-orders"
  visibility_timeout_seconds = 6 * 30
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 5
  })
  tags = { tier = "one" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = aws_iam_role.worker.arn
  environment {
    variables = {
      QUEUE_URL = local.queue.url
      QUEUE     = local.queue.name
      PATH_ARN  = "arn:aws:sqs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:${aws_sqs_queue.dead.name}"
      SECRET    = sensitive("hush")
      HASH      = sha256(aws_sqs_queue.dead.arn)
    }
  }
  depends_on = [aws_iam_role_policy.worker]
}

resource "aws_lambda_event_source_mapping" "worker" {
  event_source_arn = local.queue.arn
  function_name    = aws_lambda_function.worker.function_name
  batch_size       = 10
  enabled          = aws_sqs_queue.orders.name != ""
  unset            = null
}

resource "aws_iam_role" "worker" {
  assume_role_policy = <<-POLICY
    {
      "Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"}}]
    }
  POLICY
}

resource "aws_iam_role_policy" "worker" {
  role   = aws_iam_role.worker.id
  policy = <<POLICY
{
  "Statement": [{
    "Effect": "Allow",
    "Action": ["sqs:ReceiveMessage"],
    "Resource": "${aws_sqs_queue.orders.arn}"
  }]
}
POLICY
}

output "queue" {
  value = local.queue.arn
}
