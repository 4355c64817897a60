# Buses, tables, buckets and APIs.
module "bus" {
  source   = "terraform-aws-modules/eventbridge/aws"
  version  = "~> 4.0"
  bus_name = "shop"
  rules = {
    orders = { event_pattern = jsonencode({ source = ["shop"] }), state = "DISABLED" }
    nights = { schedule_expression = "rate(1 day)" }
  }
  targets = {
    orders = [
      { name = "worker", arn = module.worker.lambda_function_arn, dead_letter_arn = module.jobs.dead_letter_queue_arn, retry_policy = { maximum_retry_attempts = 3, maximum_event_age_in_seconds = 300 } },
      { name = "flow", arn = module.flow.state_machine_arn, attach_role_arn = true },
    ]
    nights = [{ name = "fifo", arn = module.jobs_before.queue_arn, message_group_id = "nights" }]
  }
  attach_sfn_policy = true
  sfn_target_arns   = [module.flow.state_machine_arn]

  schedules = {
    hourly = {
      schedule_expression = "rate(1 hour)"
      timezone            = "Europe/Berlin"
      arn                 = module.worker.lambda_function_arn
      input               = jsonencode({ job = "hourly" })
      dead_letter_arn     = module.plain.sqs_queue_arn
    }
  }
  attach_lambda_policy = true
  lambda_target_arns   = [module.worker.lambda_function_arn]

  pipes = {
    jobs = {
      source            = module.jobs.queue_arn
      target            = module.flow.state_machine_arn
      enrichment        = module.worker.lambda_function_arn
      source_parameters = { sqs_queue_parameters = { batch_size = 2 }, filter_criteria = [{ pattern = jsonencode({ a = [1] }) }] }
    }
    changes = {
      source = module.orders.dynamodb_table_stream_arn
      target = module.jobs_before.queue_arn
      source_parameters = {
        dynamodb_stream_parameters = { starting_position = "LATEST", maximum_retry_attempts = 2, dead_letter_config = { arn = module.plain.sqs_queue_arn } }
      }
    }
  }

  create_archives         = true
  archives                = { all = { retention_days = 3 } }
  permissions             = { "111122223333 Other" = {} }
  create_connections      = true
  connections             = { web = { authorization_type = "BASIC", auth_parameters = { basic = { username = "u", password = "p" } } } }
  create_api_destinations = true
  api_destinations        = { web = { invocation_endpoint = "https://example.com/hook", http_method = "POST", invocation_rate_limit_per_second = 10 } }
}

module "default_bus" {
  source      = "terraform-aws-modules/eventbridge/aws"
  version     = "~> 2.0"
  create_bus  = false
  create_role = false
  rules       = { created = { event_pattern = jsonencode({ source = ["aws.s3"] }), enabled = false } }
  targets     = { created = [{ name = "image", arn = module.image.lambda_function_arn }] }
}

module "orders" {
  source                         = "terraform-aws-modules/dynamodb-table/aws"
  version                        = "~> 4.0"
  name                           = "orders"
  hash_key                       = "id"
  attributes                     = [{ name = "id", type = "S" }, { name = "day", type = "S" }]
  global_secondary_indexes       = [{ name = "by-day", hash_key = "day", projection_type = "ALL" }]
  stream_enabled                 = true
  stream_view_type               = "NEW_IMAGE"
  point_in_time_recovery_enabled = true
  ttl_enabled                    = true
  ttl_attribute_name             = "until"
  replica_regions                = [{ region_name = "eu-central-1" }]
}

module "counted" {
  source              = "terraform-aws-modules/dynamodb-table/aws"
  version             = "~> 3.1"
  name                = "counted"
  hash_key            = "id"
  attributes          = [{ name = "id", type = "S" }]
  billing_mode        = "PROVISIONED"
  read_capacity       = 5
  write_capacity      = 4
  autoscaling_enabled = true
  autoscaling_read    = { max_capacity = 50 }
  autoscaling_write   = { max_capacity = 40 }
}

module "files" {
  source        = "terraform-aws-modules/s3-bucket/aws"
  version       = "~> 5.0"
  bucket        = "files"
  versioning    = { enabled = true }
  attach_policy = true
  policy        = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "cloudfront.amazonaws.com" }, Action = "s3:GetObject", Resource = "_S3_BUCKET_ARN_/*" }] })
  replication_configuration = {
    role  = "arn:aws:iam::111122223333:role/copy"
    rules = [{ id = "all", status = "Enabled", destination = { bucket = module.copies.s3_bucket_arn } }]
  }
}

module "copies" {
  source                                    = "terraform-aws-modules/s3-bucket/aws"
  version                                   = "~> 3.0"
  bucket                                    = "copies"
  versioning                                = { status = "Suspended" }
  attach_access_log_delivery_policy         = true
  access_log_delivery_policy_source_buckets = [module.files.s3_bucket_arn]
}

module "notify" {
  source      = "terraform-aws-modules/s3-bucket/aws//modules/notification"
  version     = "~> 5.0"
  bucket      = module.files.s3_bucket_id
  eventbridge = true
  lambda_notifications = {
    worker = { function_arn = module.worker.lambda_function_arn, function_name = module.worker.lambda_function_name, events = ["s3:ObjectCreated:*"], filter_prefix = "in/" }
  }
  sqs_notifications = {
    jobs = { queue_arn = module.jobs.queue_arn, queue_id = module.jobs.queue_id, events = ["s3:ObjectRemoved:*"] }
  }
  sns_notifications = {
    news = { topic_arn = module.news.topic_arn, events = ["s3:ObjectRestore:*"] }
  }
}

module "api" {
  source             = "terraform-aws-modules/apigateway-v2/aws"
  version            = "~> 5.2"
  name               = "shop"
  create_domain_name = false
  cors_configuration = { allow_origins = ["https://example.com"] }
  authorizers = {
    users = { authorizer_type = "JWT", identity_sources = ["$request.header.Authorization"], jwt_configuration = { issuer = "https://example.com", audience = ["shop"] } }
    own   = { authorizer_uri = module.image.lambda_function_invoke_arn, authorizer_payload_format_version = "2.0" }
  }
  routes = {
    "GET /orders"  = { authorizer_key = "users", authorization_type = "JWT", integration = { uri = module.worker.lambda_function_arn, payload_format_version = "2.0", timeout_milliseconds = 9000 } }
    "POST /orders" = { authorization_type = "CUSTOM", authorizer_key = "own", throttling_rate_limit = 5, integration = { type = "AWS_PROXY", subtype = "SQS-SendMessage", credentials_arn = module.flow.role_arn, request_parameters = { QueueUrl = module.jobs.queue_url, MessageBody = "$request.body" } } }
    "$default"     = { integration = { type = "HTTP_PROXY", method = "ANY", uri = "https://example.com" } }
  }
  stage_default_route_settings = { throttling_burst_limit = 20, throttling_rate_limit = 10 }
}

module "socket" {
  source                     = "terraform-aws-modules/apigateway-v2/aws"
  version                    = "~> 6.0"
  name                       = "socket"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
  create_domain_name         = false
  stage_name                 = "live"
  stage_access_log_settings  = null
  routes = {
    "$connect" = { integration = { uri = module.worker.lambda_function_invoke_arn } }
  }
}

module "api_before" {
  source                                   = "terraform-aws-modules/apigateway-v2/aws"
  version                                  = "~> 3.0"
  name                                     = "before"
  create_api_domain_name                   = false
  default_route_settings                   = { throttling_burst_limit = 30, throttling_rate_limit = 15 }
  default_stage_access_log_destination_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:api"
  default_stage_access_log_format          = "$context.requestId"
  authorizers = {
    users = { authorizer_type = "JWT", identity_sources = "$request.header.Authorization", name = "users", audience = ["a"], issuer = "https://example.com" }
  }
  integrations = {
    "GET /"    = { lambda_arn = module.worker.lambda_function_arn, payload_format_version = "2.0", timeout_milliseconds = 8000 }
    "ANY /out" = { integration_type = "HTTP_PROXY", integration_uri = "https://example.com", integration_method = "ANY", authorization_type = "JWT", authorizer_key = "users" }
  }
}
