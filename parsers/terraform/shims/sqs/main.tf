variable "version" { default = 5 }
variable "create" { default = true }
variable "region" { default = null }
variable "name" { default = null }
variable "name_prefix" { default = null }
variable "use_name_prefix" { default = false }
variable "fifo_queue" { default = false }
variable "content_based_deduplication" { default = null }
variable "deduplication_scope" { default = null }
variable "fifo_throughput_limit" { default = null }
variable "visibility_timeout_seconds" { default = null }
variable "message_retention_seconds" { default = null }
variable "delay_seconds" { default = null }
variable "max_message_size" { default = null }
variable "receive_wait_time_seconds" { default = null }
variable "kms_master_key_id" { default = null }
variable "kms_data_key_reuse_period_seconds" { default = null }
variable "sqs_managed_sse_enabled" { default = true }
variable "policy" { default = null }
variable "redrive_policy" { default = {} }
variable "redrive_allow_policy" { default = {} }
variable "create_queue_policy" { default = false }
variable "source_queue_policy_documents" { default = [] }
variable "override_queue_policy_documents" { default = [] }
variable "queue_policy_statements" { default = {} }
variable "create_dlq" { default = false }
variable "dlq_name" { default = null }
variable "dlq_content_based_deduplication" { default = null }
variable "dlq_deduplication_scope" { default = null }
variable "dlq_fifo_throughput_limit" { default = null }
variable "dlq_visibility_timeout_seconds" { default = null }
variable "dlq_message_retention_seconds" { default = null }
variable "dlq_delay_seconds" { default = null }
variable "dlq_receive_wait_time_seconds" { default = null }
variable "dlq_kms_master_key_id" { default = null }
variable "dlq_kms_data_key_reuse_period_seconds" { default = null }
variable "dlq_sqs_managed_sse_enabled" { default = true }
variable "dlq_redrive_allow_policy" { default = {} }
variable "create_dlq_redrive_allow_policy" { default = true }
variable "create_dlq_queue_policy" { default = false }
variable "source_dlq_queue_policy_documents" { default = [] }
variable "override_dlq_queue_policy_documents" { default = [] }
variable "dlq_queue_policy_statements" { default = {} }
variable "dlq_tags" { default = {} }
variable "tags" { default = {} }

locals {
  # Up to version 3 the module is one queue, and its policies are JSON.
  plain    = var.version < 4
  dead     = var.create && var.create_dlq && !local.plain
  name     = try(trimsuffix(var.name, ".fifo"), "")
  dlq_base = try(coalesce(trimsuffix(var.dlq_name, ".fifo")), "${local.name}-dlq")
  dlq_name = var.fifo_queue && !var.use_name_prefix ? "${local.dlq_base}.fifo" : local.dlq_base
  dlq_key  = try(coalesce(var.dlq_kms_master_key_id, var.kms_master_key_id), null)
  keys     = var.version < 5 ? ["conditions"] : ["condition", "conditions"]
}

resource "aws_sqs_queue" "this" {
  count                       = var.create ? 1 : 0
  name                        = local.plain ? var.name : var.use_name_prefix ? null : var.fifo_queue ? "${local.name}.fifo" : var.name
  name_prefix                 = local.plain ? var.name_prefix : var.use_name_prefix ? "${local.name}-" : null
  fifo_queue                  = var.fifo_queue
  content_based_deduplication = var.content_based_deduplication
  deduplication_scope         = var.deduplication_scope
  fifo_throughput_limit       = var.fifo_throughput_limit
  visibility_timeout_seconds  = var.visibility_timeout_seconds
  message_retention_seconds   = var.message_retention_seconds
  delay_seconds               = var.delay_seconds
  max_message_size            = var.max_message_size
  receive_wait_time_seconds   = var.receive_wait_time_seconds
  kms_master_key_id           = var.kms_master_key_id
  sqs_managed_sse_enabled     = var.kms_master_key_id == null ? var.sqs_managed_sse_enabled : null
  policy                      = local.plain ? var.policy : null
  redrive_policy              = local.plain ? try(tostring(var.redrive_policy), null) : null
  redrive_allow_policy        = local.plain ? try(tostring(var.redrive_allow_policy), null) : null
  tags                        = var.tags
}

resource "aws_sqs_queue" "dlq" {
  count                       = local.dead ? 1 : 0
  name                        = var.use_name_prefix ? null : local.dlq_name
  name_prefix                 = var.use_name_prefix ? "${local.dlq_name}-" : null
  fifo_queue                  = var.fifo_queue
  content_based_deduplication = try(coalesce(var.dlq_content_based_deduplication, var.content_based_deduplication), null)
  deduplication_scope         = try(coalesce(var.dlq_deduplication_scope, var.deduplication_scope), null)
  fifo_throughput_limit       = try(coalesce(var.dlq_fifo_throughput_limit, var.fifo_throughput_limit), null)
  visibility_timeout_seconds  = try(coalesce(var.dlq_visibility_timeout_seconds, var.visibility_timeout_seconds), null)
  message_retention_seconds   = try(coalesce(var.dlq_message_retention_seconds, var.message_retention_seconds), null)
  delay_seconds               = try(coalesce(var.dlq_delay_seconds, var.delay_seconds), null)
  max_message_size            = var.max_message_size
  receive_wait_time_seconds   = try(coalesce(var.dlq_receive_wait_time_seconds, var.receive_wait_time_seconds), null)
  kms_master_key_id           = local.dlq_key
  sqs_managed_sse_enabled     = local.dlq_key == null ? try(coalesce(var.dlq_sqs_managed_sse_enabled, var.sqs_managed_sse_enabled), null) : null
  tags                        = merge(var.tags, var.dlq_tags)
}

resource "aws_sqs_queue_redrive_policy" "this" {
  count          = !var.create || local.plain || var.create_dlq ? 0 : length(var.redrive_policy) > 0 ? 1 : 0
  queue_url      = aws_sqs_queue.this[0].url
  redrive_policy = jsonencode(var.redrive_policy)
}

resource "aws_sqs_queue_redrive_policy" "dlq" {
  count          = local.dead ? 1 : 0
  queue_url      = aws_sqs_queue.this[0].url
  redrive_policy = jsonencode(merge({ deadLetterTargetArn = aws_sqs_queue.dlq[0].arn, maxReceiveCount = 5 }, var.redrive_policy))
}

resource "aws_sqs_queue_redrive_allow_policy" "this" {
  count                = !var.create || local.plain || var.create_dlq ? 0 : length(var.redrive_allow_policy) > 0 ? 1 : 0
  queue_url            = aws_sqs_queue.this[0].url
  redrive_allow_policy = jsonencode(var.redrive_allow_policy)
}

resource "aws_sqs_queue_redrive_allow_policy" "dlq" {
  count                = local.dead && var.create_dlq_redrive_allow_policy ? 1 : 0
  queue_url            = aws_sqs_queue.dlq[0].url
  redrive_allow_policy = jsonencode(merge({ redrivePermission = "byQueue", sourceQueueArns = [aws_sqs_queue.this[0].arn] }, var.dlq_redrive_allow_policy))
}

module "policy" {
  source             = "../policy"
  statements         = var.queue_policy_statements
  resources          = aws_sqs_queue.this[*].arn
  condition_keys     = local.keys
  source_documents   = var.source_queue_policy_documents
  override_documents = var.override_queue_policy_documents
}

resource "aws_sqs_queue_policy" "this" {
  count     = var.create && !local.plain && var.create_queue_policy ? 1 : 0
  queue_url = aws_sqs_queue.this[0].url
  policy    = module.policy.json
}

module "dlq_policy" {
  source             = "../policy"
  statements         = var.dlq_queue_policy_statements
  resources          = aws_sqs_queue.dlq[*].arn
  condition_keys     = local.keys
  source_documents   = var.source_dlq_queue_policy_documents
  override_documents = var.override_dlq_queue_policy_documents
}

resource "aws_sqs_queue_policy" "dlq" {
  count     = local.dead && var.create_dlq_queue_policy ? 1 : 0
  queue_url = aws_sqs_queue.dlq[0].url
  policy    = module.dlq_policy.json
}

output "queue_id" { value = one(aws_sqs_queue.this[*].id) }
output "queue_arn" { value = one(aws_sqs_queue.this[*].arn) }
output "queue_arn_static" { value = one(aws_sqs_queue.this[*].arn) }
output "queue_url" { value = one(aws_sqs_queue.this[*].url) }
output "queue_name" { value = one(aws_sqs_queue.this[*].name) }
output "dead_letter_queue_id" { value = one(aws_sqs_queue.dlq[*].id) }
output "dead_letter_queue_arn" { value = one(aws_sqs_queue.dlq[*].arn) }
output "dead_letter_queue_arn_static" { value = one(aws_sqs_queue.dlq[*].arn) }
output "dead_letter_queue_url" { value = one(aws_sqs_queue.dlq[*].url) }
output "dead_letter_queue_name" { value = one(aws_sqs_queue.dlq[*].name) }
output "sqs_queue_id" { value = one(aws_sqs_queue.this[*].id) }
output "sqs_queue_arn" { value = one(aws_sqs_queue.this[*].arn) }
output "sqs_queue_name" { value = one(aws_sqs_queue.this[*].name) }
