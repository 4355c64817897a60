# A report is split over regions and put together again.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_s3_bucket" "reports" {
  bucket_prefix = "reports-"
}

resource "aws_lambda_function" "split" {
  function_name = "split"
  filename      = "split.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.split_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "split_role" {
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

resource "aws_iam_role_policy_attachment" "split_role" {
  role       = aws_iam_role.split_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "summarise" {
  function_name = "summarise"
  filename      = "summarise.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.summarise_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      BUCKET = aws_s3_bucket.reports.id
    }
  }
}

resource "aws_iam_role" "summarise_role" {
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

resource "aws_iam_role_policy_attachment" "summarise_role" {
  role       = aws_iam_role.summarise_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "summarise_role" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.reports.arn}/parts/*"]
  }
}

resource "aws_iam_policy" "summarise_role" {
  policy = data.aws_iam_policy_document.summarise_role.json
}

resource "aws_iam_role_policy_attachment" "summarise_role_access" {
  role       = aws_iam_role.summarise_role.name
  policy_arn = aws_iam_policy.summarise_role.arn
}

resource "aws_lambda_function" "combine" {
  function_name = "combine"
  filename      = "combine.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.combine_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      BUCKET = aws_s3_bucket.reports.id
    }
  }
}

resource "aws_iam_role" "combine_role" {
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

resource "aws_iam_role_policy_attachment" "combine_role" {
  role       = aws_iam_role.combine_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "combine_role" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.reports.arn}/*"]
  }
}

resource "aws_iam_policy" "combine_role" {
  policy = data.aws_iam_policy_document.combine_role.json
}

resource "aws_iam_role_policy_attachment" "combine_role_access" {
  role       = aws_iam_role.combine_role.name
  policy_arn = aws_iam_policy.combine_role.arn
}

resource "aws_sfn_state_machine" "report" {
  name     = "report"
  role_arn = aws_iam_role.report_role.arn
  definition = jsonencode({
    StartAt = "Split"
    States = {
      Split = {
        Type     = "Task"
        Resource = "arn:aws:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.split.function_name
          "Payload.$"  = "$"
        }
        Retry = [{
          ErrorEquals     = ["Lambda.TooManyRequestsException"]
          IntervalSeconds = 1
          MaxAttempts     = 3
          BackoffRate     = 2
        }]
        Next = "EachRegion"
      }
      EachRegion = {
        Type           = "Map"
        ItemsPath      = "$.regions"
        MaxConcurrency = 10
        ItemProcessor = {
          ProcessorConfig = {
            Mode = "INLINE"
          }
          StartAt = "Summarise"
          States = {
            Summarise = {
              Type     = "Task"
              Resource = "arn:aws:states:::lambda:invoke"
              Parameters = {
                FunctionName = aws_lambda_function.summarise.function_name
                "Payload.$"  = "$"
              }
              Retry = [{
                ErrorEquals     = ["Lambda.TooManyRequestsException"]
                IntervalSeconds = 1
                MaxAttempts     = 3
                BackoffRate     = 2
              }]
              End = true
            }
          }
        }
        Next       = "Combine"
        ResultPath = "$.parts"
      }
      Combine = {
        Type     = "Task"
        Resource = "arn:aws:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.combine.function_name
          "Payload.$"  = "$"
        }
        Retry = [{
          ErrorEquals     = ["Lambda.TooManyRequestsException"]
          IntervalSeconds = 1
          MaxAttempts     = 3
          BackoffRate     = 2
        }]
        End = true
      }
    }
  })
}

resource "aws_iam_role" "report_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "states.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "report_role" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.split.arn]
  }

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.summarise.arn]
  }

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.combine.arn]
  }
}

resource "aws_iam_policy" "report_role" {
  policy = data.aws_iam_policy_document.report_role.json
}

resource "aws_iam_role_policy_attachment" "report_role_access" {
  role       = aws_iam_role.report_role.name
  policy_arn = aws_iam_policy.report_role.arn
}

resource "aws_cloudwatch_event_rule" "report_nightly" {
  name                = "report_nightly"
  schedule_expression = "cron(0 3 * * ? *)"
}

resource "aws_cloudwatch_event_target" "report_nightly" {
  rule     = aws_cloudwatch_event_rule.report_nightly.name
  arn      = aws_sfn_state_machine.report.arn
  role_arn = aws_iam_role.report_nightly_role.arn
}

resource "aws_iam_role" "report_nightly_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "events.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "report_nightly_role" {
  role = aws_iam_role.report_nightly_role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["states:StartExecution"]
      Resource = aws_sfn_state_machine.report.arn
    }]
  })
}
