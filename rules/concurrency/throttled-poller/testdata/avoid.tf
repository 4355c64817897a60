terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "orders" {
  name = "orders"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 3
  })
}

resource "aws_sqs_queue" "dead" {
  name = "dead"
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
  timeout                        = 30
  reserved_concurrent_executions = 2
}

resource "aws_lambda_event_source_mapping" "orders_to_worker" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.worker.arn # want "throttled 3 times moves away untried"
}

resource "aws_lambda_function" "mailer" {
  function_name                  = "mailer"
  filename                       = "mailer.zip"
  handler                        = "index.handler"
  runtime                        = "nodejs22.x"
  role                           = "arn:aws:iam::111122223333:role/mailer"
  reserved_concurrent_executions = 20
}

resource "aws_lambda_event_source_mapping" "mail_to_mailer" {
  event_source_arn = aws_sqs_queue.mail.arn
  function_name    = aws_lambda_function.mailer.arn # want "but this queue starts up to 1250"
}
