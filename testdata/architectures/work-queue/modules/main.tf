# The same work with modules of a registry.
module "work" {
  source                     = "example.com/terraform-aws-modules/sqs/aws"
  name                       = "work"
  visibility_timeout_seconds = 60
  create_dlq                 = true
  redrive_policy             = { maxReceiveCount = 2 }

  dlq_visibility_timeout_seconds  = 30
  create_dlq_redrive_allow_policy = false
}

module "results" {
  source     = "example.com/terraform-aws-modules/dynamodb-table/aws"
  name       = "results"
  hash_key   = "id"
  attributes = [{ name = "id", type = "S" }]
}

module "worker" {
  source                         = "example.com/terraform-aws-modules/lambda/aws"
  function_name                  = "worker"
  handler                        = "index.handler"
  runtime                        = "nodejs18.x"
  timeout                        = 120
  memory_size                    = 256
  reserved_concurrent_executions = 2
  environment_variables          = { TABLE = module.results.dynamodb_table_id }

  use_existing_cloudwatch_log_group = true
  attach_cloudwatch_logs_policy     = false
  attach_policies                   = true
  number_of_policies                = 2
  policies = [
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
  ]
  attach_policy_statements = true
  policy_statements = {
    results = {
      effect    = "Allow"
      actions   = ["dynamodb:PutItem"]
      resources = [module.results.dynamodb_table_arn]
    }
    buckets = {
      effect    = "Allow"
      actions   = ["s3:*"]
      resources = ["*"]
    }
  }

  event_source_mapping = {
    work = {
      event_source_arn                   = module.work.queue_arn
      batch_size                         = 5
      maximum_batching_window_in_seconds = 10
    }
  }
}
