# An upload is resized, described in a table and announced.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}

resource "aws_s3_bucket" "thumbnails" {
  bucket_prefix = "thumbnails-"
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

resource "aws_sns_topic" "published" {
  name = "published"
}

resource "aws_sqs_queue" "failed" {
  name                      = "failed"
  message_retention_seconds = 1209600
}

resource "aws_lambda_function" "resize" {
  function_name = "resize"
  filename      = "resize.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.resize_role.arn
  timeout       = 60
  memory_size   = 1024

  environment {
    variables = {
      THUMBNAILS = aws_s3_bucket.thumbnails.id
      TABLE      = aws_dynamodb_table.images.name
      TOPIC      = aws_sns_topic.published.arn
    }
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.failed.arn
  }
}

resource "aws_iam_role" "resize_role" {
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

resource "aws_iam_role_policy_attachment" "resize_role" {
  role       = aws_iam_role.resize_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "resize_role" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.uploads.arn}/*"]
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.thumbnails.arn}/*"]
  }

  statement {
    actions   = ["dynamodb:PutItem"]
    resources = [aws_dynamodb_table.images.arn]
  }

  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.published.arn]
  }

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.failed.arn]
  }
}

resource "aws_iam_policy" "resize_role" {
  policy = data.aws_iam_policy_document.resize_role.json
}

resource "aws_iam_role_policy_attachment" "resize_role_access" {
  role       = aws_iam_role.resize_role.name
  policy_arn = aws_iam_policy.resize_role.arn
}

resource "aws_lambda_permission" "resize_upload" {
  function_name  = aws_lambda_function.resize.function_name
  action         = "lambda:InvokeFunction"
  principal      = "s3.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket_notification" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  lambda_function {
    lambda_function_arn = aws_lambda_function.resize.arn
    events              = ["s3:ObjectCreated:*"]
    filter_suffix       = ".jpg"
  }

  depends_on = [aws_lambda_permission.resize_upload]
}

resource "aws_sqs_queue" "search_queue_dead" {
  name                      = "search_queue_dead"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "search_queue" {
  name                       = "search_queue"
  visibility_timeout_seconds = 180
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.search_queue_dead.arn
    maxReceiveCount     = 3
  })
}

resource "aws_sns_topic_subscription" "to_search" {
  topic_arn            = aws_sns_topic.published.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.search_queue.arn
  raw_message_delivery = true
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.search_queue_dead.arn })
}

resource "aws_sqs_queue_policy" "to_search_policy" {
  queue_url = aws_sqs_queue.search_queue.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "sns.amazonaws.com"
      }
      Action   = "sqs:SendMessage"
      Resource = aws_sqs_queue.search_queue.arn
      Condition = {
        ArnEquals = {
          "aws:SourceArn" = aws_sns_topic.published.arn
        }
      }
    }]
  })
}

resource "aws_lambda_function" "index" {
  function_name = "index"
  filename      = "index.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.index_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "index_role" {
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

resource "aws_iam_role_policy_attachment" "index_role" {
  for_each   = toset(["service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaSQSQueueExecutionRole"])
  role       = aws_iam_role.index_role.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_lambda_event_source_mapping" "index_from_queue" {
  event_source_arn        = aws_sqs_queue.search_queue.arn
  function_name           = aws_lambda_function.index.arn
  function_response_types = ["ReportBatchItemFailures"]
}

resource "aws_lambda_function" "notify" {
  function_name = "notify"
  filename      = "notify.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.notify_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "notify_role" {
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

resource "aws_iam_role_policy_attachment" "notify_role" {
  role       = aws_iam_role.notify_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_permission" "notify_image" {
  function_name = aws_lambda_function.notify.function_name
  action        = "lambda:InvokeFunction"
  principal     = "sns.amazonaws.com"
  source_arn    = aws_sns_topic.published.arn
}

resource "aws_sns_topic_subscription" "notify_image" {
  topic_arn = aws_sns_topic.published.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.notify.arn
  filter_policy = jsonencode({
    kind = ["public"]
  })
}
