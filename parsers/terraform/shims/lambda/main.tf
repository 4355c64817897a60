variable "version" { default = 8 }
variable "create" { default = true }
variable "create_function" { default = true }
variable "create_layer" { default = false }
variable "create_role" { default = true }
variable "create_package" { default = true }
variable "function_name" { default = "" }
variable "description" { default = null }
variable "handler" { default = "" }
variable "runtime" { default = "" }
variable "timeout" { default = null } # the module writes what Lambda takes for nothing
variable "memory_size" { default = null }
variable "reserved_concurrent_executions" { default = -1 }
variable "provisioned_concurrent_executions" { default = -1 }
variable "package_type" { default = "Zip" }
variable "image_uri" { default = null }
variable "local_existing_package" { default = null }
variable "s3_existing_package" { default = null }
variable "architectures" { default = null }
variable "ephemeral_storage_size" { default = 512 }
variable "layers" { default = null }
variable "kms_key_arn" { default = null }
variable "lambda_at_edge" { default = false }
variable "publish" { default = false }
variable "snap_start" { default = false }
variable "durable_config_execution_timeout" { default = null }
variable "durable_config_retention_period" { default = null }
variable "recursive_loop" { default = null }
variable "environment_variables" { default = {} }
variable "dead_letter_target_arn" { default = null }
variable "tracing_mode" { default = null }
variable "vpc_subnet_ids" { default = null }
variable "vpc_security_group_ids" { default = null }
variable "file_system_arn" { default = null }
variable "file_system_local_mount_path" { default = null }
variable "logging_log_group" { default = null }
variable "logging_log_format" { default = "Text" }
variable "logging_application_log_level" { default = "INFO" }
variable "logging_system_log_level" { default = "INFO" }
variable "use_existing_cloudwatch_log_group" { default = false }
variable "cloudwatch_logs_retention_in_days" { default = null }
variable "cloudwatch_logs_log_group_class" { default = null }
variable "cloudwatch_logs_kms_key_id" { default = null }
variable "layer_name" { default = "" }
variable "compatible_runtimes" { default = [] }
variable "allowed_triggers" { default = {} }
variable "create_current_version_allowed_triggers" { default = true }
variable "create_unqualified_alias_allowed_triggers" { default = true }
variable "event_source_mapping" { default = {} }
variable "create_async_event_config" { default = false }
variable "create_current_version_async_event_config" { default = true }
variable "create_unqualified_alias_async_event_config" { default = true }
variable "maximum_event_age_in_seconds" { default = null }
variable "maximum_retry_attempts" { default = null }
variable "destination_on_failure" { default = null }
variable "destination_on_success" { default = null }
variable "create_lambda_function_url" { default = false }
variable "create_unqualified_alias_lambda_function_url" { default = true }
variable "authorization_type" { default = "NONE" }
variable "invoke_mode" { default = null }
variable "cors" { default = {} }
variable "lambda_role" { default = "" }
variable "role_name" { default = null }
variable "trusted_entities" { default = [] }
variable "assume_role_policy_statements" { default = {} }
variable "attach_cloudwatch_logs_policy" { default = true }
variable "attach_create_log_group_permission" { default = true }
variable "attach_dead_letter_policy" { default = false }
variable "attach_network_policy" { default = false }
variable "attach_tracing_policy" { default = false }
variable "attach_async_event_policy" { default = false }
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
variable "function_tags" { default = {} }

# Nothing that is read is made of these.
variable "artifacts_dir" {}
variable "build_in_docker" {}
variable "cloudwatch_logs_deletion_protection_enabled" {}
variable "cloudwatch_logs_skip_destroy" {}
variable "cloudwatch_logs_tags" {}
variable "code_signing_config_arn" {}
variable "compatible_architectures" {}
variable "create_sam_metadata" {}
variable "docker_additional_options" {}
variable "docker_build_root" {}
variable "docker_entrypoint" {}
variable "docker_file" {}
variable "docker_image" {}
variable "docker_pip_cache" {}
variable "docker_with_ssh_agent" {}
variable "hash_extra" {}
variable "ignore_source_code_hash" {}
variable "image_config_command" {}
variable "image_config_entry_point" {}
variable "image_config_working_directory" {}
variable "include_default_tag" {}
variable "ipv6_allowed_for_dual_stack" {}
variable "lambda_at_edge_logs_all_regions" {}
variable "layer_skip_destroy" {}
variable "license_info" {}
variable "managed_instances_capacity_provider_arn" {}
variable "policy_name" {}
variable "policy_path" {}
variable "quiet_archive_local_exec" {}
variable "recreate_missing_package" {}
variable "region" {}
variable "replace_security_groups_on_destroy" {}
variable "replacement_security_group_ids" {}
variable "role_description" {}
variable "role_force_detach_policies" {}
variable "role_maximum_session_duration" {}
variable "role_path" {}
variable "role_permissions_boundary" {}
variable "role_tags" {}
variable "s3_acl" {}
variable "s3_bucket" {}
variable "s3_kms_key_id" {}
variable "s3_object_override_default_tags" {}
variable "s3_object_storage_class" {}
variable "s3_object_tags" {}
variable "s3_object_tags_only" {}
variable "s3_prefix" {}
variable "s3_server_side_encryption" {}
variable "skip_destroy" {}
variable "source_path" {}
variable "store_on_s3" {}
variable "tenant_isolation_mode" {}
variable "timeouts" {}
variable "trigger_on_package_timestamp" {}

locals {
  made = var.create && var.create_function && !var.create_layer
  zip  = var.package_type == "Zip"
  logs = coalesce(var.logging_log_group, "/aws/lambda/${var.lambda_at_edge ? "us-east-1." : ""}${var.function_name}")
}

resource "aws_lambda_function" "this" {
  count                          = local.made ? 1 : 0
  function_name                  = var.function_name
  description                    = var.description
  role                           = var.create_role ? aws_iam_role.lambda[0].arn : var.lambda_role
  handler                        = local.zip ? var.handler : null
  runtime                        = local.zip ? var.runtime : null
  package_type                   = var.package_type
  image_uri                      = var.image_uri
  filename                       = var.local_existing_package
  s3_bucket                      = try(var.s3_existing_package.bucket, null)
  s3_key                         = try(var.s3_existing_package.key, null)
  architectures                  = var.architectures
  timeout                        = var.lambda_at_edge ? min(coalesce(var.timeout, 3), 30) : var.timeout
  memory_size                    = var.memory_size
  reserved_concurrent_executions = var.reserved_concurrent_executions
  layers                         = var.layers
  kms_key_arn                    = var.kms_key_arn
  publish                        = var.lambda_at_edge || var.snap_start ? true : var.publish
  tags                           = merge(var.tags, var.function_tags)

  dynamic "environment" {
    for_each = length(keys(var.environment_variables)) == 0 ? [] : [true]
    content {
      variables = var.environment_variables
    }
  }
  dynamic "dead_letter_config" {
    for_each = var.dead_letter_target_arn == null ? [] : [true]
    content {
      target_arn = var.dead_letter_target_arn
    }
  }
  dynamic "tracing_config" {
    for_each = var.tracing_mode == null ? [] : [true]
    content {
      mode = var.tracing_mode
    }
  }
  dynamic "vpc_config" {
    for_each = var.vpc_subnet_ids != null && var.vpc_security_group_ids != null ? [true] : []
    content {
      subnet_ids         = var.vpc_subnet_ids
      security_group_ids = var.vpc_security_group_ids
    }
  }
  dynamic "ephemeral_storage" {
    for_each = var.ephemeral_storage_size == null ? [] : [true]
    content {
      size = var.ephemeral_storage_size
    }
  }
  dynamic "file_system_config" {
    for_each = var.file_system_arn != null && var.file_system_local_mount_path != null ? [true] : []
    content {
      arn              = var.file_system_arn
      local_mount_path = var.file_system_local_mount_path
    }
  }
  dynamic "snap_start" {
    for_each = var.snap_start ? [true] : []
    content {
      apply_on = "PublishedVersions"
    }
  }
  dynamic "durable_config" {
    for_each = var.durable_config_execution_timeout == null ? [] : [true]
    content {
      execution_timeout = var.durable_config_execution_timeout
      retention_period  = var.durable_config_retention_period
    }
  }
  dynamic "logging_config" {
    for_each = var.version < 7 ? [] : [true]
    content {
      log_group             = var.logging_log_group
      log_format            = var.logging_log_format
      application_log_level = var.logging_log_format == "Text" ? null : var.logging_application_log_level
      system_log_level      = var.logging_log_format == "Text" ? null : var.logging_system_log_level
    }
  }
}

resource "aws_lambda_layer_version" "this" {
  count               = var.create && var.create_layer ? 1 : 0
  layer_name          = var.layer_name
  compatible_runtimes = var.compatible_runtimes
  filename            = var.local_existing_package
}

data "aws_cloudwatch_log_group" "lambda" {
  count = local.made && var.use_existing_cloudwatch_log_group ? 1 : 0
  name  = local.logs
}

resource "aws_cloudwatch_log_group" "lambda" {
  count             = local.made && !var.use_existing_cloudwatch_log_group ? 1 : 0
  name              = local.logs
  retention_in_days = var.cloudwatch_logs_retention_in_days
  log_group_class   = var.cloudwatch_logs_log_group_class
  kms_key_id        = var.cloudwatch_logs_kms_key_id
}

resource "aws_lambda_provisioned_concurrency_config" "current_version" {
  count                             = local.made && var.provisioned_concurrent_executions > -1 ? 1 : 0
  function_name                     = aws_lambda_function.this[0].function_name
  qualifier                         = aws_lambda_function.this[0].version
  provisioned_concurrent_executions = var.provisioned_concurrent_executions
}

resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = { for k, on in {
    current_version   = var.create_current_version_async_event_config
    unqualified_alias = var.create_unqualified_alias_async_event_config
  } : k => on if on && local.made && var.create_async_event_config }
  function_name                = aws_lambda_function.this[0].function_name
  qualifier                    = each.key == "current_version" ? aws_lambda_function.this[0].version : null
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

resource "aws_lambda_permission" "current_version_triggers" {
  for_each               = { for k, t in var.allowed_triggers : k => t if local.made && var.create_current_version_allowed_triggers }
  function_name          = aws_lambda_function.this[0].function_name
  qualifier              = aws_lambda_function.this[0].version
  action                 = try(each.value.action, "lambda:InvokeFunction")
  principal              = try(each.value.principal, format("%s.amazonaws.com", try(each.value.service, "")))
  source_arn             = try(each.value.source_arn, null)
  source_account         = try(each.value.source_account, null)
  function_url_auth_type = try(each.value.function_url_auth_type, null)
}

resource "aws_lambda_permission" "unqualified_alias_triggers" {
  for_each               = { for k, t in var.allowed_triggers : k => t if local.made && var.create_unqualified_alias_allowed_triggers }
  function_name          = aws_lambda_function.this[0].function_name
  action                 = try(each.value.action, "lambda:InvokeFunction")
  principal              = try(each.value.principal, format("%s.amazonaws.com", try(each.value.service, "")))
  source_arn             = try(each.value.source_arn, null)
  source_account         = try(each.value.source_account, null)
  function_url_auth_type = try(each.value.function_url_auth_type, null)
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each                           = { for k, m in var.event_source_mapping : k => m if local.made && var.create_unqualified_alias_allowed_triggers }
  function_name                      = aws_lambda_function.this[0].arn
  event_source_arn                   = try(each.value.event_source_arn, null)
  batch_size                         = try(each.value.batch_size, null)
  maximum_batching_window_in_seconds = try(each.value.maximum_batching_window_in_seconds, null)
  enabled                            = try(each.value.enabled, true)
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

resource "aws_lambda_function_url" "this" {
  count              = local.made && var.create_lambda_function_url ? 1 : 0
  function_name      = aws_lambda_function.this[0].function_name
  qualifier          = var.create_unqualified_alias_lambda_function_url ? null : aws_lambda_function.this[0].version
  authorization_type = var.authorization_type
  invoke_mode        = var.invoke_mode
  dynamic "cors" {
    for_each = length(keys(var.cors)) == 0 ? [] : [var.cors]
    content {
      allow_credentials = try(cors.value.allow_credentials, null)
      allow_headers     = try(cors.value.allow_headers, null)
      allow_methods     = try(cors.value.allow_methods, null)
      allow_origins     = try(cors.value.allow_origins, null)
    }
  }
}

resource "aws_lambda_function_recursion_config" "this" {
  count          = local.made && var.recursive_loop == "Allow" ? 1 : 0
  function_name  = aws_lambda_function.this[0].function_name
  recursive_loop = var.recursive_loop
}

output "lambda_function_arn" { value = one(aws_lambda_function.this[*].arn) }
output "lambda_function_arn_static" { value = one(aws_lambda_function.this[*].arn) }
output "lambda_function_invoke_arn" { value = one(aws_lambda_function.this[*].invoke_arn) }
output "lambda_function_name" { value = one(aws_lambda_function.this[*].function_name) }
output "lambda_function_qualified_arn" { value = one(aws_lambda_function.this[*].qualified_arn) }
output "lambda_function_qualified_invoke_arn" { value = one(aws_lambda_function.this[*].qualified_invoke_arn) }
output "lambda_function_version" { value = one(aws_lambda_function.this[*].version) }
output "lambda_function_kms_key_arn" { value = one(aws_lambda_function.this[*].kms_key_arn) }
output "lambda_function_url" { value = one(aws_lambda_function_url.this[*].function_url) }
output "lambda_function_url_id" { value = one(aws_lambda_function_url.this[*].url_id) }
output "lambda_layer_arn" { value = one(aws_lambda_layer_version.this[*].arn) }
output "lambda_layer_layer_arn" { value = one(aws_lambda_layer_version.this[*].layer_arn) }
output "lambda_event_source_mapping_arn" { value = { for k, m in aws_lambda_event_source_mapping.this : k => m.arn } }
output "lambda_event_source_mapping_uuid" { value = { for k, m in aws_lambda_event_source_mapping.this : k => m.uuid } }
output "lambda_role_arn" { value = one(aws_iam_role.lambda[*].arn) }
output "lambda_role_name" { value = one(aws_iam_role.lambda[*].name) }
output "lambda_role_unique_id" { value = one(aws_iam_role.lambda[*].unique_id) }
output "lambda_cloudwatch_log_group_arn" { value = try(data.aws_cloudwatch_log_group.lambda[0].arn, aws_cloudwatch_log_group.lambda[0].arn, null) }
output "lambda_cloudwatch_log_group_name" { value = try(data.aws_cloudwatch_log_group.lambda[0].name, aws_cloudwatch_log_group.lambda[0].name, null) }
