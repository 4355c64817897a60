# A function watches a stream and keeps nothing.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_kinesis_stream" "readings" {
  name        = "readings"
  shard_count = 1
}

resource "aws_lambda_function" "watch" {
  function_name = "watch"
  filename      = "watch.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.watch_role.arn
  timeout       = 10
  memory_size   = 256

  tracing_config {
    mode = "Active"
  }
}

resource "aws_iam_role" "watch_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "watch_role" {
  for_each   = toset(["service-role/AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "service-role/AWSLambdaKinesisExecutionRole"])
  role       = aws_iam_role.watch_role.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_lambda_event_source_mapping" "watch_readings" {
  event_source_arn  = aws_kinesis_stream.readings.arn
  function_name     = aws_lambda_function.watch.arn
  starting_position = "LATEST"
}

resource "aws_sns_topic" "alarms" {
  name = "alarms"
}

resource "aws_lambda_function" "page" {
  function_name = "page"
  filename      = "page.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.page_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TOPIC = aws_sns_topic.alarms.arn
    }
  }
}

resource "aws_iam_role" "page_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "page_role" {
  for_each   = toset(["service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaKinesisExecutionRole"])
  role       = aws_iam_role.page_role.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

data "aws_iam_policy_document" "page_role" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]
  }
}

resource "aws_iam_policy" "page_role" {
  policy = data.aws_iam_policy_document.page_role.json
}

resource "aws_iam_role_policy_attachment" "page_role_access" {
  role       = aws_iam_role.page_role.name
  policy_arn = aws_iam_policy.page_role.arn
}

resource "aws_lambda_event_source_mapping" "page_readings" {
  event_source_arn  = aws_kinesis_stream.readings.arn
  function_name     = aws_lambda_function.page.arn
  starting_position = "LATEST"
  batch_size        = 10
}
