terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "orders" { # want "comes back until it expires"
  name = "orders"
}

resource "aws_lambda_function" "worker" {
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
