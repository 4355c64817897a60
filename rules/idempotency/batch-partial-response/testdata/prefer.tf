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

resource "aws_sqs_queue" "single" {
  name = "single"
}

resource "aws_kinesis_stream" "clicks" {
  name        = "clicks"
  shard_count = 1
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  filename      = "worker.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/worker"
}

resource "aws_lambda_event_source_mapping" "orders_to_worker" {
  event_source_arn        = aws_sqs_queue.orders.arn
  function_name           = aws_lambda_function.worker.arn
  function_response_types = ["ReportBatchItemFailures"]
}

resource "aws_lambda_event_source_mapping" "single_to_worker" {
  event_source_arn = aws_sqs_queue.single.arn
  function_name    = aws_lambda_function.worker.arn
  batch_size       = 1
}

resource "aws_lambda_event_source_mapping" "clicks_to_worker" {
  event_source_arn               = aws_kinesis_stream.clicks.arn
  function_name                  = aws_lambda_function.worker.arn
  starting_position              = "LATEST"
  bisect_batch_on_function_error = true
}
