variable "create" { default = true }
variable "create_bus" { default = true }
variable "create_rules" { default = true }
variable "create_targets" { default = true }
variable "create_archives" { default = false }
variable "create_schedules" { default = true }
variable "create_schedule_groups" { default = true }
variable "create_pipes" { default = true }
variable "create_connections" { default = false }
variable "create_api_destinations" { default = false }
variable "create_role" { default = true }
variable "role_name" { default = null }
variable "bus_name" { default = "default" }
variable "append_rule_postfix" { default = true }
variable "append_schedule_postfix" { default = true }
variable "append_pipe_postfix" { default = true }
variable "append_connection_postfix" { default = true }
variable "append_destination_postfix" { default = true }
variable "rules" { default = {} }
variable "targets" { default = {} }
variable "archives" { default = {} }
variable "schedules" { default = {} }
variable "schedule_groups" { default = {} }
variable "pipes" { default = {} }
variable "connections" { default = {} }
variable "api_destinations" { default = {} }
variable "attach_lambda_policy" { default = false }
variable "lambda_target_arns" { default = [] }
variable "attach_sqs_policy" { default = false }
variable "sqs_target_arns" { default = [] }
variable "attach_sns_policy" { default = false }
variable "sns_target_arns" { default = [] }
variable "attach_sfn_policy" { default = false }
variable "sfn_target_arns" { default = [] }
variable "attach_kinesis_policy" { default = false }
variable "kinesis_target_arns" { default = [] }
variable "attach_kinesis_firehose_policy" { default = false }
variable "kinesis_firehose_target_arns" { default = [] }
variable "attach_cloudwatch_policy" { default = false }
variable "cloudwatch_target_arns" { default = [] }
variable "attach_ecs_policy" { default = false }
variable "ecs_target_arns" { default = [] }
variable "attach_api_destination_policy" { default = false }
variable "attach_policy_json" { default = false }
variable "policy_json" { default = null }
variable "attach_policy_statements" { default = false }
variable "policy_statements" { default = {} }
variable "tags" { default = {} }

locals {
  bus = var.create && var.create_bus ? aws_cloudwatch_event_bus.this[0].name : var.bus_name
  targets = flatten([for rule, list in var.create && var.create_targets ? var.targets : {} : [
    for i, t in list : { rule = rule, key = try(t.name, "${rule}-${i}"), target = t }
  ]])
  grants = [
    { on = var.attach_lambda_policy, actions = ["lambda:InvokeFunction"], arns = var.lambda_target_arns },
    { on = var.attach_sqs_policy, actions = ["sqs:SendMessage"], arns = var.sqs_target_arns },
    { on = var.attach_sns_policy, actions = ["sns:Publish"], arns = var.sns_target_arns },
    { on = var.attach_sfn_policy, actions = ["states:StartExecution"], arns = var.sfn_target_arns },
    { on = var.attach_kinesis_policy, actions = ["kinesis:PutRecord", "kinesis:PutRecords"], arns = var.kinesis_target_arns },
    { on = var.attach_kinesis_firehose_policy, actions = ["firehose:PutRecord", "firehose:PutRecordBatch"], arns = var.kinesis_firehose_target_arns },
    { on = var.attach_cloudwatch_policy, actions = ["logs:CreateLogStream", "logs:PutLogEvents"], arns = var.cloudwatch_target_arns },
    { on = var.attach_ecs_policy, actions = ["ecs:RunTask"], arns = var.ecs_target_arns },
  ]
}

resource "aws_cloudwatch_event_bus" "this" {
  count = var.create && var.create_bus ? 1 : 0
  name  = var.bus_name
}

resource "aws_iam_role" "eventbridge" {
  count = var.create && var.create_role ? 1 : 0
  name  = coalesce(var.role_name, var.bus_name)
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["events.amazonaws.com", "scheduler.amazonaws.com", "pipes.amazonaws.com"] }
    }]
  })
}

resource "aws_iam_role_policy" "targets" {
  count = var.create && var.create_role ? 1 : 0
  role  = aws_iam_role.eventbridge[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for g in local.grants : { Effect = "Allow", Action = g.actions, Resource = g.arns } if g.on],
      [for s in var.attach_policy_statements ? var.policy_statements : {} : {
        Effect = try(s.effect, "Allow"), Action = try(s.actions, []), Resource = try(s.resources, [])
      }],
    )
  })
}

resource "aws_iam_role_policy" "json" {
  count  = var.create && var.create_role && var.attach_policy_json ? 1 : 0
  role   = aws_iam_role.eventbridge[0].name
  policy = var.policy_json
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each            = var.create && var.create_rules ? var.rules : {}
  name                = var.append_rule_postfix ? "${replace(each.key, "_", "-")}-rule" : each.key
  event_bus_name      = try(each.value.schedule_expression, null) == null ? local.bus : "default"
  event_pattern       = try(each.value.event_pattern, null)
  schedule_expression = try(each.value.schedule_expression, null)
  state               = try(each.value.state, try(tobool(each.value.enabled), true) ? "ENABLED" : "DISABLED")
  role_arn            = try(each.value.role_arn, null)
}

resource "aws_cloudwatch_event_target" "this" {
  for_each       = { for t in local.targets : t.key => t }
  rule           = aws_cloudwatch_event_rule.this[each.value.rule].name
  event_bus_name = aws_cloudwatch_event_rule.this[each.value.rule].event_bus_name
  target_id      = try(each.value.target.target_id, each.key)
  arn            = try(each.value.target.arn, aws_cloudwatch_event_api_destination.this[each.value.target.destination].arn, null)
  role_arn = try(lookup(
    { "true" = try(aws_iam_role.eventbridge[0].arn, null), "false" = null },
    tostring(each.value.target.attach_role_arn), each.value.target.attach_role_arn,
  ), null)
  input      = try(each.value.target.input, null)
  input_path = try(each.value.target.input_path, null)

  dynamic "dead_letter_config" {
    for_each = try(each.value.target.dead_letter_arn, null) == null ? [] : [true]
    content {
      arn = each.value.target.dead_letter_arn
    }
  }
  dynamic "retry_policy" {
    for_each = try([each.value.target.retry_policy], [])
    content {
      maximum_event_age_in_seconds = try(retry_policy.value.maximum_event_age_in_seconds, null)
      maximum_retry_attempts       = try(retry_policy.value.maximum_retry_attempts, null)
    }
  }
  dynamic "sqs_target" {
    for_each = try(each.value.target.message_group_id, null) == null ? [] : [true]
    content {
      message_group_id = each.value.target.message_group_id
    }
  }
  dynamic "ecs_target" {
    for_each = try([each.value.target.ecs_target], [])
    content {
      task_definition_arn = try(ecs_target.value.task_definition_arn, null)
      launch_type         = try(ecs_target.value.launch_type, null)
    }
  }
}

resource "aws_cloudwatch_event_archive" "this" {
  for_each         = var.create && var.create_archives ? var.archives : {}
  name             = each.key
  event_source_arn = try(each.value.event_source_arn, aws_cloudwatch_event_bus.this[0].arn, null)
  event_pattern    = try(each.value.event_pattern, null)
  retention_days   = try(each.value.retention_days, null)
}

resource "aws_cloudwatch_event_connection" "this" {
  for_each           = var.create && var.create_connections ? var.connections : {}
  name               = each.key
  authorization_type = try(each.value.authorization_type, null)
}

resource "aws_cloudwatch_event_api_destination" "this" {
  for_each                         = var.create && var.create_api_destinations ? var.api_destinations : {}
  name                             = each.key
  invocation_endpoint              = try(each.value.invocation_endpoint, null)
  http_method                      = try(each.value.http_method, null)
  invocation_rate_limit_per_second = try(each.value.invocation_rate_limit_per_second, null)
  connection_arn                   = try(aws_cloudwatch_event_connection.this[each.key].arn, null)
}

resource "aws_scheduler_schedule" "this" {
  for_each                     = var.create && var.create_schedules ? var.schedules : {}
  name                         = var.append_schedule_postfix ? "${replace(each.key, "_", "-")}-schedule" : each.key
  group_name                   = try(each.value.group_name, null)
  schedule_expression          = try(each.value.schedule_expression, null)
  schedule_expression_timezone = try(each.value.timezone, null)
  state                        = try(each.value.state, null)
  flexible_time_window {
    mode                      = try(each.value.use_flexible_time_window, false) ? "FLEXIBLE" : "OFF"
    maximum_window_in_minutes = try(each.value.maximum_window_in_minutes, null)
  }
  target {
    arn      = try(each.value.arn, null)
    role_arn = try(each.value.role_arn, aws_iam_role.eventbridge[0].arn, null)
    input    = try(each.value.input, null)
    dynamic "dead_letter_config" {
      for_each = try(each.value.dead_letter_arn, null) == null ? [] : [true]
      content {
        arn = each.value.dead_letter_arn
      }
    }
    dynamic "retry_policy" {
      for_each = try([each.value.retry_policy], [])
      content {
        maximum_event_age_in_seconds = try(retry_policy.value.maximum_event_age_in_seconds, null)
        maximum_retry_attempts       = try(retry_policy.value.maximum_retry_attempts, null)
      }
    }
  }
}

resource "aws_pipes_pipe" "this" {
  for_each   = var.create && var.create_pipes ? var.pipes : {}
  name       = var.append_pipe_postfix ? "${replace(each.key, "_", "-")}-pipe" : each.key
  role_arn   = try(each.value.role_arn, aws_iam_role.eventbridge[0].arn, null)
  source     = try(each.value.source, null)
  target     = try(each.value.target, aws_cloudwatch_event_api_destination.this[each.value.target].arn, null)
  enrichment = try(each.value.enrichment, null)
  dynamic "source_parameters" {
    for_each = try([each.value.source_parameters], [])
    content {
      dynamic "sqs_queue_parameters" {
        for_each = try([source_parameters.value.sqs_queue_parameters], [])
        content {
          batch_size                         = try(sqs_queue_parameters.value.batch_size, null)
          maximum_batching_window_in_seconds = try(sqs_queue_parameters.value.maximum_batching_window_in_seconds, null)
        }
      }
      dynamic "filter_criteria" {
        for_each = try([source_parameters.value.filter_criteria], [])
        content {
          dynamic "filter" {
            for_each = try(flatten([filter_criteria.value]), [])
            content {
              pattern = try(filter.value.pattern, null)
            }
          }
        }
      }
      dynamic "dynamodb_stream_parameters" {
        for_each = try([source_parameters.value.dynamodb_stream_parameters], [])
        content {
          starting_position      = try(dynamodb_stream_parameters.value.starting_position, null)
          batch_size             = try(dynamodb_stream_parameters.value.batch_size, null)
          maximum_retry_attempts = try(dynamodb_stream_parameters.value.maximum_retry_attempts, null)
          dynamic "dead_letter_config" {
            for_each = try([dynamodb_stream_parameters.value.dead_letter_config], [])
            content {
              arn = try(dead_letter_config.value.arn, null)
            }
          }
        }
      }
      dynamic "kinesis_stream_parameters" {
        for_each = try([source_parameters.value.kinesis_stream_parameters], [])
        content {
          starting_position      = try(kinesis_stream_parameters.value.starting_position, null)
          batch_size             = try(kinesis_stream_parameters.value.batch_size, null)
          maximum_retry_attempts = try(kinesis_stream_parameters.value.maximum_retry_attempts, null)
          dynamic "dead_letter_config" {
            for_each = try([kinesis_stream_parameters.value.dead_letter_config], [])
            content {
              arn = try(dead_letter_config.value.arn, null)
            }
          }
        }
      }
    }
  }
}

output "eventbridge_bus_name" { value = local.bus }
output "eventbridge_bus_arn" { value = one(aws_cloudwatch_event_bus.this[*].arn) }
output "eventbridge_rule_ids" { value = { for k, r in aws_cloudwatch_event_rule.this : k => r.id } }
output "eventbridge_rule_arns" { value = { for k, r in aws_cloudwatch_event_rule.this : k => r.arn } }
output "eventbridge_role_arn" { value = one(aws_iam_role.eventbridge[*].arn) }
output "eventbridge_role_name" { value = one(aws_iam_role.eventbridge[*].name) }
output "eventbridge_schedule_arns" { value = { for k, s in aws_scheduler_schedule.this : k => s.arn } }
output "eventbridge_schedule_ids" { value = { for k, s in aws_scheduler_schedule.this : k => s.id } }
output "eventbridge_pipe_arns" { value = { for k, p in aws_pipes_pipe.this : k => p.arn } }
output "eventbridge_rules" { value = aws_cloudwatch_event_rule.this }
output "eventbridge_schedules" { value = aws_scheduler_schedule.this }
output "eventbridge_pipes" { value = aws_pipes_pipe.this }
output "eventbridge_api_destination_arns" { value = { for k, d in aws_cloudwatch_event_api_destination.this : k => d.arn } }
