resource "aws_s3_bucket" "uploads" {}

resource "aws_s3_bucket_notification" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  lambda_function {
    lambda_function_arn = aws_lambda_function.check.arn
    events              = ["s3:ObjectCreated:*"]
  }
}

resource "aws_lambda_function" "check" {
  function_name = "check"
  role          = aws_iam_role.check.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "check" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
