# Receipts that are uploaded are scanned; who needs the result gets it from a topic.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

data "aws_caller_identity" "current" {}

locals {
  bucket = "receipts-${data.aws_caller_identity.current.account_id}"
  functions = {
    scan  = { concurrency = 20, managed = [] }
    book  = { concurrency = -1, managed = [] }
    judge = { concurrency = -1, managed = ["AWSLambdaSQSQueueExecutionRole"] }
  }
  managed = { for pair in flatten([
    for name, f in local.functions : [for m in concat(["AWSLambdaBasicExecutionRole"], f.managed) : { function = name, policy = m }]
  ]) : "${pair.function}-${pair.policy}" => pair }
  policies = {
    scan = templatefile("${path.module}/policies/scan.json.tftpl", {
      bucket     = "arn:aws:s3:::${local.bucket}"
      totals     = aws_dynamodb_table.totals.arn
      scanned    = aws_sns_topic.scanned.arn
      unreadable = aws_sqs_queue.unreadable.arn
      write      = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLDelete", "PartiQLInsert", "PartiQLUpdate"]
    })
    judge = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = formatlist("dynamodb:%s", ["PutItem", "UpdateItem", "BatchWriteItem"])
        Resource = formatlist("%s%s", aws_dynamodb_table.totals.arn, ["", "/index/*"])
      }]
    })
  }
}

resource "aws_s3_bucket" "receipts" {
  bucket = local.bucket
}

resource "aws_s3_bucket_notification" "receipts" {
  bucket     = aws_s3_bucket.receipts.bucket
  depends_on = [aws_lambda_permission.upload]

  lambda_function {
    lambda_function_arn = aws_lambda_function.this["scan"].arn
    events              = ["s3:ObjectCreated:*"]
    filter_suffix       = ".jpg"
  }
}

resource "aws_lambda_permission" "upload" {
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this["scan"].function_name
  principal      = "s3.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
}

resource "aws_iam_role" "this" {
  for_each           = local.functions
  name               = each.key
  assume_role_policy = file("${path.module}/policies/lambda.json")
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each   = local.managed
  role       = aws_iam_role.this[each.value.function].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${each.value.policy}"
}

resource "aws_iam_policy" "this" {
  for_each = local.policies
  name     = each.key
  policy   = each.value
}

resource "aws_iam_role_policy_attachment" "own" {
  for_each   = aws_iam_policy.this
  role       = aws_iam_role.this[each.key].name
  policy_arn = each.value.arn
}

resource "aws_lambda_function" "this" {
  for_each                       = local.functions
  function_name                  = each.key
  filename                       = "${each.key}.zip"
  runtime                        = "nodejs22.x"
  handler                        = "index.handler"
  timeout                        = 30
  memory_size                    = 1024
  reserved_concurrent_executions = each.value.concurrency
  role                           = aws_iam_role.this[each.key].arn
}

resource "aws_lambda_function_event_invoke_config" "scan" {
  function_name          = aws_lambda_function.this["scan"].function_name
  maximum_retry_attempts = 1

  destination_config {
    on_failure {
      destination = aws_sqs_queue.unreadable.arn
    }
  }
}

resource "aws_dynamodb_table" "totals" {
  name         = "totals"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_sqs_queue" "unreadable" {
  name                      = "unreadable"
  message_retention_seconds = 14 * 24 * 60 * 60
}

resource "aws_sqs_queue" "review" {
  name                       = "review"
  visibility_timeout_seconds = 6 * aws_lambda_function.this["judge"].timeout
}

resource "aws_sqs_queue_redrive_policy" "review" {
  queue_url = aws_sqs_queue.review.id
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.unreadable.arn
    maxReceiveCount     = 4
  })
}

data "aws_iam_policy_document" "review" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.review.arn]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.scanned.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "review" {
  queue_url = aws_sqs_queue.review.url
  policy    = data.aws_iam_policy_document.review.json
}

resource "aws_sns_topic" "scanned" {
  name = "scanned"
}

resource "aws_sns_topic_subscription" "scanned" {
  for_each = {
    lambda = { endpoint = aws_lambda_function.this["book"].arn, filter = jsonencode({ kind = ["invoice"] }) }
    sqs    = { endpoint = aws_sqs_queue.review.arn, filter = null }
  }
  topic_arn     = aws_sns_topic.scanned.arn
  protocol      = each.key
  endpoint      = each.value.endpoint
  filter_policy = each.value.filter
}

resource "aws_lambda_permission" "scanned" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this["book"].arn
  principal     = "sns.amazonaws.com"
  source_arn    = aws_sns_topic.scanned.arn
}

resource "aws_lambda_event_source_mapping" "review" {
  event_source_arn        = aws_sqs_queue.review.arn
  function_name           = aws_lambda_function.this["judge"].arn
  batch_size              = 5
  function_response_types = ["ReportBatchItemFailures"]
}
