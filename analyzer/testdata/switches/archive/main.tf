variable "stream" {
  type = string
}

resource "aws_lambda_function" "store" {
  function_name = "store"
  role          = aws_iam_role.store.arn
  runtime       = "python3.7"
  handler       = "app.handler"
  filename      = "src.zip"

  environment {
    variables = {
      BUCKET = aws_s3_bucket.archive.bucket
    }
  }
}

resource "aws_lambda_event_source_mapping" "store" {
  event_source_arn  = var.stream
  function_name     = aws_lambda_function.store.arn
  starting_position = "LATEST"
}

resource "aws_iam_role" "store" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "store" {
  role = aws_iam_role.store.id
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.archive.arn}/*" }]
  })
}

resource "aws_s3_bucket" "archive" {}
