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
  filename                       = "worker.zip"
  handler                        = "index.handler"
  runtime                        = "nodejs22.x"
  role                           = "arn:aws:iam::111122223333:role/worker"
  reserved_concurrent_executions = 10
}

resource "aws_lambda_event_source_mapping" "orders_to_worker" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.worker.arn

  scaling_config {
    maximum_concurrency = 10
  }
}

resource "aws_lambda_function" "free" {
  function_name                  = "free"
  filename                       = "free.zip"
  handler                        = "index.handler"
  runtime                        = "nodejs22.x"
  role                           = "arn:aws:iam::111122223333:role/free"
  reserved_concurrent_executions = -1
}

resource "aws_lambda_event_source_mapping" "orders_to_free" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.free.arn
}

resource "aws_lambda_function" "off" {
  function_name                  = "off"
  filename                       = "off.zip"
  handler                        = "index.handler"
  runtime                        = "nodejs22.x"
  role                           = "arn:aws:iam::111122223333:role/off"
  reserved_concurrent_executions = 0
}

resource "aws_lambda_event_source_mapping" "orders_to_off" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.off.arn
}
