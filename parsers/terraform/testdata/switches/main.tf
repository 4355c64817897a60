# What the defaults of the root's variables leave out is there under a condition.

variable "enabled" {
  type    = bool
  default = false
}

variable "env" {
  default = "dev"
}

variable "existing" {
  default = true
}

variable "mail" {
  type    = string
  default = null
}

variable "copies" {
  default = 0
}

variable "first" {
  default = false
}

variable "second" {
  default = false
}

variable "names" {
  type    = list(string)
  default = []
}

variable "given" {
  type    = bool
  default = false
}

variable "open" {
  type = bool
}

locals {
  on = var.enabled
}

resource "aws_sqs_queue" "plain" {
  count = var.existing ? 1 : 0
  name  = "plain-${var.env}"
}

resource "aws_sqs_queue" "local" {
  count = local.on ? 1 : 0
  name  = "local-${var.env}"
}

resource "aws_sqs_queue" "prod" {
  count = var.env == "prod" ? 1 : 0
  name  = "prod-${var.env}"
}

resource "aws_sqs_queue" "new" {
  count = var.existing ? 0 : 1
}

resource "aws_sqs_queue" "mail" {
  count = var.mail != null ? 1 : 0
}

resource "aws_sqs_queue" "copies" {
  count = var.copies
}

resource "aws_sqs_queue" "both" {
  count = var.first && !var.second ? 1 : 0
}

resource "aws_sqs_queue" "length" {
  count = length(var.names) > 0 ? 1 : 0
}

resource "aws_sqs_queue" "each" {
  for_each = var.enabled ? toset(["a"]) : []
  name     = each.key
}

resource "aws_sqs_queue" "open" {
  count = var.open && var.enabled ? 1 : 0
}

# Nobody can say how many there are, or they are decided.

resource "aws_sqs_queue" "names" {
  for_each = toset(var.names)
}

resource "aws_sqs_queue" "given" {
  count = var.given ? 1 : 0
}

resource "aws_sqs_queue" "never" {
  count = false ? 1 : 0
}

module "worker" {
  source  = "./worker"
  enabled = var.enabled
  queue   = one(aws_sqs_queue.local[*].arn)
}

module "counted" {
  source  = "./worker"
  count   = var.enabled ? 1 : 0
  enabled = true
  queue   = aws_sqs_queue.local[0].arn
}

module "off" {
  source  = "./worker"
  enabled = false
  queue   = aws_sqs_queue.plain[0].arn
}

# What is there by default has what hangs on a switch as an alternative.

resource "aws_sqs_queue" "source" {
  name           = "source"
  delay_seconds  = var.enabled ? 10 : 5
  redrive_policy = var.enabled ? jsonencode({ deadLetterTargetArn = aws_sqs_queue.local[0].arn, maxReceiveCount = 3 }) : null
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket = "uploads"

  dynamic "queue" {
    for_each = var.enabled ? [1] : []
    content {
      queue_arn = one(aws_sqs_queue.local[*].arn)
      events    = ["s3:ObjectCreated:*"]
    }
  }
}
