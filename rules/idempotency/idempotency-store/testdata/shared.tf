terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_sns_topic" "orders" {
  name = "orders"
}

resource "aws_dynamodb_table" "table" {
  name         = "table"
  hash_key     = "orderId"
  billing_mode = "PAY_PER_REQUEST"

  attribute {
    name = "orderId"
    type = "S"
  }
}

resource "aws_iam_role" "shared" {
  name = "shared"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "write" {
  role = aws_iam_role.shared.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "dynamodb:PutItem"
      Resource = aws_dynamodb_table.table.arn
    }]
  })
}

resource "aws_lambda_function" "keeper" { # want "an event that aws_sns_topic.orders delivers twice is written to aws_dynamodb_table.table"
  function_name = "keeper"
  filename      = "keeper.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = aws_iam_role.shared.arn

  environment {
    variables = {
      TABLE = aws_dynamodb_table.table.name
    }
  }
}

resource "aws_lambda_function" "teller" {
  function_name = "teller"
  filename      = "teller.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = aws_iam_role.shared.arn
}

resource "aws_sns_topic_subscription" "to" {
  for_each  = { keeper = aws_lambda_function.keeper.arn, teller = aws_lambda_function.teller.arn }
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "lambda"
  endpoint  = each.value
}
