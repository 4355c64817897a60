# Nothing says which functions there are, but the configuration names two of them.
variable "functions" { type = map(object({ handler = string })) }
variable "copies" { type = number }

module "function" {
  source   = "./function"
  for_each = var.functions
  name     = each.key
  handler  = each.value.handler
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs[0].arn
  function_name    = module.function["worker"].arn
}

resource "aws_sqs_queue" "jobs" {
  count = var.copies
  name  = "jobs-${count.index}"
}

resource "aws_iam_role_policy" "send" {
  role   = module.function["door"].role
  policy = jsonencode({ Statement = [{ Action = "sqs:SendMessage", Resource = aws_sqs_queue.jobs[0].arn }] })
}

resource "aws_lambda_permission" "each" {
  for_each      = var.functions
  function_name = module.function[each.key].arn
}
