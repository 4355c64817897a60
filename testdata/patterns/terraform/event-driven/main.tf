resource "aws_s3_bucket" "uploads" {}

resource "aws_s3_bucket_notification" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  lambda_function {
    lambda_function_arn = aws_lambda_function.resize.arn
    events              = ["s3:ObjectCreated:*"]
  }
}

resource "aws_sns_topic" "ready" {}

resource "aws_lambda_function" "resize" {
  function_name = "resize"
  role          = aws_iam_role.resize.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"

  environment {
    variables = {
      TABLE = aws_dynamodb_table.images.name
      TOPIC = aws_sns_topic.ready.arn
    }
  }
}

resource "aws_iam_role" "resize" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "resize" {
  role = aws_iam_role.resize.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"], Resource = aws_dynamodb_table.images.arn },
      { Effect = "Allow", Action = ["sns:Publish"], Resource = aws_sns_topic.ready.arn },
    ]
  })
}

resource "aws_dynamodb_table" "images" {
  name         = "images"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_function" "index" {
  function_name = "index"
  role          = aws_iam_role.index.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "index" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "index" {
  role = aws_iam_role.index.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"], Resource = aws_dynamodb_table.images.arn },
    ]
  })
}

resource "aws_sns_topic_subscription" "index" {
  topic_arn = aws_sns_topic.ready.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.index.arn
}
