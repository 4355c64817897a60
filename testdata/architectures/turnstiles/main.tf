# Turnstiles count guests: a stream is counted at once, and kept for later questions.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

locals {
  roles = {
    passed = "iot"
    count  = "lambda"
    keep   = "firehose"
  }
  grants = {
    passed = [{ actions = ["kinesis:PutRecord"], resources = [aws_kinesis_stream.turns.arn] }]
    count = [
      {
        actions   = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]
        resources = [aws_dynamodb_table.guests.arn, format("%s/index/*", aws_dynamodb_table.guests.arn)]
      },
      { actions = ["sqs:SendMessage"], resources = [aws_sqs_queue.uncounted.arn] },
    ]
    keep = [
      { actions = ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator"], resources = [aws_kinesis_stream.turns.arn] },
      { actions = ["s3:PutObject", "s3:AbortMultipartUpload"], resources = ["${aws_s3_bucket.archive.arn}/*"] },
    ]
  }
}

resource "aws_kinesis_stream" "turns" {
  name             = "turns"
  retention_period = 48

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

resource "aws_iot_topic_rule" "passed" {
  name        = "passed"
  enabled     = true
  sql         = "SELECT * FROM 'turnstiles/+/passed'"
  sql_version = "2016-03-23"

  kinesis {
    stream_name   = aws_kinesis_stream.turns.name
    partition_key = "$${topic(2)}"
    role_arn      = aws_iam_role.this["passed"].arn
  }
}

data "aws_iam_policy_document" "assume" {
  for_each = local.roles
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.value}.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "grants" {
  for_each = local.grants
  dynamic "statement" {
    for_each = each.value
    iterator = grant
    content {
      actions   = grant.value.actions
      resources = grant.value.resources
    }
  }
}

resource "aws_iam_role" "this" {
  for_each           = local.roles
  name               = each.key
  assume_role_policy = data.aws_iam_policy_document.assume[each.key].json
}

resource "aws_iam_role_policy" "this" {
  for_each = data.aws_iam_policy_document.grants
  role     = aws_iam_role.this[each.key].id
  policy   = each.value.json
}

resource "aws_iam_role_policy_attachment" "count" {
  for_each   = toset(["AWSLambdaBasicExecutionRole", "AWSLambdaKinesisExecutionRole"])
  role       = aws_iam_role.this["count"].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${each.value}"
}

resource "aws_lambda_function" "count" {
  function_name = "count"
  filename      = "count.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  timeout       = 60
  memory_size   = 256
  architectures = ["arm64"]
  role          = aws_iam_role.this["count"].arn

  environment {
    variables = { GUESTS = aws_dynamodb_table.guests.id }
  }
}

resource "aws_lambda_event_source_mapping" "turns" {
  event_source_arn                   = aws_kinesis_stream.turns.arn
  function_name                      = aws_lambda_function.count.function_name
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = 500
  parallelization_factor             = 2
  maximum_batching_window_in_seconds = 5
  maximum_record_age_in_seconds      = 3600

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.uncounted.arn
    }
  }
}

resource "aws_sqs_queue" "uncounted" {
  name                      = "uncounted"
  message_retention_seconds = 1209600
}

resource "aws_dynamodb_table" "guests" {
  name         = "guests"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_s3_bucket" "archive" {
  bucket_prefix = "turns-"
}

resource "aws_kinesis_firehose_delivery_stream" "keep" {
  name        = "keep"
  destination = "extended_s3"

  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.turns.arn
    role_arn           = aws_iam_role.this["keep"].arn
  }

  extended_s3_configuration {
    bucket_arn         = aws_s3_bucket.archive.arn
    role_arn           = aws_iam_role.this["keep"].arn
    buffering_interval = 300
    buffering_size     = 64
    compression_format = "GZIP"
  }
}
