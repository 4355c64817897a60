variable "create" { default = true }
variable "bucket" { default = "" }
variable "bucket_arn" { default = null }
variable "eventbridge" { default = null }
variable "lambda_notifications" { default = {} }
variable "sqs_notifications" { default = {} }
variable "sns_notifications" { default = {} }
variable "create_sqs_policy" { default = true }
variable "create_sns_policy" { default = true }
variable "create_lambda_permission" { default = true }

locals {
  arn = try(coalesce(var.bucket_arn), "arn:aws:s3:::${var.bucket}")
}

resource "aws_s3_bucket_notification" "this" {
  count       = var.create ? 1 : 0
  bucket      = var.bucket
  eventbridge = var.eventbridge
  dynamic "lambda_function" {
    for_each = var.lambda_notifications
    content {
      lambda_function_arn = try(lambda_function.value.function_arn, null)
      events              = try(lambda_function.value.events, null)
      filter_prefix       = try(lambda_function.value.filter_prefix, null)
      filter_suffix       = try(lambda_function.value.filter_suffix, null)
    }
  }
  dynamic "queue" {
    for_each = var.sqs_notifications
    content {
      queue_arn     = try(queue.value.queue_arn, null)
      events        = try(queue.value.events, null)
      filter_prefix = try(queue.value.filter_prefix, null)
      filter_suffix = try(queue.value.filter_suffix, null)
    }
  }
  dynamic "topic" {
    for_each = var.sns_notifications
    content {
      topic_arn     = try(topic.value.topic_arn, null)
      events        = try(topic.value.events, null)
      filter_prefix = try(topic.value.filter_prefix, null)
      filter_suffix = try(topic.value.filter_suffix, null)
    }
  }
}

resource "aws_lambda_permission" "allow" {
  for_each      = var.create && var.create_lambda_permission ? var.lambda_notifications : {}
  action        = "lambda:InvokeFunction"
  function_name = try(each.value.function_name, each.value.function_arn, null)
  principal     = "s3.amazonaws.com"
  source_arn    = local.arn
}

resource "aws_sqs_queue_policy" "allow" {
  for_each  = var.create && var.create_sqs_policy ? var.sqs_notifications : {}
  queue_url = try(each.value.queue_id, each.value.queue_arn, null)
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Principal = { Service = "s3.amazonaws.com" }
      Resource  = try(each.value.queue_arn, null)
      Condition = { ArnEquals = { "aws:SourceArn" = local.arn } }
    }]
  })
}

resource "aws_sns_topic_policy" "allow" {
  for_each = var.create && var.create_sns_policy ? var.sns_notifications : {}
  arn      = try(each.value.topic_arn, null)
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sns:Publish"
      Principal = { Service = "s3.amazonaws.com" }
      Resource  = try(each.value.topic_arn, null)
      Condition = { ArnEquals = { "aws:SourceArn" = local.arn } }
    }]
  })
}

output "s3_bucket_notification_id" { value = one(aws_s3_bucket_notification.this[*].id) }
