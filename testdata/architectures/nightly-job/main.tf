# A job by the clock.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_s3_bucket" "exports" {
  bucket_prefix = "exports-"
}

resource "aws_lambda_function" "export" {
  function_name = "export"
  filename      = "export.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.export_role.arn
  timeout       = 300
  memory_size   = 256

  environment {
    variables = {
      BUCKET = aws_s3_bucket.exports.id
    }
  }
}

resource "aws_iam_role" "export_role" {
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

resource "aws_iam_role_policy_attachment" "export_role" {
  role       = aws_iam_role.export_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "export_role" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.exports.arn}/*"]
  }
}

resource "aws_iam_policy" "export_role" {
  policy = data.aws_iam_policy_document.export_role.json
}

resource "aws_iam_role_policy_attachment" "export_role_access" {
  role       = aws_iam_role.export_role.name
  policy_arn = aws_iam_policy.export_role.arn
}

resource "aws_cloudwatch_event_rule" "export_nightly" {
  name                = "export_nightly"
  schedule_expression = "rate(1 day)"
}

resource "aws_cloudwatch_event_target" "export_nightly" {
  rule = aws_cloudwatch_event_rule.export_nightly.name
  arn  = aws_lambda_function.export.arn
}

resource "aws_lambda_permission" "export_nightly" {
  function_name = aws_lambda_function.export.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.export_nightly.arn
}
