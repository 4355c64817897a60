terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 60 # want "hidden for 60 s; AWS advises 180 s, 6 times the 30 s that aws_lambda_function.worker may run"
}

resource "aws_sqs_queue" "mail" { # want "hidden for 30 s; AWS advises 38 s, "
  name = "mail"
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  filename      = "worker.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/worker"
  timeout       = 30
}

resource "aws_lambda_function" "mailer" {
  function_name = "mailer"
  filename      = "mailer.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/mailer"
}

resource "aws_lambda_event_source_mapping" "orders_to_worker" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.worker.arn
}

resource "aws_lambda_event_source_mapping" "mail_to_mailer" {
  event_source_arn                   = aws_sqs_queue.mail.arn
  function_name                      = aws_lambda_function.mailer.arn
  maximum_batching_window_in_seconds = 20
}
