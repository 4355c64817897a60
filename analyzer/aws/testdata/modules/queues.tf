# Queues and topics, as the versions of their modules take them.
module "jobs" {
  source                     = "terraform-aws-modules/sqs/aws"
  version                    = "~> 5.0"
  name                       = "jobs"
  visibility_timeout_seconds = 120
  message_retention_seconds  = 86400
  receive_wait_time_seconds  = 20
  create_dlq                 = true
  dlq_name                   = "jobs-dead"
  redrive_policy             = { maxReceiveCount = 4 }
  create_queue_policy        = true
  queue_policy_statements = {
    topic = {
      sid        = "Topic"
      actions    = ["sqs:SendMessage"]
      principals = [{ type = "Service", identifiers = ["sns.amazonaws.com"] }]
      condition  = [{ test = "ArnEquals", variable = "aws:SourceArn", values = [module.news.topic_arn] }]
    }
  }
}

module "jobs_before" {
  source              = "terraform-aws-modules/sqs/aws"
  version             = "~> 4.2"
  name                = "jobs.fifo"
  fifo_queue          = true
  redrive_policy      = { deadLetterTargetArn = module.plain.sqs_queue_arn, maxReceiveCount = 2 }
  create_queue_policy = true
  queue_policy_statements = {
    bucket = {
      actions    = ["sqs:SendMessage"]
      principals = [{ type = "Service", identifiers = ["s3.amazonaws.com"] }]
      conditions = [{ test = "ArnLike", variable = "aws:SourceArn", values = ["arn:aws:s3:::uploads"] }]
      condition  = [{ test = "StringEquals", variable = "is", values = ["not read"] }]
    }
  }
}

module "plain" {
  source                     = "terraform-aws-modules/sqs/aws"
  version                    = "3.4.1"
  name                       = "plain"
  visibility_timeout_seconds = 45
  redrive_policy             = jsonencode({ deadLetterTargetArn = module.jobs.dead_letter_queue_arn, maxReceiveCount = 7 })
  redrive_allow_policy       = jsonencode({ redrivePermission = "denyAll" })
  policy                     = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "sqs:SendMessage", Resource = "*" }] })
}

module "no_queue" {
  source = "terraform-aws-modules/sqs/aws"
  create = false
}

module "news" {
  source  = "terraform-aws-modules/sns/aws"
  version = "~> 7.0"
  name    = "news"
  topic_policy_statements = {
    rule = {
      actions    = ["sns:Publish"]
      principals = [{ type = "Service", identifiers = ["events.amazonaws.com"] }]
      condition  = [{ test = "ArnEquals", variable = "aws:SourceArn", values = [module.bus.eventbridge_rule_arns["orders"]] }]
    }
  }
  subscriptions = {
    jobs = {
      protocol             = "sqs"
      endpoint             = module.jobs.queue_arn
      raw_message_delivery = true
      filter_policy        = jsonencode({ kind = ["job"] })
      redrive_policy       = jsonencode({ deadLetterTargetArn = module.jobs.dead_letter_queue_arn })
    }
    worker = { protocol = "lambda", endpoint = module.worker.lambda_function_arn }
  }
}

module "news_before" {
  source                      = "git::https://example.com/terraform-aws-modules/terraform-aws-sns.git?ref=v5.4.0"
  name                        = "alerts.fifo"
  fifo_topic                  = true
  enable_default_topic_policy = false
  topic_policy_statements = {
    alarms = {
      actions    = ["sns:Publish"]
      principals = [{ type = "Service", identifiers = ["cloudwatch.amazonaws.com"] }]
      conditions = [{ test = "ArnLike", variable = "aws:SourceArn", values = ["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a"] }]
    }
  }
}

module "old_topic" {
  source  = "terraform-aws-modules/sns/aws"
  version = "~> 4.0"
  name    = "old"
  policy  = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "ses.amazonaws.com" }, Action = "sns:Publish", Resource = "*" }] })
}
