variable "config" {
  type = object({
    source = object({
      arn                        = string
      visibility_timeout_seconds = optional(number)
    })
    batch = optional(object({ size = optional(number, 5) }), {})
  })
}

resource "aws_lambda_function" "this" {
  function_name = "worker"
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = var.config.source.arn
  function_name    = aws_lambda_function.this.arn
  batch_size       = var.config.batch.size
}

output "made" {
  value = { function = aws_lambda_function.this }
}
