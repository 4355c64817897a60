# A schedule reminds; what fails, and how it is watched, is written down.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "failures" {
  name                      = "failures"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "missed" {
  name                      = "missed"
  message_retention_seconds = 1209600
}

resource "aws_sns_topic" "oncall" {
  name = "oncall"
}

resource "aws_sns_topic" "sent" {
  name = "sent"
}

resource "aws_lambda_function" "remind" {
  function_name = "remind"
  filename      = "remind.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.remind_role.arn
  timeout       = 10
  memory_size   = 256

  tracing_config {
    mode = "Active"
  }

  environment {
    variables = {
      TOPIC = aws_sns_topic.sent.arn
    }
  }
}

resource "aws_iam_role" "remind_role" {
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

resource "aws_iam_role_policy_attachment" "remind_role" {
  for_each   = toset(["service-role/AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess"])
  role       = aws_iam_role.remind_role.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

data "aws_iam_policy_document" "remind_role" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.sent.arn]
  }

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.failures.arn]
  }
}

resource "aws_iam_policy" "remind_role" {
  policy = data.aws_iam_policy_document.remind_role.json
}

resource "aws_iam_role_policy_attachment" "remind_role_access" {
  role       = aws_iam_role.remind_role.name
  policy_arn = aws_iam_policy.remind_role.arn
}

resource "aws_lambda_function_event_invoke_config" "remind_async" {
  function_name          = aws_lambda_function.remind.function_name
  maximum_retry_attempts = 1

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }

    on_success {
      destination = aws_sns_topic.sent.arn
    }
  }
}

resource "aws_cloudwatch_log_group" "remind_log" {
  name              = "/aws/lambda/${aws_lambda_function.remind.function_name}"
  retention_in_days = 30
}

resource "aws_iam_role" "clock_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "scheduler.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "clock_role" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.remind.arn]
  }

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.missed.arn]
  }
}

resource "aws_iam_policy" "clock_role" {
  policy = data.aws_iam_policy_document.clock_role.json
}

resource "aws_iam_role_policy_attachment" "clock_role_access" {
  role       = aws_iam_role.clock_role.name
  policy_arn = aws_iam_policy.clock_role.arn
}

resource "aws_scheduler_schedule" "clock" {
  name                = "clock"
  schedule_expression = "rate(1 hour)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.remind.arn
    role_arn = aws_iam_role.clock_role.arn

    dead_letter_config {
      arn = aws_sqs_queue.missed.arn
    }

    retry_policy {
      maximum_retry_attempts       = 3
      maximum_event_age_in_seconds = 600
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "remind_errors" {
  alarm_name          = "remind_errors"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  alarm_actions       = [aws_sns_topic.oncall.arn]

  dimensions = {
    FunctionName = aws_lambda_function.remind.function_name
  }
}

resource "aws_cloudwatch_metric_alarm" "failures_old" {
  alarm_name          = "failures_old"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 3600
  comparison_operator = "GreaterThanThreshold"
  alarm_actions       = [aws_sns_topic.oncall.arn]

  dimensions = {
    QueueName = aws_sqs_queue.failures.name
  }
}
