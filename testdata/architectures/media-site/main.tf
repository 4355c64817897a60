# A site of media before which a distribution, an authorizer and a log stand.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_s3_bucket" "media" {
  bucket_prefix = "media-"
}

resource "aws_s3_bucket_notification" "media" {
  bucket      = aws_s3_bucket.media.id
  eventbridge = true
}

resource "aws_sqs_queue" "lost" {
  name                      = "lost"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "scans" {
  name                       = "scans"
  visibility_timeout_seconds = 120
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.lost.arn
    maxReceiveCount     = 3
  })
}

resource "aws_cloudwatch_event_rule" "stored" {
  name = "stored"
  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail      = { bucket = { name = [aws_s3_bucket.media.id] } }
  })
}

resource "aws_cloudwatch_event_target" "stored" {
  rule = aws_cloudwatch_event_rule.stored.name
  arn  = aws_sqs_queue.scans.arn

  dead_letter_config {
    arn = aws_sqs_queue.lost.arn
  }

  retry_policy {
    maximum_retry_attempts       = 4
    maximum_event_age_in_seconds = 3600
  }
}

resource "aws_sqs_queue_policy" "scans_policy" {
  for_each  = { scans = aws_sqs_queue.scans.id, lost = aws_sqs_queue.lost.id }
  queue_url = each.value
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "events.amazonaws.com"
      }
      Action   = "sqs:SendMessage"
      Resource = "*"
    }]
  })
}

resource "aws_dynamodb_table" "catalogue" {
  name           = "catalogue"
  billing_mode   = "PROVISIONED"
  read_capacity  = 5
  write_capacity = 5
  hash_key       = "id"

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "gone"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_appautoscaling_target" "catalogue_reads" {
  service_namespace  = "dynamodb"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  resource_id        = "table/${aws_dynamodb_table.catalogue.name}"
  min_capacity       = 5
  max_capacity       = 50
}

resource "aws_lambda_function" "guard" {
  function_name = "guard"
  filename      = "guard.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.guard_role.arn
  timeout       = 5
  memory_size   = 256
}

resource "aws_iam_role" "guard_role" {
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

resource "aws_iam_role_policy_attachment" "guard_role" {
  role       = aws_iam_role.guard_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "scan" {
  function_name = "scan"
  filename      = "scan.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.scan_role.arn
  timeout       = 20
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.catalogue.name
    }
  }
}

resource "aws_iam_role" "scan_role" {
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

resource "aws_iam_role_policy_attachment" "scan_role" {
  for_each   = toset(["service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaSQSQueueExecutionRole"])
  role       = aws_iam_role.scan_role.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

data "aws_iam_policy_document" "scan_role" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.media.arn}/*"]
  }

  statement {
    actions   = ["dynamodb:PutItem"]
    resources = [aws_dynamodb_table.catalogue.arn]
  }
}

resource "aws_iam_policy" "scan_role" {
  policy = data.aws_iam_policy_document.scan_role.json
}

resource "aws_iam_role_policy_attachment" "scan_role_access" {
  role       = aws_iam_role.scan_role.name
  policy_arn = aws_iam_policy.scan_role.arn
}

resource "aws_lambda_event_source_mapping" "scan_queue" {
  event_source_arn        = aws_sqs_queue.scans.arn
  function_name           = aws_lambda_function.scan.arn
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 5
  }
}

resource "aws_lambda_function" "browse" {
  function_name                  = "browse"
  filename                       = "browse.zip"
  runtime                        = "nodejs22.x"
  handler                        = "index.handler"
  role                           = aws_iam_role.browse_role.arn
  timeout                        = 10
  memory_size                    = 256
  reserved_concurrent_executions = 50

  environment {
    variables = {
      TABLE = aws_dynamodb_table.catalogue.name
    }
  }
}

resource "aws_iam_role" "browse_role" {
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

resource "aws_iam_role_policy_attachment" "browse_role" {
  role       = aws_iam_role.browse_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "browse_role" {
  statement {
    actions   = ["dynamodb:GetItem", "dynamodb:Scan"]
    resources = [aws_dynamodb_table.catalogue.arn]
  }
}

resource "aws_iam_policy" "browse_role" {
  policy = data.aws_iam_policy_document.browse_role.json
}

resource "aws_iam_role_policy_attachment" "browse_role_access" {
  role       = aws_iam_role.browse_role.name
  policy_arn = aws_iam_policy.browse_role.arn
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.browse.function_name
  function_version = "1"
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_function.browse.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 3
}

resource "aws_api_gateway_rest_api" "site" {
  name = "site"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_authorizer" "gate" {
  rest_api_id                      = aws_api_gateway_rest_api.site.id
  name                             = "gate"
  type                             = "REQUEST"
  identity_source                  = "method.request.header.Authorization"
  authorizer_result_ttl_in_seconds = 60
  authorizer_uri                   = aws_lambda_function.guard.invoke_arn
}

resource "aws_api_gateway_resource" "media_path" {
  rest_api_id = aws_api_gateway_rest_api.site.id
  parent_id   = aws_api_gateway_rest_api.site.root_resource_id
  path_part   = "media"
}

resource "aws_api_gateway_method" "get_media" {
  rest_api_id   = aws_api_gateway_rest_api.site.id
  resource_id   = aws_api_gateway_resource.media_path.id
  http_method   = "GET"
  authorization = "CUSTOM"
  authorizer_id = aws_api_gateway_authorizer.gate.id
}

resource "aws_api_gateway_integration" "get_media" {
  rest_api_id             = aws_api_gateway_rest_api.site.id
  resource_id             = aws_api_gateway_resource.media_path.id
  http_method             = aws_api_gateway_method.get_media.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  timeout_milliseconds    = 8000
  uri                     = aws_lambda_alias.live.invoke_arn
}

resource "aws_api_gateway_deployment" "site_deployment" {
  rest_api_id = aws_api_gateway_rest_api.site.id
  depends_on  = [aws_api_gateway_integration.get_media]
}

resource "aws_cloudwatch_log_group" "access" {
  name_prefix       = "access"
  retention_in_days = 14
}

resource "aws_api_gateway_stage" "site_stage" {
  rest_api_id   = aws_api_gateway_rest_api.site.id
  deployment_id = aws_api_gateway_deployment.site_deployment.id
  stage_name    = "live"

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode({ id = "$context.requestId", status = "$context.status" })
  }
}

resource "aws_api_gateway_method_settings" "site" {
  rest_api_id = aws_api_gateway_rest_api.site.id
  stage_name  = aws_api_gateway_stage.site_stage.stage_name
  method_path = "*/*"

  settings {
    logging_level   = "ERROR"
    caching_enabled = false
  }
}

resource "aws_lambda_function" "welcome" {
  function_name = "welcome"
  filename      = "welcome.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.welcome_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "welcome_role" {
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

resource "aws_iam_role_policy_attachment" "welcome_role" {
  role       = aws_iam_role.welcome_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_cognito_user_pool" "members" {
  name = "members"

  lambda_config {
    post_confirmation = aws_lambda_function.welcome.arn
  }
}

resource "aws_lambda_permission" "guard_permission" {
  function_name = aws_lambda_function.guard.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
}

resource "aws_lambda_permission" "browse_permission" {
  function_name = aws_lambda_function.browse.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
}

resource "aws_lambda_permission" "welcome_permission" {
  function_name = aws_lambda_function.welcome.function_name
  action        = "lambda:InvokeFunction"
  principal     = "cognito-idp.amazonaws.com"
  source_arn    = aws_cognito_user_pool.members.arn
}

resource "aws_cloudfront_distribution" "edge" {
  enabled = true

  origin {
    origin_id   = "media"
    domain_name = aws_s3_bucket.media.bucket_regional_domain_name
  }

  origin {
    origin_id   = "api"
    domain_name = "${aws_api_gateway_rest_api.site.id}.execute-api.eu-west-1.amazonaws.com"
    origin_path = "/live"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id       = "media"
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
  }

  ordered_cache_behavior {
    path_pattern           = "/media"
    target_origin_id       = "api"
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
