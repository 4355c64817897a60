variable "endpoint" {
  type = string
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 180
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.failed.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "failed" {
  name = "failed"
}

resource "aws_sqs_queue" "apart" {
  name = "apart"
}

resource "aws_sqs_queue_redrive_policy" "apart" {
  queue_url      = aws_sqs_queue.apart.id
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed.arn, maxReceiveCount = 3 })
}

resource "aws_sqs_queue_redrive_allow_policy" "failed" {
  queue_url            = aws_sqs_queue.failed.id
  redrive_allow_policy = jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [aws_sqs_queue.orders.arn] })
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.orders.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.news.arn } }
    }]
  })
}

resource "aws_sns_topic" "news" {
  name = "news"
}

resource "aws_sns_topic_subscription" "orders" {
  topic_arn            = aws_sns_topic.news.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.orders.arn
  raw_message_delivery = true
  filter_policy        = jsonencode({ kind = ["paid"] })
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed.arn })
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "email"
  endpoint  = var.endpoint
}

resource "aws_cloudwatch_event_bus" "shop" {
  name = "shop"
}

resource "aws_cloudwatch_event_archive" "shop" {
  name             = "shop"
  event_source_arn = aws_cloudwatch_event_bus.shop.arn
}

resource "aws_cloudwatch_event_rule" "paid" {
  name           = "paid"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ source = ["shop.orders"], "detail-type" = ["Paid"] })
}

resource "aws_cloudwatch_event_target" "paid" {
  rule           = aws_cloudwatch_event_rule.paid.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  arn            = aws_sqs_queue.orders.arn
  retry_policy {
    maximum_retry_attempts       = 3
    maximum_event_age_in_seconds = 600
  }
  dead_letter_config {
    arn = aws_sqs_queue.failed.arn
  }
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  schedule_expression = "rate(1 day)"
  state               = "DISABLED"
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule = "nightly"
  arn  = aws_sns_topic.news.arn
}

resource "aws_cloudwatch_event_rule" "uploaded" {
  event_pattern = jsonencode({ source = ["aws.s3"], detail = { bucket = { name = [aws_s3_bucket.uploads.bucket] } } })
}

resource "aws_cloudwatch_event_connection" "hook" {
  name               = "hook"
  authorization_type = "API_KEY"
}

resource "aws_cloudwatch_event_api_destination" "hook" {
  name                = "hook"
  invocation_endpoint = "https://example.com/hook"
  http_method         = "POST"
  connection_arn      = aws_cloudwatch_event_connection.hook.arn
}

resource "aws_cloudwatch_event_target" "uploaded" {
  rule = aws_cloudwatch_event_rule.uploaded.name
  arn  = aws_cloudwatch_event_api_destination.hook.arn
}

resource "aws_cloudwatch_event_permission" "partner" {
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  principal      = "210987654321"
  statement_id   = "partner"
}

resource "aws_scheduler_schedule" "hourly" {
  name                = "hourly"
  schedule_expression = "rate(1 hour)"
  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }
  target {
    arn      = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
    role_arn = "arn:aws:iam::123456789012:role/scheduler"
    input    = jsonencode({ QueueUrl = aws_sqs_queue.orders.id, MessageBody = "wake" })
    dead_letter_config {
      arn = aws_sqs_queue.failed.arn
    }
    retry_policy {
      maximum_retry_attempts = 2
    }
  }
}

resource "aws_pipes_pipe" "orders" {
  name     = "orders"
  role_arn = "arn:aws:iam::123456789012:role/pipes"
  source   = aws_dynamodb_table.orders.stream_arn
  target   = aws_cloudwatch_event_bus.shop.arn
  source_parameters {
    filter_criteria {
      filter {
        pattern = "{}"
      }
    }
    dynamodb_stream_parameters {
      starting_position = "LATEST"
      batch_size        = 10
      dead_letter_config {
        arn = aws_sqs_queue.failed.arn
      }
    }
  }
}

resource "aws_s3_bucket" "uploads" {
  bucket = "uploads"
}

resource "aws_s3_bucket" "copy" {
  bucket_prefix = "copy"
}

resource "aws_s3_bucket_versioning" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket      = aws_s3_bucket.uploads.id
  eventbridge = true
  queue {
    queue_arn     = aws_sqs_queue.orders.arn
    events        = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    filter_prefix = "in/"
  }
  queue {
    queue_arn     = aws_sqs_queue.apart.arn
    events        = ["s3:ObjectCreated:*"]
    filter_suffix = ".jpg"
  }
  topic {
    topic_arn = aws_sns_topic.news.arn
    events    = ["s3:ObjectRestore:*"]
  }
}

resource "aws_s3_bucket_replication_configuration" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    status = "Enabled"
    destination {
      bucket = aws_s3_bucket.copy.arn
    }
  }
}

resource "aws_dynamodb_table" "orders" {
  name             = "orders"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"
  ttl {
    attribute_name = "expiration"
    enabled        = true
  }
  point_in_time_recovery {
    enabled = true
  }
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "stock" {
  name           = "stock"
  hash_key       = "sku"
  read_capacity  = 5
  write_capacity = 5
}

resource "aws_appautoscaling_target" "stock" {
  resource_id        = "table/${aws_dynamodb_table.stock.name}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  service_namespace  = "dynamodb"
  min_capacity       = 1
  max_capacity       = 10
}

resource "aws_kinesis_stream" "changes" {
  name        = "changes"
  shard_count = 2
}

resource "aws_dynamodb_kinesis_streaming_destination" "orders" {
  table_name = aws_dynamodb_table.orders.name
  stream_arn = aws_kinesis_stream.changes.arn
}

resource "aws_kinesis_firehose_delivery_stream" "archive" {
  name        = "archive"
  destination = "extended_s3"
  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.changes.arn
    role_arn           = "arn:aws:iam::123456789012:role/firehose"
  }
  extended_s3_configuration {
    bucket_arn = aws_s3_bucket.copy.arn
    role_arn   = "arn:aws:iam::123456789012:role/firehose"
    processing_configuration {
      enabled = true
      processors {
        type = "Lambda"
        parameters {
          parameter_name  = "LambdaArn"
          parameter_value = "${aws_lambda_function.enrich.arn}:$LATEST"
        }
      }
    }
  }
}

resource "aws_lambda_function" "enrich" {
  function_name = "enrich"
  role          = "arn:aws:iam::123456789012:role/enrich"
}

resource "aws_iot_topic_rule" "sensor" {
  name        = "sensor"
  enabled     = true
  sql         = "SELECT * FROM 'sensors/+'"
  sql_version = "2016-03-23"
  lambda {
    function_arn = aws_lambda_function.enrich.arn
  }
  dynamodbv2 {
    role_arn = "arn:aws:iam::123456789012:role/iot"
    put_item {
      table_name = aws_dynamodb_table.orders.name
    }
  }
  error_action {
    sqs {
      queue_url  = aws_sqs_queue.failed.id
      role_arn   = "arn:aws:iam::123456789012:role/iot"
      use_base64 = false
    }
  }
}

resource "aws_ses_receipt_rule" "mail" {
  name          = "mail"
  rule_set_name = "default"
  enabled       = true
  lambda_action {
    function_arn = aws_lambda_function.enrich.arn
    position     = 1
  }
  s3_action {
    bucket_name = aws_s3_bucket.copy.bucket
    position    = 2
  }
}
