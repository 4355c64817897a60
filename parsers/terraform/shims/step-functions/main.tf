variable "version" { default = 5 }
variable "create" { default = true }
variable "region" { default = null }
variable "create_role" { default = true }
variable "use_existing_role" { default = false }
variable "role_arn" { default = "" }
variable "role_name" { default = null }
variable "role_description" { default = null }
variable "role_path" { default = null }
variable "role_force_detach_policies" { default = true }
variable "role_permissions_boundary" { default = null }
variable "role_tags" { default = {} }
variable "policy_path" { default = null }
variable "trusted_entities" { default = [] }
variable "aws_region_assume_role" { default = "" }
variable "name" { default = "" }
variable "definition" { default = "" }
variable "type" { default = "STANDARD" }
variable "publish" { default = false }
variable "encryption_configuration" { default = {} }
variable "sfn_state_machine_timeouts" { default = {} }
variable "service_integrations" { default = {} }
variable "attach_policies_for_integrations" { default = true }
variable "logging_configuration" { default = {} }
variable "attach_cloudwatch_logs_policy" { default = true }
variable "use_existing_cloudwatch_log_group" { default = false }
variable "cloudwatch_log_group_name" { default = null }
variable "cloudwatch_log_group_retention_in_days" { default = null }
variable "cloudwatch_log_group_kms_key_id" { default = null }
variable "cloudwatch_log_group_tags" { default = {} }
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

data "aws_caller_identity" "current" {}
data "aws_region" "current" {
  count = local.make_role && var.aws_region_assume_role == "" ? 1 : 0
}

locals {
  make_role = var.create && var.create_role && !var.use_existing_role
  logs      = try(var.logging_configuration.level, "OFF") != "OFF"
  region    = try(data.aws_region.current[0].region, var.aws_region_assume_role)
}

resource "aws_iam_role" "this" {
  count = local.make_role ? 1 : 0
  name  = coalesce(var.role_name, var.name)
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = concat(["states.${local.region}.amazonaws.com"], var.trusted_entities) } }]
  })
}

data "aws_cloudwatch_log_group" "sfn" {
  count = var.create && local.logs && var.use_existing_cloudwatch_log_group ? 1 : 0
  name  = var.cloudwatch_log_group_name
}

resource "aws_cloudwatch_log_group" "sfn" {
  count             = var.create && local.logs && !var.use_existing_cloudwatch_log_group ? 1 : 0
  name              = coalesce(var.cloudwatch_log_group_name, "/aws/vendedlogs/states/${var.name}")
  retention_in_days = var.cloudwatch_log_group_retention_in_days
  kms_key_id        = var.cloudwatch_log_group_kms_key_id
  tags              = merge(var.tags, var.cloudwatch_log_group_tags)
}

resource "aws_sfn_state_machine" "this" {
  count      = var.create ? 1 : 0
  name       = var.name
  role_arn   = local.make_role ? aws_iam_role.this[0].arn : var.role_arn
  definition = var.definition
  type       = upper(var.type)
  publish    = var.publish
  tags       = merge({ Name = var.name }, var.tags)
  dynamic "logging_configuration" {
    for_each = local.logs ? [true] : []
    content {
      level                  = var.logging_configuration.level
      include_execution_data = lookup(var.logging_configuration, "include_execution_data", null)
      log_destination        = lookup(var.logging_configuration, "log_destination", "${try(data.aws_cloudwatch_log_group.sfn[0].arn, aws_cloudwatch_log_group.sfn[0].arn, "")}:*")
    }
  }
  dynamic "tracing_configuration" {
    for_each = try(var.service_integrations.xray.xray, false) == true ? [true] : []
    content {
      enabled = true
    }
  }
  dynamic "encryption_configuration" {
    for_each = length(var.encryption_configuration) > 0 ? [var.encryption_configuration] : []
    content {
      type       = encryption_configuration.value.type
      kms_key_id = try(encryption_configuration.value.kms_key_id, null)
    }
  }
}

resource "aws_iam_role_policy" "service" {
  for_each = { for k, v in var.service_integrations : k => v if local.make_role && var.attach_policies_for_integrations }
  role     = aws_iam_role.this[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for part, arns in each.value : {
      Effect   = each.key == "no_tasks" ? "Deny" : "Allow"
      Action   = try(local.integrations[each.key][part], [])
      Resource = arns == true ? [try(local.everything[part], local.everything["${each.key} ${part}"], "*")] : tolist(arns)
    }]
  })
}

module "statements" {
  source     = "../policy"
  statements = var.policy_statements
}

resource "aws_iam_role_policy" "additional_inline" {
  count  = local.make_role && var.attach_policy_statements ? 1 : 0
  role   = aws_iam_role.this[0].name
  policy = module.statements.json
}

resource "aws_iam_role_policy" "additional_json" {
  count  = local.make_role && var.attach_policy_json ? 1 : 0
  role   = aws_iam_role.this[0].name
  policy = var.policy_json
}

resource "aws_iam_role_policy" "additional_jsons" {
  count  = local.make_role && var.attach_policy_jsons ? var.number_of_policy_jsons : 0
  role   = aws_iam_role.this[0].name
  policy = var.policy_jsons[count.index]
}

resource "aws_iam_role_policy_attachment" "additional_one" {
  count      = local.make_role && var.attach_policy ? 1 : 0
  role       = aws_iam_role.this[0].name
  policy_arn = var.policy
}

resource "aws_iam_role_policy_attachment" "additional_many" {
  count      = local.make_role && var.attach_policies ? var.number_of_policies : 0
  role       = aws_iam_role.this[0].name
  policy_arn = var.policies[count.index]
}

resource "aws_iam_role_policy" "logs" {
  count = local.make_role && local.logs && var.attach_cloudwatch_logs_policy ? 1 : 0
  role  = aws_iam_role.this[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [for a in ["CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries",
      "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"] : "logs:${a}"]
      Resource = "*"
    }]
  })
}

output "state_machine_id" { value = one(aws_sfn_state_machine.this[*].id) }
output "state_machine_arn" { value = one(aws_sfn_state_machine.this[*].arn) }
output "state_machine_name" { value = one(aws_sfn_state_machine.this[*].name) }
output "state_machine_version_arn" { value = one(aws_sfn_state_machine.this[*].state_machine_version_arn) }
output "role_arn" { value = one(aws_iam_role.this[*].arn) }
output "role_name" { value = one(aws_iam_role.this[*].name) }
output "cloudwatch_log_group_arn" { value = one(aws_cloudwatch_log_group.sfn[*].arn) }
output "cloudwatch_log_group_name" { value = one(aws_cloudwatch_log_group.sfn[*].name) }
