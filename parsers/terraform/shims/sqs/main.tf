variable "create" { default = true }
variable "name" { default = null }
variable "use_name_prefix" { default = false }
variable "fifo_queue" { default = false }
variable "content_based_deduplication" { default = null }
variable "visibility_timeout_seconds" { default = null }
variable "message_retention_seconds" { default = null }
variable "delay_seconds" { default = null }
variable "max_message_size" { default = null }
variable "receive_wait_time_seconds" { default = null }
variable "kms_master_key_id" { default = null }
variable "sqs_managed_sse_enabled" { default = true }
variable "redrive_policy" { default = {} }
variable "redrive_allow_policy" { default = {} }
variable "create_queue_policy" { default = false }
variable "queue_policy_statements" { default = {} }
variable "create_dlq" { default = false }
variable "dlq_name" { default = null }
variable "dlq_visibility_timeout_seconds" { default = null }
variable "dlq_message_retention_seconds" { default = null }
variable "dlq_redrive_allow_policy" { default = {} }
variable "create_dlq_redrive_allow_policy" { default = true }
variable "tags" { default = {} }

locals {
  dead    = var.create && var.create_dlq ? 1 : 0
  name    = try(trimsuffix(var.name, ".fifo"), "")
  redrive = try(length(var.redrive_policy) > 0, false) || var.create_dlq
}

resource "aws_sqs_queue" "this" {
  count                       = var.create ? 1 : 0
  name                        = var.name == null ? null : var.fifo_queue ? "${local.name}.fifo" : var.name
  fifo_queue                  = var.fifo_queue ? true : null
  content_based_deduplication = var.content_based_deduplication
  visibility_timeout_seconds  = var.visibility_timeout_seconds
  message_retention_seconds   = var.message_retention_seconds
  delay_seconds               = var.delay_seconds
  max_message_size            = var.max_message_size
  receive_wait_time_seconds   = var.receive_wait_time_seconds
  kms_master_key_id           = var.kms_master_key_id
  sqs_managed_sse_enabled     = var.kms_master_key_id == null ? var.sqs_managed_sse_enabled : null
  tags                        = var.tags
}

resource "aws_sqs_queue" "dlq" {
  count                      = local.dead
  name                       = try(coalesce(var.dlq_name, "${local.name}-dlq${var.fifo_queue ? ".fifo" : ""}"), null)
  fifo_queue                 = var.fifo_queue ? true : null
  visibility_timeout_seconds = var.dlq_visibility_timeout_seconds
  message_retention_seconds  = var.dlq_message_retention_seconds
}

resource "aws_sqs_queue_redrive_policy" "this" {
  count     = var.create && local.redrive ? 1 : 0
  queue_url = aws_sqs_queue.this[0].url
  redrive_policy = jsonencode(merge(
    local.dead == 1 ? { deadLetterTargetArn = aws_sqs_queue.dlq[0].arn, maxReceiveCount = 5 } : {},
    var.redrive_policy,
  ))
}

resource "aws_sqs_queue_policy" "this" {
  count     = var.create && var.create_queue_policy ? 1 : 0
  queue_url = aws_sqs_queue.this[0].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for s in var.queue_policy_statements : {
      Sid       = try(s.sid, "")
      Effect    = try(s.effect, "Allow")
      Action    = try(s.actions, [])
      Resource  = try(s.resources, aws_sqs_queue.this[0].arn)
      Principal = { for p in try(s.principals, []) : p.type => p.identifiers }
      Condition = { for c in try(s.conditions, s.condition, []) : c.test => { (c.variable) = c.values } }
    }]
  })
}

output "queue_arn" { value = one(aws_sqs_queue.this[*].arn) }
output "queue_id" { value = one(aws_sqs_queue.this[*].id) }
output "queue_url" { value = one(aws_sqs_queue.this[*].url) }
output "queue_name" { value = one(aws_sqs_queue.this[*].name) }
output "dead_letter_queue_arn" { value = one(aws_sqs_queue.dlq[*].arn) }
output "dead_letter_queue_id" { value = one(aws_sqs_queue.dlq[*].id) }
output "dead_letter_queue_url" { value = one(aws_sqs_queue.dlq[*].url) }
output "dead_letter_queue_name" { value = one(aws_sqs_queue.dlq[*].name) }
output "queue_arn_static" { value = one(aws_sqs_queue.this[*].arn) }
output "dead_letter_queue_arn_static" { value = one(aws_sqs_queue.dlq[*].arn) }
