variable "create" { default = true }
variable "create_role" { default = true }
variable "use_existing_role" { default = false }
variable "role_arn" { default = "" }
variable "role_name" { default = null }
variable "name" { default = "" }
variable "definition" { default = "" }
variable "type" { default = "STANDARD" }
variable "publish" { default = false }
variable "service_integrations" { default = {} }
variable "logging_configuration" { default = {} }
variable "attach_cloudwatch_logs_policy" { default = true }
variable "use_existing_cloudwatch_log_group" { default = false }
variable "cloudwatch_log_group_name" { default = null }
variable "cloudwatch_log_group_retention_in_days" { default = null }
variable "attach_policy" { default = false }
variable "policy" { default = null }
variable "attach_policies" { default = false }
variable "policies" { default = [] }
variable "number_of_policies" { default = 0 }
variable "attach_policy_json" { default = false }
variable "policy_json" { default = null }
variable "attach_policy_statements" { default = false }
variable "policy_statements" { default = {} }
variable "attach_policies_for_integrations" { default = true }
variable "tags" { default = {} }

locals {
  make_role = var.create && var.create_role && !var.use_existing_role
  logs      = var.create && try(var.logging_configuration.level, "OFF") != "OFF"
  actions = {
    lambda            = ["lambda:InvokeFunction"]
    sqs               = ["sqs:SendMessage"]
    sns               = ["sns:Publish"]
    dynamodb          = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    eventbridge       = ["events:PutEvents"]
    stepfunction      = ["states:StartExecution"]
    stepfunction_Sync = ["states:StartExecution", "states:DescribeExecution", "states:StopExecution"]
    batch_Sync        = ["batch:SubmitJob", "batch:DescribeJobs", "batch:TerminateJob"]
    ecs_Sync          = ["ecs:RunTask", "ecs:StopTask", "ecs:DescribeTasks"]
    athena            = ["athena:StartQueryExecution", "athena:GetQueryExecution"]
    glue_Sync         = ["glue:StartJobRun", "glue:GetJobRun"]
  }
}

resource "aws_iam_role" "this" {
  count = local.make_role ? 1 : 0
  name  = coalesce(var.role_name, var.name, "states")
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "states.amazonaws.com" } }]
  })
}

resource "aws_cloudwatch_log_group" "sfn" {
  count             = local.logs && !var.use_existing_cloudwatch_log_group ? 1 : 0
  name              = coalesce(var.cloudwatch_log_group_name, "/aws/vendedlogs/states/${var.name}")
  retention_in_days = var.cloudwatch_log_group_retention_in_days
}

resource "aws_sfn_state_machine" "this" {
  count      = var.create ? 1 : 0
  name       = var.name
  role_arn   = local.make_role ? aws_iam_role.this[0].arn : var.role_arn
  definition = var.definition
  type       = upper(var.type)
  publish    = var.publish
  tags       = var.tags
  dynamic "logging_configuration" {
    for_each = local.logs ? [true] : []
    content {
      level                  = try(var.logging_configuration.level, null)
      include_execution_data = try(var.logging_configuration.include_execution_data, null)
      log_destination        = try(var.logging_configuration.log_destination, "${aws_cloudwatch_log_group.sfn[0].arn}:*")
    }
  }
  dynamic "tracing_configuration" {
    for_each = try(var.service_integrations.xray, null) == null ? [] : [true]
    content {
      enabled = true
    }
  }
}

resource "aws_iam_role_policy" "integrations" {
  for_each = local.make_role && var.attach_policies_for_integrations ? { for k, v in var.service_integrations : k => v if contains(keys(local.actions), k) } : {}
  role     = aws_iam_role.this[0].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for arns in each.value : { Effect = "Allow", Action = local.actions[each.key], Resource = can(tolist(arns)) ? arns : ["*"] }]
  })
}

resource "aws_iam_role_policy" "statements" {
  count = local.make_role && var.attach_policy_statements ? 1 : 0
  role  = aws_iam_role.this[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for s in var.policy_statements : {
      Effect = try(s.effect, "Allow"), Action = try(s.actions, []), Resource = try(s.resources, [])
    }]
  })
}

resource "aws_iam_role_policy" "json" {
  count  = local.make_role && var.attach_policy_json ? 1 : 0
  role   = aws_iam_role.this[0].name
  policy = var.policy_json
}

resource "aws_iam_role_policy_attachment" "one" {
  count      = local.make_role && var.attach_policy ? 1 : 0
  role       = aws_iam_role.this[0].name
  policy_arn = var.policy
}

resource "aws_iam_role_policy_attachment" "many" {
  count      = local.make_role && var.attach_policies ? length(var.policies) : 0
  role       = aws_iam_role.this[0].name
  policy_arn = var.policies[count.index]
}

output "state_machine_arn" { value = one(aws_sfn_state_machine.this[*].arn) }
output "state_machine_id" { value = one(aws_sfn_state_machine.this[*].id) }
output "state_machine_name" { value = one(aws_sfn_state_machine.this[*].name) }
output "role_arn" { value = one(aws_iam_role.this[*].arn) }
output "role_name" { value = one(aws_iam_role.this[*].name) }
output "cloudwatch_log_group_arn" { value = one(aws_cloudwatch_log_group.sfn[*].arn) }
output "cloudwatch_log_group_name" { value = one(aws_cloudwatch_log_group.sfn[*].name) }
