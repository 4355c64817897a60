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

resource "aws_sns_topic_subscription" "hook" { # want "within an hour are lost"
  topic_arn = aws_sns_topic.topic.arn
  protocol  = "https"
  endpoint  = "https://example.com/hook"
}

resource "aws_sns_topic_subscription" "to_worker" { # want "cannot deliver here are lost"
  topic_arn = aws_sns_topic.topic.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.worker.arn
}
