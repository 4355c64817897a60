variable "create" { default = true }
variable "name" { default = null }
variable "use_name_prefix" { default = false }
variable "display_name" { default = null }
variable "fifo_topic" { default = false }
variable "content_based_deduplication" { default = false }
variable "kms_master_key_id" { default = null }
variable "tracing_config" { default = null }
variable "create_topic_policy" { default = true }
variable "topic_policy" { default = null }
variable "topic_policy_statements" { default = {} }
variable "enable_default_topic_policy" { default = true }
variable "create_subscription" { default = true }
variable "subscriptions" { default = {} }
variable "tags" { default = {} }

resource "aws_sns_topic" "this" {
  count             = var.create ? 1 : 0
  name              = var.name == null ? null : var.fifo_topic ? "${trimsuffix(var.name, ".fifo")}.fifo" : var.name
  display_name      = var.display_name
  fifo_topic        = var.fifo_topic ? true : null
  kms_master_key_id = var.kms_master_key_id
  tracing_config    = var.tracing_config
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "this" {
  for_each              = var.create && var.create_subscription ? var.subscriptions : {}
  topic_arn             = aws_sns_topic.this[0].arn
  protocol              = try(each.value.protocol, null)
  endpoint              = try(each.value.endpoint, null)
  filter_policy         = try(each.value.filter_policy, null)
  filter_policy_scope   = try(each.value.filter_policy_scope, null)
  raw_message_delivery  = try(each.value.raw_message_delivery, null)
  redrive_policy        = try(each.value.redrive_policy, null)
  subscription_role_arn = try(each.value.subscription_role_arn, null)
}

resource "aws_sns_topic_policy" "this" {
  count = var.create && var.create_topic_policy && var.topic_policy == null && length(var.topic_policy_statements) > 0 ? 1 : 0
  arn   = aws_sns_topic.this[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for s in var.topic_policy_statements : {
      Sid       = try(s.sid, "")
      Effect    = try(s.effect, "Allow")
      Action    = try(s.actions, [])
      Resource  = try(s.resources, aws_sns_topic.this[0].arn)
      Principal = { for p in try(s.principals, []) : p.type => p.identifiers }
      Condition = { for c in try(s.conditions, s.condition, []) : c.test => { (c.variable) = c.values } }
    }]
  })
}

resource "aws_sns_topic_policy" "given" {
  count  = var.create && var.create_topic_policy && var.topic_policy != null ? 1 : 0
  arn    = aws_sns_topic.this[0].arn
  policy = var.topic_policy
}

output "topic_arn" { value = one(aws_sns_topic.this[*].arn) }
output "topic_id" { value = one(aws_sns_topic.this[*].id) }
output "topic_name" { value = one(aws_sns_topic.this[*].name) }
output "sns_topic_arn" { value = one(aws_sns_topic.this[*].arn) }
output "sns_topic_id" { value = one(aws_sns_topic.this[*].id) }
output "sns_topic_name" { value = one(aws_sns_topic.this[*].name) }
