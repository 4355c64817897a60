variable "version" { default = 7 }
variable "create" { default = true }
variable "create_sns_topic" { default = true }
variable "region" { default = null }
variable "name" { default = null }
variable "name_prefix" { default = null }
variable "use_name_prefix" { default = false }
variable "display_name" { default = null }
variable "fifo_topic" { default = false }
variable "fifo_throughput_scope" { default = null }
variable "content_based_deduplication" { default = false }
variable "archive_policy" { default = null }
variable "kms_master_key_id" { default = null }
variable "signature_version" { default = null }
variable "tracing_config" { default = null }
variable "delivery_policy" { default = null }
variable "data_protection_policy" { default = null }
variable "application_feedback" { default = {} }
variable "firehose_feedback" { default = {} }
variable "http_feedback" { default = {} }
variable "lambda_feedback" { default = {} }
variable "sqs_feedback" { default = {} }
variable "policy" { default = null }
variable "create_topic_policy" { default = true }
variable "topic_policy" { default = null }
variable "source_topic_policy_documents" { default = [] }
variable "override_topic_policy_documents" { default = [] }
variable "enable_default_topic_policy" { default = true }
variable "topic_policy_statements" {
  default  = {}
  nullable = false
}
variable "create_subscription" { default = true }
variable "subscriptions" { default = {} }
variable "tags" { default = {} }

locals {
  # Up to version 4 the module is the topic alone.
  plain = var.version < 5
  made  = local.plain ? var.create_sns_topic : var.create
  name  = try(trimsuffix(var.name, ".fifo"), "")
  names = var.version >= 6 && var.fifo_topic ? "${local.name}.fifo" : var.name
}

resource "aws_sns_topic" "this" {
  count                       = local.made ? 1 : 0
  name                        = var.use_name_prefix ? null : local.names
  name_prefix                 = local.plain ? var.name_prefix : var.use_name_prefix ? local.names : null
  display_name                = var.display_name
  fifo_topic                  = var.fifo_topic
  fifo_throughput_scope       = var.fifo_throughput_scope
  content_based_deduplication = var.content_based_deduplication
  archive_policy              = var.archive_policy
  kms_master_key_id           = var.kms_master_key_id
  tracing_config              = var.tracing_config
  policy                      = local.plain ? var.policy : var.create_topic_policy ? null : var.topic_policy
  tags                        = var.tags
}

module "policy" {
  source         = "../policy"
  resources      = aws_sns_topic.this[*].arn
  condition_keys = ["condition", "conditions"]
  statements = concat(var.enable_default_topic_policy ? [{
    sid        = var.version < 6 ? "__default_statement_ID" : "DefaultStatementID"
    actions    = [for a in ["Subscribe", "SetTopicAttributes", "RemovePermission", "Publish", "ListSubscriptionsByTopic", "GetTopicAttributes", "DeleteTopic", "AddPermission"] : "sns:${a}"]
    principals = [{ type = "AWS", identifiers = ["*"] }]
    condition  = [{ test = "StringEquals", variable = var.version < 6 ? "AWS:SourceOwner" : "AWS:SourceAccount", values = [data.aws_caller_identity.current.account_id] }]
  }] : [], [for s in var.topic_policy_statements : s])
  source_documents   = var.source_topic_policy_documents
  override_documents = var.override_topic_policy_documents
}

data "aws_caller_identity" "current" {}

resource "aws_sns_topic_policy" "this" {
  count  = local.made && !local.plain && var.create_topic_policy ? 1 : 0
  arn    = aws_sns_topic.this[0].arn
  policy = module.policy.json
}

resource "aws_sns_topic_subscription" "this" {
  for_each              = { for k, s in var.subscriptions : k => s if local.made && !local.plain && var.create_subscription }
  topic_arn             = aws_sns_topic.this[0].arn
  protocol              = each.value.protocol
  endpoint              = each.value.endpoint
  filter_policy         = try(each.value.filter_policy, null)
  filter_policy_scope   = try(each.value.filter_policy_scope, null)
  raw_message_delivery  = try(each.value.raw_message_delivery, null)
  delivery_policy       = try(each.value.delivery_policy, null)
  redrive_policy        = try(each.value.redrive_policy, null)
  subscription_role_arn = try(each.value.subscription_role_arn, null)
}

output "topic_arn" { value = one(aws_sns_topic.this[*].arn) }
output "topic_id" { value = one(aws_sns_topic.this[*].id) }
output "topic_name" { value = one(aws_sns_topic.this[*].name) }
output "topic_owner" { value = one(aws_sns_topic.this[*].owner) }
output "subscriptions" { value = aws_sns_topic_subscription.this }
output "sns_topic_arn" { value = one(aws_sns_topic.this[*].arn) }
output "sns_topic_id" { value = one(aws_sns_topic.this[*].id) }
output "sns_topic_name" { value = one(aws_sns_topic.this[*].name) }
output "sns_topic_owner" { value = one(aws_sns_topic.this[*].owner) }
