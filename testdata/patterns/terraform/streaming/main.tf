resource "aws_kinesis_stream" "clicks" {
  name = "clicks"

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

resource "aws_lambda_function" "count" {
  function_name = "count"
  role          = aws_iam_role.count.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "count" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "count" {
  role = aws_iam_role.count.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"], Resource = aws_dynamodb_table.hot.arn },
    ]
  })
}

resource "aws_lambda_event_source_mapping" "count" {
  event_source_arn  = aws_kinesis_stream.clicks.arn
  function_name     = aws_lambda_function.count.arn
  starting_position = "LATEST"
}

resource "aws_dynamodb_table" "hot" {
  name         = "hot"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_kinesis_firehose_delivery_stream" "delivery" {
  name        = "delivery"
  destination = "extended_s3"

  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.clicks.arn
    role_arn           = aws_iam_role.delivery.arn
  }

  extended_s3_configuration {
    bucket_arn = aws_s3_bucket.archive.arn
    role_arn   = aws_iam_role.delivery.arn
  }
}

resource "aws_s3_bucket" "archive" {}

resource "aws_iam_role" "delivery" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "firehose.amazonaws.com" } }]
  })
}

resource "aws_api_gateway_rest_api" "api" {
  name = "api"
}

resource "aws_api_gateway_resource" "click" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "clicks"
}

resource "aws_api_gateway_method" "click" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = aws_api_gateway_resource.click.id
  http_method   = "POST"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "click" {
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_resource.click.id
  http_method             = aws_api_gateway_method.click.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.collect.invoke_arn
}

resource "aws_lambda_function" "collect" {
  function_name = "collect"
  role          = aws_iam_role.collect.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"

  environment {
    variables = {
      STREAM = aws_kinesis_stream.clicks.name
    }
  }
}

resource "aws_iam_role" "collect" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "collect" {
  role = aws_iam_role.collect.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["kinesis:PutRecord"], Resource = aws_kinesis_stream.clicks.arn },
    ]
  })
}
