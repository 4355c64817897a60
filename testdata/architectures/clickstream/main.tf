# Clicks are counted at once, and kept.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_kinesis_stream" "clicks" {
  name        = "clicks"
  shard_count = 2
}

resource "aws_dynamodb_table" "counts" {
  name         = "counts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "page"

  attribute {
    name = "page"
    type = "S"
  }
}

resource "aws_s3_bucket" "archive" {
  bucket_prefix = "archive-"
}

resource "aws_sqs_queue" "lost" {
  name                      = "lost"
  message_retention_seconds = 1209600
}

resource "aws_lambda_function" "count" {
  function_name = "count"
  filename      = "count.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.count_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.counts.name
    }
  }
}

resource "aws_iam_role" "count_role" {
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

resource "aws_iam_role_policy_attachment" "count_role" {
  for_each   = toset(["service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaKinesisExecutionRole"])
  role       = aws_iam_role.count_role.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

data "aws_iam_policy_document" "count_role" {
  statement {
    actions   = ["dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.counts.arn]
  }

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.lost.arn]
  }
}

resource "aws_iam_policy" "count_role" {
  policy = data.aws_iam_policy_document.count_role.json
}

resource "aws_iam_role_policy_attachment" "count_role_access" {
  role       = aws_iam_role.count_role.name
  policy_arn = aws_iam_policy.count_role.arn
}

resource "aws_lambda_event_source_mapping" "count_clicks" {
  event_source_arn                   = aws_kinesis_stream.clicks.arn
  function_name                      = aws_lambda_function.count.arn
  starting_position                  = "LATEST"
  batch_size                         = 500
  maximum_batching_window_in_seconds = 5
  function_response_types            = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.lost.arn
    }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "delivery" {
  name        = "delivery"
  destination = "extended_s3"

  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.clicks.arn
    role_arn           = aws_iam_role.delivery_role.arn
  }

  extended_s3_configuration {
    bucket_arn = aws_s3_bucket.archive.arn
    role_arn   = aws_iam_role.delivery_role.arn
  }
}

resource "aws_iam_role" "delivery_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "firehose.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "delivery_role" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.archive.arn}/*"]
  }

  statement {
    actions   = ["kinesis:DescribeStream", "kinesis:GetShardIterator", "kinesis:GetRecords"]
    resources = [aws_kinesis_stream.clicks.arn]
  }
}

resource "aws_iam_policy" "delivery_role" {
  policy = data.aws_iam_policy_document.delivery_role.json
}

resource "aws_iam_role_policy_attachment" "delivery_role_access" {
  role       = aws_iam_role.delivery_role.name
  policy_arn = aws_iam_policy.delivery_role.arn
}

resource "aws_apigatewayv2_api" "collect" {
  name          = "collect"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_stage" "collect" {
  api_id      = aws_apigatewayv2_api.collect.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_lambda_function" "receive" {
  function_name = "receive"
  filename      = "receive.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.receive_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      STREAM = aws_kinesis_stream.clicks.name
    }
  }
}

resource "aws_iam_role" "receive_role" {
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

resource "aws_iam_role_policy_attachment" "receive_role" {
  role       = aws_iam_role.receive_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "receive_role" {
  statement {
    actions   = ["kinesis:PutRecord"]
    resources = [aws_kinesis_stream.clicks.arn]
  }
}

resource "aws_iam_policy" "receive_role" {
  policy = data.aws_iam_policy_document.receive_role.json
}

resource "aws_iam_role_policy_attachment" "receive_role_access" {
  role       = aws_iam_role.receive_role.name
  policy_arn = aws_iam_policy.receive_role.arn
}

resource "aws_apigatewayv2_integration" "receive_post" {
  api_id                 = aws_apigatewayv2_api.collect.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.receive.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "receive_post" {
  api_id    = aws_apigatewayv2_api.collect.id
  route_key = "POST /clicks"
  target    = "integrations/${aws_apigatewayv2_integration.receive_post.id}"
}

resource "aws_lambda_permission" "receive_post" {
  function_name = aws_lambda_function.receive.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.collect.execution_arn}/*/POST/clicks"
}
