module "queue" {
  source     = "example.com/terraform-aws-modules/sqs/aws"
  version    = "~> 4.0"
  name       = "orders"
  create_dlq = true
  redrive_policy = {
    maxReceiveCount = 3
  }
}

module "worker" {
  source                   = "terraform-aws-modules/lambda/aws"
  function_name            = "worker"
  handler                  = "app.handler"
  runtime                  = "python3.13"
  timeout                  = 30
  dead_letter_target_arn   = module.queue.dead_letter_queue_arn
  attach_policy_statements = true
  policy_statements = {
    receive = {
      actions   = ["sqs:ReceiveMessage"]
      resources = [module.queue.queue_arn]
    }
  }
  environment_variables = {
    TABLE = module.table.dynamodb_table_id
  }
  event_source_mapping = {
    sqs = {
      event_source_arn = module.queue.queue_arn
      scaling_config   = { maximum_concurrency = 5 }
    }
  }
  allowed_triggers = {
    rule = {
      service    = "events"
      source_arn = module.bus.eventbridge_rule_arns["orders"]
    }
  }
  something_else = module.queue.queue_url
}

module "bus" {
  source   = "git::https://example.com/terraform-aws-modules/terraform-aws-eventbridge.git?ref=v3"
  bus_name = "shop"
  rules = {
    orders = { event_pattern = jsonencode({ source = ["shop"] }) }
  }
  targets = {
    orders = [
      { name = "worker", arn = module.worker.lambda_function_arn, dead_letter_arn = module.queue.queue_arn }
    ]
  }
}

module "table" {
  source   = "terraform-aws-modules/dynamodb-table/aws"
  name     = "orders"
  hash_key = "id"
  attributes = [
    { name = "id", type = "S" }
  ]
}

module "topic" {
  source = "terraform-aws-modules/sns/aws"
  name   = "news"
  subscriptions = {
    queue = { protocol = "sqs", endpoint = module.queue.queue_arn }
  }
}

module "flow" {
  source     = "terraform-aws-modules/step-functions/aws"
  name       = "flow"
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Task", Resource = module.worker.lambda_function_arn, End = true } } })
  service_integrations = {
    lambda = { lambda = [module.worker.lambda_function_arn] }
  }
}

module "bucket" {
  source = "terraform-aws-modules/s3-bucket/aws"
  bucket = "files"
}

module "notification" {
  source = "terraform-aws-modules/s3-bucket/aws//modules/notification"
  bucket = module.bucket.s3_bucket_id
  lambda_notifications = {
    worker = {
      function_arn  = module.worker.lambda_function_arn
      function_name = module.worker.lambda_function_name
      events        = ["s3:ObjectCreated:*"]
    }
  }
}

module "api" {
  source        = "terraform-aws-modules/apigateway-v2/aws"
  name          = "api"
  protocol_type = "HTTP"
  routes = {
    "GET /orders" = {
      integration = { uri = module.worker.lambda_function_arn, payload_format_version = "2.0" }
    }
  }
}
