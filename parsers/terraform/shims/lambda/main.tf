variable "create" { default = true }
variable "create_function" { default = true }
variable "create_layer" { default = false }
variable "create_role" { default = true }
variable "create_package" { default = true }
variable "lambda_role" { default = "" }
variable "role_name" { default = null }
variable "function_name" { default = "" }
variable "description" { default = null }
variable "handler" { default = null }
variable "runtime" { default = null }
variable "timeout" { default = null }
variable "memory_size" { default = null }
variable "reserved_concurrent_executions" { default = -1 }
variable "provisioned_concurrent_executions" { default = -1 }
variable "package_type" { default = "Zip" }
variable "image_uri" { default = null }
variable "architectures" { default = null }
variable "ephemeral_storage_size" { default = null }
variable "layers" { default = null }
variable "kms_key_arn" { default = null }
variable "publish" { default = false }
variable "snap_start" { default = null }
variable "environment_variables" { default = {} }
variable "dead_letter_target_arn" { default = null }
variable "attach_dead_letter_policy" { default = false }
variable "tracing_mode" { default = null }
variable "attach_tracing_policy" { default = false }
variable "attach_cloudwatch_logs_policy" { default = true }
variable "attach_network_policy" { default = false }
variable "attach_async_event_policy" { default = false }
variable "vpc_subnet_ids" { default = null }
variable "vpc_security_group_ids" { default = null }
variable "file_system_arn" { default = null }
variable "file_system_local_mount_path" { default = null }
variable "allowed_triggers" { default = {} }
variable "create_current_version_allowed_triggers" { default = true }
variable "create_unqualified_alias_allowed_triggers" { default = true }
variable "event_source_mapping" { default = {} }
variable "create_async_event_config" { default = false }
variable "maximum_event_age_in_seconds" { default = null }
variable "maximum_retry_attempts" { default = null }
variable "destination_on_failure" { default = null }
variable "destination_on_success" { default = null }
variable "create_lambda_function_url" { default = false }
variable "authorization_type" { default = "NONE" }
variable "invoke_mode" { default = null }
variable "cors" { default = {} }
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
variable "use_existing_cloudwatch_log_group" { default = false }
variable "cloudwatch_logs_retention_in_days" { default = null }
variable "logging_log_group" { default = null }
variable "logging_log_format" { default = "Text" }
variable "tags" { default = {} }
variable "source_path" { default = null }
variable "local_existing_package" { default = null }
variable "s3_existing_package" { default = null }
variable "s3_bucket" { default = null }
variable "store_on_s3" { default = false }
variable "build_in_docker" { default = false }
variable "artifacts_dir" { default = null }
variable "hash_extra" { default = null }
variable "recreate_missing_package" { default = true }
variable "ignore_source_code_hash" { default = false }
variable "trigger_on_package_timestamp" { default = true }

locals {
  functions = var.create && var.create_function && !var.create_layer ? 1 : 0
  roles     = local.functions == 1 && var.create_role ? 1 : 0
}

resource "aws_iam_role" "lambda" {
  count = local.roles
  name  = coalesce(var.role_name, var.function_name, "lambda")
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "this" {
  count                          = local.functions
  function_name                  = var.function_name
  description                    = var.description
  role                           = var.create_role ? aws_iam_role.lambda[0].arn : var.lambda_role
  handler                        = var.package_type == "Zip" ? var.handler : null
  runtime                        = var.package_type == "Zip" ? var.runtime : null
  package_type                   = var.package_type
  image_uri                      = var.image_uri
  architectures                  = var.architectures
  timeout                        = var.timeout
  memory_size                    = var.memory_size
  reserved_concurrent_executions = var.reserved_concurrent_executions
  layers                         = var.layers
  kms_key_arn                    = var.kms_key_arn
  publish                        = var.publish
  tags                           = var.tags

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
    for_each = var.vpc_subnet_ids == null ? [] : [true]
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
    for_each = var.file_system_arn == null ? [] : [true]
    content {
      arn              = var.file_system_arn
      local_mount_path = var.file_system_local_mount_path
    }
  }
  dynamic "snap_start" {
    for_each = var.snap_start == null ? [] : [true]
    content {
      apply_on = "PublishedVersions"
    }
  }
  dynamic "logging_config" {
    for_each = var.logging_log_group != null || var.logging_log_format != "Text" ? [true] : []
    content {
      log_group  = var.logging_log_group
      log_format = var.logging_log_format
    }
  }
}

resource "aws_cloudwatch_log_group" "lambda" {
  count             = local.functions == 1 && !var.use_existing_cloudwatch_log_group ? 1 : 0
  name              = coalesce(var.logging_log_group, "/aws/lambda/${var.function_name}")
  retention_in_days = var.cloudwatch_logs_retention_in_days
}

resource "aws_lambda_permission" "this" {
  for_each       = local.functions == 1 && (var.create_current_version_allowed_triggers || var.create_unqualified_alias_allowed_triggers) ? var.allowed_triggers : {}
  function_name  = aws_lambda_function.this[0].function_name
  action         = try(each.value.action, "lambda:InvokeFunction")
  principal      = try(each.value.principal, format("%s.amazonaws.com", try(each.value.service, "")))
  source_arn     = try(each.value.source_arn, null)
  source_account = try(each.value.source_account, null)
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each                           = local.functions == 1 ? var.event_source_mapping : {}
  function_name                      = aws_lambda_function.this[0].arn
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

resource "aws_lambda_function_event_invoke_config" "this" {
  count                        = local.functions == 1 && var.create_async_event_config ? 1 : 0
  function_name                = aws_lambda_function.this[0].function_name
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

resource "aws_lambda_function_url" "this" {
  count              = local.functions == 1 && var.create_lambda_function_url ? 1 : 0
  function_name      = aws_lambda_function.this[0].function_name
  authorization_type = var.authorization_type
  invoke_mode        = var.invoke_mode
}

resource "aws_iam_role_policy" "statements" {
  count = local.roles == 1 && var.attach_policy_statements ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for s in var.policy_statements : merge(
      { Effect = try(s.effect, "Allow") },
      try({ Action = s.actions }, {}),
      try({ NotAction = s.not_actions }, {}),
      try({ Resource = s.resources }, {}),
      try({ NotResource = s.not_resources }, {}),
    )]
  })
}

resource "aws_iam_role_policy" "json" {
  count  = local.roles == 1 && var.attach_policy_json ? 1 : 0
  role   = aws_iam_role.lambda[0].name
  policy = var.policy_json
}

resource "aws_iam_role_policy" "jsons" {
  count  = local.roles == 1 && var.attach_policy_jsons ? length(var.policy_jsons) : 0
  role   = aws_iam_role.lambda[0].name
  policy = var.policy_jsons[count.index]
}

resource "aws_iam_role_policy_attachment" "one" {
  count      = local.roles == 1 && var.attach_policy ? 1 : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = var.policy
}

resource "aws_iam_role_policy_attachment" "many" {
  count      = local.roles == 1 && var.attach_policies ? length(var.policies) : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = var.policies[count.index]
}

resource "aws_iam_role_policy" "logs" {
  count = local.roles == 1 && var.attach_cloudwatch_logs_policy ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = try("${aws_cloudwatch_log_group.lambda[0].arn}:*", "*") }]
  })
}

resource "aws_iam_role_policy" "dead_letter" {
  count = local.roles == 1 && var.attach_dead_letter_policy ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["sns:Publish", "sqs:SendMessage"], Resource = var.dead_letter_target_arn }]
  })
}

resource "aws_iam_role_policy" "async" {
  count = local.roles == 1 && var.attach_async_event_policy ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sns:Publish", "sqs:SendMessage", "lambda:InvokeFunction", "events:PutEvents"]
      Resource = compact([var.destination_on_failure, var.destination_on_success])
    }]
  })
}

resource "aws_lambda_provisioned_concurrency_config" "this" {
  count                             = local.functions == 1 && var.provisioned_concurrent_executions > -1 ? 1 : 0
  function_name                     = aws_lambda_function.this[0].function_name
  qualifier                         = aws_lambda_function.this[0].version
  provisioned_concurrent_executions = var.provisioned_concurrent_executions
}

output "lambda_function_arn" { value = one(aws_lambda_function.this[*].arn) }
output "lambda_function_arn_static" { value = one(aws_lambda_function.this[*].arn) }
output "lambda_function_invoke_arn" { value = one(aws_lambda_function.this[*].invoke_arn) }
output "lambda_function_name" { value = one(aws_lambda_function.this[*].function_name) }
output "lambda_function_qualified_arn" { value = one(aws_lambda_function.this[*].qualified_arn) }
output "lambda_function_version" { value = one(aws_lambda_function.this[*].version) }
output "lambda_function_url" { value = one(aws_lambda_function_url.this[*].function_url) }
output "lambda_role_arn" { value = one(aws_iam_role.lambda[*].arn) }
output "lambda_role_name" { value = one(aws_iam_role.lambda[*].name) }
output "lambda_cloudwatch_log_group_arn" { value = one(aws_cloudwatch_log_group.lambda[*].arn) }
output "lambda_cloudwatch_log_group_name" { value = one(aws_cloudwatch_log_group.lambda[*].name) }
output "lambda_function_qualified_invoke_arn" { value = one(aws_lambda_function.this[*].qualified_invoke_arn) }
