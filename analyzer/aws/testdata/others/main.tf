# Services that have no kind of their own, for what they call, tell and write.
variable "few" {
  type = number
}

resource "aws_lambda_function" "fn" {
  function_name = "fn"
  role          = "arn:aws:iam::123456789012:role/fn"
}

resource "aws_sns_topic" "topic" {
  name = "topic"
}

resource "aws_sqs_queue" "queue" {
  name = "queue"
}

resource "aws_s3_bucket" "bucket" {
  bucket = "bucket"
}

resource "aws_kinesis_stream" "stream" {
  name        = "stream"
  shard_count = 1
}

resource "aws_cloudwatch_log_group" "log" {
  name = "log"
}

resource "aws_codebuild_project" "build" {
  name         = "build"
  service_role = "arn:aws:iam::123456789012:role/build"
}

resource "aws_bedrockagent_agent" "agent" {
  agent_name = "agent"
}

resource "aws_bedrockagent_agent_action_group" "orders" {
  action_group_name = "orders"
  agent_id          = aws_bedrockagent_agent.agent.agent_id
  action_group_executor {
    lambda = aws_lambda_function.fn.arn
  }
}

resource "aws_bedrockagent_knowledge_base" "knowledge" {
  name = "knowledge"
}

resource "aws_bedrockagent_agent_knowledge_base_association" "knowledge" {
  agent_id          = aws_bedrockagent_agent.agent.id
  knowledge_base_id = aws_bedrockagent_knowledge_base.knowledge.id
}

resource "aws_bedrockagent_data_source" "documents" {
  knowledge_base_id = aws_bedrockagent_knowledge_base.knowledge.id
  data_source_configuration {
    type = "S3"
    s3_configuration {
      bucket_arn = aws_s3_bucket.bucket.arn
    }
  }
}

resource "aws_bedrockagentcore_gateway" "tools" {
  name = "tools"
}

resource "aws_bedrockagentcore_gateway_target" "tool" {
  gateway_identifier = aws_bedrockagentcore_gateway.tools.gateway_id
  target_configuration {
    mcp {
      lambda {
        lambda_arn = aws_lambda_function.fn.arn
      }
    }
  }
}

resource "aws_codepipeline" "delivery" {
  name = "delivery"
  stage {
    name = "source"
    action {
      category      = "Source"
      owner         = "AWS"
      provider      = "S3"
      version       = "1"
      configuration = { S3Bucket = aws_s3_bucket.bucket.bucket, S3ObjectKey = "k" }
    }
  }
  stage {
    name = "test"
    action {
      category      = "Build"
      owner         = "AWS"
      provider      = "CodeBuild"
      version       = "1"
      configuration = { ProjectName = aws_codebuild_project.build.name }
    }
    action {
      category      = "Invoke"
      owner         = "AWS"
      provider      = "Lambda"
      version       = "1"
      configuration = { FunctionName = aws_lambda_function.fn.function_name }
    }
  }
}

resource "aws_codecommit_repository" "code" {
  repository_name = "code"
}

resource "aws_codecommit_trigger" "code" {
  repository_name = aws_codecommit_repository.code.repository_name
  trigger {
    name            = "all"
    events          = ["all"]
    destination_arn = aws_lambda_function.fn.arn
  }
}

resource "aws_config_config_rule" "own" {
  count = var.few
  name  = "own"
  source {
    owner             = "CUSTOM_LAMBDA"
    source_identifier = aws_lambda_function.fn.arn
  }
}

resource "aws_lex_intent" "order" {
  name = "order"
  fulfillment_activity {
    type = "CodeHook"
    code_hook {
      message_version = "1.0"
      uri             = aws_lambda_function.fn.arn
    }
  }
}

resource "aws_connect_instance" "centre" {
  identity_management_type = "SAML"
}

resource "aws_connect_lambda_function_association" "called" {
  function_arn = aws_lambda_function.fn.arn
  instance_id  = aws_connect_instance.centre.id
}

resource "aws_transfer_workflow" "arrived" {
  steps {
    type = "CUSTOM"
    custom_step_details {
      target = aws_lambda_function.fn.arn
    }
  }
}

resource "aws_transfer_server" "files" {
  identity_provider_type = "AWS_LAMBDA"
  function               = aws_lambda_function.fn.arn
}

resource "aws_db_event_subscription" "failover" {
  sns_topic = aws_sns_topic.topic.arn
}

resource "aws_autoscaling_lifecycle_hook" "terminating" {
  notification_target_arn = aws_sqs_queue.queue.arn
}

resource "aws_codestarnotifications_notification_rule" "merged" {
  target {
    address = aws_sns_topic.topic.arn
  }
}

resource "aws_budgets_budget" "budget" {
  notification {
    subscriber_sns_topic_arns = [aws_sns_topic.topic.arn]
  }
  notification {
    subscriber_email_addresses = ["a@example.com"]
  }
}

resource "aws_ce_anomaly_subscription" "odd" {
  subscriber {
    type    = "SNS"
    address = aws_sns_topic.topic.arn
  }
}

resource "aws_cloudfront_realtime_log_config" "requests" {
  endpoint {
    stream_type = "Kinesis"
    kinesis_stream_config {
      stream_arn = aws_kinesis_stream.stream.arn
    }
  }
}

resource "aws_cloudtrail" "trail" {
  s3_bucket_name             = aws_s3_bucket.bucket.id
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.log.arn}:*"
}

resource "aws_dms_s3_endpoint" "target" {
  endpoint_type = "target"
  bucket_name   = aws_s3_bucket.bucket.bucket
}

resource "aws_flow_log" "packets" {
  log_destination = aws_s3_bucket.bucket.arn
}

# Variables of what runs containers.
resource "aws_apprunner_service" "web" {
  service_name = "web"
  source_configuration {
    image_repository {
      image_identifier      = "x"
      image_repository_type = "ECR"
      image_configuration {
        runtime_environment_variables = { BUCKET = aws_s3_bucket.bucket.bucket }
        runtime_environment_secrets   = { TOKEN = "arn:aws:ssm:eu-west-1:123456789012:parameter/token" }
      }
    }
  }
}

resource "aws_codebuild_project" "docs" {
  name         = "docs"
  service_role = "arn:aws:iam::123456789012:role/build"
  environment {
    type         = "LINUX_CONTAINER"
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "x"
    environment_variable {
      name  = "BUCKET"
      value = aws_s3_bucket.bucket.bucket
    }
  }
}

resource "aws_ecs_task_definition" "task" {
  family        = "task"
  task_role_arn = "arn:aws:iam::123456789012:role/task"
  container_definitions = jsonencode([{
    name        = "main"
    image       = "x"
    environment = [{ name = "BUCKET", value = aws_s3_bucket.bucket.bucket }]
  }])
}
