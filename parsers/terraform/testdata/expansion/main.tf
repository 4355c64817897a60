variable "many" { type = set(string) }

locals {
  queues = {
    orders   = { delay = 1, fifo = false }
    payments = { delay = 2, fifo = true }
  }
}

resource "aws_sqs_queue" "each" {
  for_each      = local.queues
  name          = each.key
  delay_seconds = each.value.delay
}

resource "aws_sqs_queue" "fifo" {
  for_each = { for k, v in local.queues : k => v if v.fifo }
  name     = "${each.key}.fifo"
}

resource "aws_sqs_queue" "counted" {
  count = 2
  name  = "counted-${count.index}"
}

resource "aws_sqs_queue" "none" {
  count = 0
}

resource "aws_sqs_queue" "unknown" {
  for_each = var.many
  name     = each.value
}

resource "aws_lambda_function" "f" {
  dynamic "vpc_config" {
    for_each = [{ subnet = "a" }, { subnet = "b" }]
    iterator = vpc
    content {
      subnet_ids = [vpc.value.subnet]
    }
  }
  dynamic "layer" {
    for_each = var.many
    content {
      arn = layer.value
    }
  }
  environment {
    variables = {
      URLS  = jsonencode([for q in aws_sqs_queue.each : q.url])
      FIRST = aws_sqs_queue.counted[0].url
      ALL   = join(",", aws_sqs_queue.counted[*].arn)
      ONE   = aws_sqs_queue.each["orders"].name
      ANY   = aws_sqs_queue.unknown["x"].arn
    }
  }
}
