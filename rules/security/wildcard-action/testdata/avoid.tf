terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_iam_role" "role" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "all" {
  statement {
    actions   = ["s3:*"] # want "may call s3:[*],"
    resources = ["${aws_s3_bucket.bucket.arn}/*"]
  }
}

resource "aws_iam_role_policy" "all" {
  role   = aws_iam_role.role.name
  policy = data.aws_iam_policy_document.all.json
}

resource "aws_s3_bucket" "bucket" {
  bucket_prefix = "orders"
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  filename      = "worker.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = aws_iam_role.role.arn
}
