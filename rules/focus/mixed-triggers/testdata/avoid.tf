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

resource "aws_lambda_function" "worker" { # want "serves a queue and an API"
  function_name = "worker"
  filename      = "worker.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/worker"
}

resource "aws_lambda_event_source_mapping" "orders_to_worker" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.worker.arn
}

resource "aws_apigatewayv2_api" "api" {
  name          = "orders"
  protocol_type = "HTTP"
  target        = aws_lambda_function.worker.arn
}
