variable "version" { default = 4 }
variable "create" { default = true }
variable "create_bus" { default = true }
variable "create_rules" { default = true }
variable "create_targets" { default = true }
variable "create_permissions" { default = true }
variable "create_archives" { default = false }
variable "create_connections" { default = false }
variable "create_api_destinations" { default = false }
variable "create_schedule_groups" { default = true }
variable "create_schedules" { default = true }
variable "create_pipes" { default = true }
variable "create_role" { default = true }
variable "create_pipe_role_only" { default = false }
variable "create_log_delivery" { default = true }
variable "create_log_delivery_source" { default = true }
variable "log_delivery_source_name" { default = null }
variable "bus_name" { default = "default" }
variable "dead_letter_config" { default = {} }
variable "append_rule_postfix" { default = true }
variable "append_schedule_postfix" { default = true }
variable "append_schedule_group_postfix" { default = true }
variable "append_pipe_postfix" { default = true }
variable "append_connection_postfix" { default = true }
variable "append_destination_postfix" { default = true }
variable "rules" { default = {} }
variable "targets" { default = {} }
variable "permissions" { default = {} }
variable "archives" { default = {} }
variable "connections" { default = {} }
variable "api_destinations" { default = {} }
variable "schedule_groups" { default = {} }
variable "schedules" { default = {} }
variable "pipes" { default = {} }
variable "role_name" { default = null }
variable "trusted_entities" { default = [] }
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
variable "attach_tracing_policy" { default = false }
variable "attach_policy" { default = false }
variable "policy" { default = null }
variable "attach_policies" { default = false }
variable "policies" { default = [] }
variable "number_of_policies" { default = 0 }
variable "attach_policy_json" { default = false }
variable "policy_json" { default = null }
variable "attach_policy_jsons" { default = false }
variable "policy_jsons" { default = [] }
variable "number_of_policy_jsons" { default = 0 }
variable "attach_policy_statements" { default = false }
variable "policy_statements" { default = {} }
variable "tags" { default = {} }

# Nothing that is read is made of these.
variable "bus_description" {}
variable "create_schemas_discoverer" {}
variable "ecs_pass_role_resources" {}
variable "event_source_name" {}
variable "kms_key_identifier" {}
variable "log_config" {}
variable "log_delivery" {}
variable "policy_path" {}
variable "region" {}
variable "role_description" {}
variable "role_force_detach_policies" {}
variable "role_path" {}
variable "role_permissions_boundary" {}
variable "role_tags" {}
variable "schedule_group_timeouts" {}
variable "schemas_discoverer_description" {}
variable "sns_kms_arns" {}

locals {
  bus     = var.create && var.create_bus ? aws_cloudwatch_event_bus.this[0].name : var.bus_name
  bus_arn = var.create && var.create_bus ? aws_cloudwatch_event_bus.this[0].arn : data.aws_cloudwatch_event_bus.this[0].arn
  names   = { for k, r in var.rules : k => var.append_rule_postfix ? "${replace(k, "_", "-")}-rule" : k }
  targets = flatten([for k, r in var.rules : [for t in try(var.targets[k], []) : merge(t, { rule = k })]])
}

data "aws_cloudwatch_event_bus" "this" {
  count = var.create && var.create_bus ? 0 : 1
  name  = var.bus_name
}

resource "aws_cloudwatch_event_bus" "this" {
  count              = var.create && var.create_bus ? 1 : 0
  name               = var.bus_name
  dead_letter_config = length(var.dead_letter_config) > 0 ? var.dead_letter_config : null
}

resource "aws_cloudwatch_log_delivery_source" "this" {
  count        = var.version >= 4 && var.create && var.create_log_delivery && var.create_log_delivery_source ? 1 : 0
  name         = coalesce(var.log_delivery_source_name, var.bus_name)
  resource_arn = local.bus_arn
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each            = { for k, r in var.rules : k => r if var.create && var.create_rules }
  name                = local.names[each.key]
  event_bus_name      = local.bus
  event_pattern       = try(each.value.event_pattern, null)
  schedule_expression = try(each.value.schedule_expression, null)
  state               = var.version < 3 ? null : try(each.value.enabled ? "ENABLED" : "DISABLED", tobool(each.value.state) ? "ENABLED" : "DISABLED", upper(each.value.state), null)
  is_enabled          = var.version < 3 ? try(each.value.enabled, true) : null
  role_arn            = try(each.value.role_arn, false) ? aws_iam_role.eventbridge[0].arn : null
}

# What is a block of a target is handed on as the call writes it.
resource "aws_cloudwatch_event_target" "this" {
  for_each       = { for t in local.targets : t.name => t if var.create && var.create_targets }
  rule           = local.names[each.value.rule]
  event_bus_name = local.bus
  target_id      = try(each.value.target_id, null)
  arn            = try(aws_cloudwatch_event_api_destination.this[each.value.destination].arn, each.value.arn)
  role_arn       = can(length(each.value.attach_role_arn)) ? each.value.attach_role_arn : try(each.value.attach_role_arn, false) ? aws_iam_role.eventbridge[0].arn : null
  input          = try(each.value.input, null)
  input_path     = try(each.value.input_path, null)

  ecs_target        = try(each.value.ecs_target, null)
  batch_target      = try(each.value.batch_target, null)
  http_target       = try(each.value.http_target, null)
  input_transformer = try(each.value.input_transformer, null)
  retry_policy      = try(each.value.retry_policy, null)
  dynamic "sqs_target" {
    for_each = try([each.value.message_group_id], [])
    content {
      message_group_id = sqs_target.value
    }
  }
  dynamic "dead_letter_config" {
    for_each = try([each.value.dead_letter_arn], [])
    content {
      arn = dead_letter_config.value
    }
  }
}

resource "aws_cloudwatch_event_permission" "this" {
  for_each       = { for k, p in var.permissions : k => p if var.create && var.create_permissions }
  principal      = compact(split(" ", each.key))[0]
  statement_id   = compact(split(" ", each.key))[1]
  action         = try(each.value.action, null)
  event_bus_name = try(each.value.event_bus_name, local.bus)
  dynamic "condition" {
    for_each = try([each.value.condition_org], [])
    content {
      key   = "aws:PrincipalOrgID"
      type  = "StringEquals"
      value = condition.value
    }
  }
}

resource "aws_cloudwatch_event_archive" "this" {
  for_each         = { for k, a in var.archives : k => a if var.create && var.create_archives }
  name             = try(each.value.name, each.key)
  event_source_arn = try(each.value.event_source_arn, local.bus_arn)
  event_pattern    = try(each.value.event_pattern, null)
  retention_days   = try(each.value.retention_days, null)
}

resource "aws_cloudwatch_event_connection" "this" {
  for_each           = { for k, c in var.connections : k => c if var.create && var.create_connections }
  name               = var.append_connection_postfix ? "${replace(each.key, "_", "-")}-connection" : each.key
  authorization_type = each.value.authorization_type
}

resource "aws_cloudwatch_event_api_destination" "this" {
  for_each                         = { for k, d in var.api_destinations : k => d if var.create && var.create_api_destinations }
  name                             = var.append_destination_postfix ? "${replace(each.key, "_", "-")}-destination" : each.key
  invocation_endpoint              = each.value.invocation_endpoint
  http_method                      = each.value.http_method
  invocation_rate_limit_per_second = try(each.value.invocation_rate_limit_per_second, null)
  connection_arn                   = try(aws_cloudwatch_event_connection.this[each.value.connection_name].arn, aws_cloudwatch_event_connection.this[each.key].arn, null)
}

resource "aws_scheduler_schedule_group" "this" {
  for_each = { for k, g in var.schedule_groups : k => g if var.create && var.create_schedule_groups }
  name     = try(each.value.name, each.key)
}

resource "aws_scheduler_schedule" "this" {
  for_each                     = { for k, s in var.schedules : k => s if var.create && var.create_schedules }
  name                         = var.append_schedule_postfix ? "${replace(each.key, "_", "-")}-schedule" : each.key
  group_name                   = try(aws_scheduler_schedule_group.this[each.value.group_name].id, each.value.group_name, null)
  schedule_expression          = each.value.schedule_expression
  schedule_expression_timezone = try(each.value.timezone, null)
  state                        = try(each.value.state, true) ? "ENABLED" : "DISABLED"
  flexible_time_window {
    mode                      = try(each.value.use_flexible_time_window, false) ? "FLEXIBLE" : "OFF"
    maximum_window_in_minutes = try(each.value.maximum_window_in_minutes, null)
  }
  target {
    arn            = each.value.arn
    role_arn       = can(length(each.value.role_arn)) ? each.value.role_arn : aws_iam_role.eventbridge[0].arn
    input          = try(each.value.input, null)
    ecs_parameters = try(each.value.ecs_parameters, null)
    retry_policy   = try(each.value.retry_policy, null)
    dynamic "dead_letter_config" {
      for_each = try([each.value.dead_letter_arn], [])
      content {
        arn = dead_letter_config.value
      }
    }
  }
}

resource "aws_pipes_pipe" "this" {
  for_each      = { for k, p in var.pipes : k => p if var.create && var.create_pipes }
  name          = var.append_pipe_postfix ? "${replace(each.key, "_", "-")}-pipe" : each.key
  role_arn      = try(each.value.role_arn, aws_iam_role.eventbridge_pipe[each.key].arn)
  source        = each.value.source
  target        = each.value.target
  enrichment    = try(aws_cloudwatch_event_api_destination.this[each.value.enrichment].arn, each.value.enrichment, null)
  desired_state = try(each.value.desired_state, null)

  source_parameters     = try(each.value.source_parameters, null)
  target_parameters     = try(each.value.target_parameters, null)
  enrichment_parameters = try(each.value.enrichment_parameters, null)
  log_configuration     = try(each.value.log_configuration, null)
}

output "eventbridge_bus_name" { value = var.bus_name }
output "eventbridge_bus_arn" { value = one(aws_cloudwatch_event_bus.this[*].arn) }
output "eventbridge_bus" { value = aws_cloudwatch_event_bus.this }
output "eventbridge_rule_ids" { value = { for k, r in aws_cloudwatch_event_rule.this : k => r.id } }
output "eventbridge_rule_arns" { value = { for k, r in aws_cloudwatch_event_rule.this : k => r.arn } }
output "eventbridge_rules" { value = aws_cloudwatch_event_rule.this }
output "eventbridge_targets" { value = aws_cloudwatch_event_target.this }
output "eventbridge_permissions" { value = aws_cloudwatch_event_permission.this }
output "eventbridge_archive_arns" { value = { for k, a in aws_cloudwatch_event_archive.this : a.name => a.arn } }
output "eventbridge_connection_arns" { value = { for k, c in aws_cloudwatch_event_connection.this : k => c.arn } }
output "eventbridge_api_destination_arns" { value = { for k, d in aws_cloudwatch_event_api_destination.this : k => d.arn } }
output "eventbridge_schedule_group_ids" { value = { for k, g in aws_scheduler_schedule_group.this : k => g.id } }
output "eventbridge_schedule_group_arns" { value = { for k, g in aws_scheduler_schedule_group.this : k => g.arn } }
output "eventbridge_schedule_ids" { value = { for k, s in aws_scheduler_schedule.this : k => s.id } }
output "eventbridge_schedule_arns" { value = { for k, s in aws_scheduler_schedule.this : k => s.arn } }
output "eventbridge_schedules" { value = aws_scheduler_schedule.this }
output "eventbridge_pipe_ids" { value = { for k, p in aws_pipes_pipe.this : k => p.id } }
output "eventbridge_pipe_arns" { value = { for k, p in aws_pipes_pipe.this : k => p.arn } }
output "eventbridge_pipe_role_arns" { value = { for k, r in aws_iam_role.eventbridge_pipe : k => r.arn } }
output "eventbridge_pipe_role_names" { value = { for k, r in aws_iam_role.eventbridge_pipe : k => r.name } }
output "eventbridge_pipes" { value = aws_pipes_pipe.this }
output "eventbridge_role_arn" { value = one(aws_iam_role.eventbridge[*].arn) }
output "eventbridge_role_name" { value = one(aws_iam_role.eventbridge[*].name) }
output "eventbridge_log_delivery_source_arn" { value = one(aws_cloudwatch_log_delivery_source.this[*].arn) }
output "eventbridge_log_delivery_source_name" { value = one(aws_cloudwatch_log_delivery_source.this[*].name) }
