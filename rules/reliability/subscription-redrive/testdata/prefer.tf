terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_sns_topic" "topic" {
  name = "orders"
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  filename      = "worker.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/worker"
}

resource "aws_sqs_queue" "undelivered" {
  name = "undelivered"
}

resource "aws_sns_topic_subscription" "to_worker" {
  topic_arn      = aws_sns_topic.topic.arn
  protocol       = "lambda"
  endpoint       = aws_lambda_function.worker.arn
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.undelivered.arn })
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.topic.arn
  protocol  = "email"
  endpoint  = "orders@example.com"
}
