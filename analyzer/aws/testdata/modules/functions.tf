# Functions with all that calls them and all that they call.
module "worker" {
  source                         = "terraform-aws-modules/lambda/aws"
  version                        = "~> 8.0"
  function_name                  = "worker"
  handler                        = "app.handler"
  runtime                        = "python3.13"
  timeout                        = 20
  memory_size                    = 512
  architectures                  = ["arm64"]
  reserved_concurrent_executions = 5
  publish                        = true
  layers                         = [module.layer.lambda_layer_arn]
  tracing_mode                   = "Active"
  attach_tracing_policy          = true
  dead_letter_target_arn         = module.plain.sqs_queue_arn
  attach_dead_letter_policy      = true
  logging_log_format             = "JSON"
  environment_variables          = { TABLE = module.orders.dynamodb_table_id, BUCKET = module.files.s3_bucket_id }

  attach_policy_statements = true
  policy_statements = {
    table   = { effect = "Allow", actions = ["dynamodb:GetItem", "dynamodb:PutItem"], resources = [module.orders.dynamodb_table_arn] }
    objects = { actions = ["s3:GetObject"], resources = ["${module.files.s3_bucket_arn}/*"] }
    no      = { effect = "Deny", actions = ["s3:DeleteObject"], resources = ["*"] }
  }
  attach_policy_json     = true
  policy_json            = jsonencode({ Statement = [{ Effect = "Allow", Action = "sns:Publish", Resource = module.news.topic_arn }] })
  attach_policies        = true
  number_of_policies     = 1
  policies               = ["arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole", "arn:aws:iam::aws:policy/AmazonS3FullAccess"]
  attach_policy_jsons    = true
  number_of_policy_jsons = 1
  policy_jsons           = [jsonencode({ Statement = [{ Effect = "Allow", Action = "states:StartExecution", Resource = module.flow.state_machine_arn }] })]

  create_async_event_config    = true
  maximum_event_age_in_seconds = 600
  maximum_retry_attempts       = 1
  destination_on_failure       = module.jobs.dead_letter_queue_arn
  destination_on_success       = module.news.topic_arn
  attach_async_event_policy    = true

  create_lambda_function_url        = true
  authorization_type                = "AWS_IAM"
  provisioned_concurrent_executions = 2

  event_source_mapping = {
    jobs = {
      event_source_arn        = module.jobs.queue_arn
      batch_size              = 5
      function_response_types = ["ReportBatchItemFailures"]
      scaling_config          = { maximum_concurrency = 3 }
    }
    changes = {
      event_source_arn               = module.orders.dynamodb_table_stream_arn
      starting_position              = "LATEST"
      bisect_batch_on_function_error = true
      maximum_retry_attempts         = 4
      destination_arn_on_failure     = module.plain.sqs_queue_arn
      filter_criteria                = [{ pattern = jsonencode({ eventName = ["INSERT"] }) }]
    }
  }
  allowed_triggers = {
    rule = { service = "events", source_arn = module.bus.eventbridge_rule_arns["orders"] }
    api  = { principal = "apigateway.amazonaws.com", source_arn = "${module.api.api_execution_arn}/*/*" }
  }
}

module "vpc_worker" {
  source                            = "terraform-aws-modules/lambda/aws"
  version                           = "~> 6.5"
  function_name                     = "inside"
  handler                           = "app.handler"
  runtime                           = "nodejs22.x"
  timeout                           = 10
  memory_size                       = 256
  vpc_subnet_ids                    = ["subnet-1", "subnet-2"]
  vpc_security_group_ids            = ["sg-1"]
  attach_network_policy             = true
  use_existing_cloudwatch_log_group = true
  ephemeral_storage_size            = 1024
  file_system_arn                   = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-1"
  file_system_local_mount_path      = "/mnt/x"
  create_role                       = false
  lambda_role                       = module.flow.role_arn
}

module "image" {
  source                                  = "terraform-aws-modules/lambda/aws"
  version                                 = "~> 7.0"
  function_name                           = "image"
  package_type                            = "Image"
  image_uri                               = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/image:1"
  timeout                                 = 30
  memory_size                             = 1024
  cloudwatch_logs_retention_in_days       = 7
  logging_log_group                       = "/apps/image"
  create_current_version_allowed_triggers = false
  allowed_triggers                        = { topic = { service = "sns", source_arn = module.news.topic_arn } }
}

module "layer" {
  source       = "terraform-aws-modules/lambda/aws"
  version      = "~> 8.0"
  create_layer = true
  layer_name   = "common"
}

module "alias" {
  source           = "terraform-aws-modules/lambda/aws//modules/alias"
  version          = "~> 8.0"
  name             = "live"
  function_name    = module.worker.lambda_function_name
  function_version = module.worker.lambda_function_version
  allowed_triggers = { bucket = { service = "s3", source_arn = module.files.s3_bucket_arn } }
}

module "flow" {
  source     = "terraform-aws-modules/step-functions/aws"
  version    = "~> 5.0"
  name       = "flow"
  type       = "express"
  definition = jsonencode({ StartAt = "Work", States = { Work = { Type = "Task", Resource = module.worker.lambda_function_arn, End = true } } })
  service_integrations = {
    lambda            = { lambda = [module.worker.lambda_function_arn] }
    sqs               = { sqs = [module.jobs.queue_arn] }
    dynamodb          = { dynamodb = [module.orders.dynamodb_table_arn] }
    stepfunction_Sync = { stepfunction = ["arn:aws:states:eu-west-1:111122223333:stateMachine:other"], stepfunction_Wildcard = ["*"], events = true }
    xray              = { xray = true }
  }
  logging_configuration    = { level = "ERROR", include_execution_data = true }
  attach_policy_statements = true
  policy_statements        = { topic = { effect = "Allow", actions = ["sns:Publish"], resources = [module.news.topic_arn] } }
}

module "flow_before" {
  source            = "terraform-aws-modules/step-functions/aws"
  version           = "~> 2.0"
  name              = "before"
  definition        = jsonencode({ StartAt = "End", States = { End = { Type = "Succeed" } } })
  use_existing_role = true
  role_arn          = module.flow.role_arn
  create_role       = false
}
