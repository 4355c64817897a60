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

resource "aws_sqs_queue" "returns" {
  name = "returns"
}

resource "aws_sqs_queue" "mail" {
  name = "mail"
}

resource "aws_lambda_function" "worker" {
  function_name                  = "worker"
  filename                       = "worker.zip"
  handler                        = "index.handler"
  runtime                        = "nodejs22.x"
  role                           = "arn:aws:iam::111122223333:role/worker"
  reserved_concurrent_executions = 10 # want "10 copies are reserved, but queues may start 12"
}

resource "aws_lambda_event_source_mapping" "orders_to_worker" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.worker.arn

  scaling_config {
    maximum_concurrency = 6
  }
}

resource "aws_lambda_event_source_mapping" "returns_to_worker" {
  event_source_arn = aws_sqs_queue.returns.arn
  function_name    = aws_lambda_function.worker.arn

  scaling_config {
    maximum_concurrency = 6
  }
}

resource "aws_lambda_function" "mailer" {
  function_name                  = "mailer"
  filename                       = "mailer.zip"
  handler                        = "index.handler"
  runtime                        = "nodejs22.x"
  role                           = "arn:aws:iam::111122223333:role/mailer"
  reserved_concurrent_executions = 5
}

resource "aws_lambda_event_source_mapping" "mail_to_mailer" {
  event_source_arn = aws_sqs_queue.mail.arn
  function_name    = aws_lambda_function.mailer.arn

  scaling_config {
    maximum_concurrency = 20 # want "may start 20 copies, but aws_lambda_function.mailer has 5"
  }
}
