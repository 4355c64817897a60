variable "create" { default = true }
variable "use_existing_alias" { default = false }
variable "refresh_alias" { default = true }
variable "name" { default = "" }
variable "description" { default = "" }
variable "function_name" { default = "" }
variable "function_version" { default = "" }
variable "routing_additional_version_weights" { default = {} }
variable "create_async_event_config" { default = false }
variable "create_version_async_event_config" { default = true }
variable "create_qualified_alias_async_event_config" { default = true }
variable "maximum_event_age_in_seconds" { default = null }
variable "maximum_retry_attempts" { default = null }
variable "destination_on_failure" { default = null }
variable "destination_on_success" { default = null }
variable "create_version_allowed_triggers" { default = true }
variable "create_qualified_alias_allowed_triggers" { default = true }
variable "allowed_triggers" { default = {} }
variable "event_source_mapping" { default = {} }

locals {
  alias_arn = try(data.aws_lambda_alias.existing[0].arn, aws_lambda_alias.with_refresh[0].arn, aws_lambda_alias.no_refresh[0].arn, "")
  version   = try(data.aws_lambda_alias.existing[0].function_version, aws_lambda_alias.with_refresh[0].function_version, aws_lambda_alias.no_refresh[0].function_version, "")
}

data "aws_lambda_alias" "existing" {
  count         = var.create && var.use_existing_alias ? 1 : 0
  function_name = var.function_name
  name          = var.name
}

resource "aws_lambda_alias" "with_refresh" {
  count            = var.create && !var.use_existing_alias && var.refresh_alias ? 1 : 0
  name             = var.name
  function_name    = var.function_name
  function_version = try(coalesce(var.function_version), "$LATEST")
}

resource "aws_lambda_alias" "no_refresh" {
  count            = var.create && !var.use_existing_alias && !var.refresh_alias ? 1 : 0
  name             = var.name
  function_name    = var.function_name
  function_version = try(coalesce(var.function_version), "$LATEST")
}

resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = { for k, on in {
    version         = var.create_version_async_event_config
    qualified_alias = var.create_qualified_alias_async_event_config
  } : k => on if on && var.create && var.create_async_event_config }
  function_name                = var.function_name
  qualifier                    = each.key == "version" ? local.version : var.name
  maximum_event_age_in_seconds = var.maximum_event_age_in_seconds
  maximum_retry_attempts       = var.maximum_retry_attempts
  dynamic "destination_config" {
    for_each = var.destination_on_failure != null || var.destination_on_success != null ? [true] : []
    content {
      dynamic "on_failure" {
        for_each = var.destination_on_failure != null ? [true] : []
        content {
          destination = var.destination_on_failure
        }
      }
      dynamic "on_success" {
        for_each = var.destination_on_success != null ? [true] : []
        content {
          destination = var.destination_on_success
        }
      }
    }
  }
}

resource "aws_lambda_permission" "version_triggers" {
  for_each       = { for k, t in var.allowed_triggers : k => t if var.create && var.create_version_allowed_triggers }
  function_name  = var.function_name
  qualifier      = local.version != "$LATEST" ? local.version : null
  action         = try(each.value.action, "lambda:InvokeFunction")
  principal      = try(each.value.principal, format("%s.amazonaws.com", try(each.value.service, "")))
  source_arn     = try(each.value.source_arn, null)
  source_account = try(each.value.source_account, null)
}

resource "aws_lambda_permission" "qualified_alias_triggers" {
  for_each       = { for k, t in var.allowed_triggers : k => t if var.create && var.create_qualified_alias_allowed_triggers }
  function_name  = var.function_name
  qualifier      = var.name
  action         = try(each.value.action, "lambda:InvokeFunction")
  principal      = try(each.value.principal, format("%s.amazonaws.com", try(each.value.service, "")))
  source_arn     = try(each.value.source_arn, null)
  source_account = try(each.value.source_account, null)
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each                           = { for k, m in var.event_source_mapping : k => m if var.create }
  function_name                      = local.alias_arn
  event_source_arn                   = try(each.value.event_source_arn, null)
  batch_size                         = try(each.value.batch_size, null)
  maximum_batching_window_in_seconds = try(each.value.maximum_batching_window_in_seconds, null)
  enabled                            = try(each.value.enabled, null)
  starting_position                  = try(each.value.starting_position, null)
  parallelization_factor             = try(each.value.parallelization_factor, null)
  maximum_retry_attempts             = try(each.value.maximum_retry_attempts, null)
  maximum_record_age_in_seconds      = try(each.value.maximum_record_age_in_seconds, null)
  bisect_batch_on_function_error     = try(each.value.bisect_batch_on_function_error, null)
  function_response_types            = try(each.value.function_response_types, null)
  tumbling_window_in_seconds         = try(each.value.tumbling_window_in_seconds, null)
  topics                             = try(each.value.topics, null)
  queues                             = try(each.value.queues, null)
  dynamic "destination_config" {
    for_each = try(each.value.destination_arn_on_failure, null) == null ? [] : [true]
    content {
      on_failure {
        destination_arn = each.value.destination_arn_on_failure
      }
    }
  }
  dynamic "scaling_config" {
    for_each = try([each.value.scaling_config], [])
    content {
      maximum_concurrency = try(scaling_config.value.maximum_concurrency, null)
    }
  }
  dynamic "provisioned_poller_config" {
    for_each = try([each.value.provisioned_poller_config], [])
    content {
      minimum_pollers = try(provisioned_poller_config.value.minimum_pollers, null)
      maximum_pollers = try(provisioned_poller_config.value.maximum_pollers, null)
    }
  }
  dynamic "self_managed_event_source" {
    for_each = try(each.value.self_managed_event_source, [])
    content {
      endpoints = self_managed_event_source.value.endpoints
    }
  }
  dynamic "source_access_configuration" {
    for_each = try(each.value.source_access_configuration, [])
    content {
      type = source_access_configuration.value.type
      uri  = source_access_configuration.value.uri
    }
  }
  dynamic "filter_criteria" {
    for_each = try(each.value.filter_criteria, null) == null ? [] : [true]
    content {
      dynamic "filter" {
        for_each = try(flatten([each.value.filter_criteria]), [])
        content {
          pattern = try(filter.value.pattern, null)
        }
      }
    }
  }
}

output "lambda_alias_name" { value = try(data.aws_lambda_alias.existing[0].name, aws_lambda_alias.with_refresh[0].name, aws_lambda_alias.no_refresh[0].name, "") }
output "lambda_alias_arn" { value = local.alias_arn }
output "lambda_alias_invoke_arn" { value = try(data.aws_lambda_alias.existing[0].invoke_arn, aws_lambda_alias.with_refresh[0].invoke_arn, aws_lambda_alias.no_refresh[0].invoke_arn, "") }
output "lambda_alias_function_version" { value = local.version }
