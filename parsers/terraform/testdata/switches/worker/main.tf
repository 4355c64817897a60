variable "enabled" {
  type    = bool
  default = false
}

variable "queue" {}

resource "aws_lambda_function" "this" {
  count         = var.enabled ? 1 : 0
  function_name = "worker"
}

resource "aws_lambda_event_source_mapping" "this" {
  count            = var.enabled ? 1 : 0
  event_source_arn = var.queue
  function_name    = one(aws_lambda_function.this[*].arn)

  dynamic "scaling_config" {
    for_each = var.enabled ? [1] : []
    content {
      maximum_concurrency = 2
    }
  }
}
