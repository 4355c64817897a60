variable "create" { type = bool }
variable "stage" {
  type = string
  validation {
    condition     = contains(["dev", "prod"], var.stage)
    error_message = "dev or prod"
  }
}
variable "always" { default = true }

resource "aws_sqs_queue" "maybe" {
  count = var.create ? 1 : 0
  name  = "maybe"
}

resource "aws_sqs_queue" "other" {}

resource "aws_sqs_queue" "taken" {
  count = var.always ? 1 : 0
}

resource "aws_lambda_function" "f" {
  memory_size = var.stage == "prod" ? 1024 : 128
  timeout     = !var.create ? 10 : null
  role        = var.always ? "x" : aws_sqs_queue.other.arn
  dynamic "dead_letter_config" {
    for_each = var.create ? [1] : []
    content {
      target_arn = aws_sqs_queue.maybe[0].arn
    }
  }
  environment {
    variables = {
      TARGET = var.create ? aws_sqs_queue.maybe[0].url : aws_sqs_queue.other.url
      TEXT   = "q=${var.create ? aws_sqs_queue.maybe[0].url : "none"}"
      HAS    = aws_sqs_queue.other.arn == null ? "no" : "yes"
    }
  }
}

# A list is not true, whatever is in it.
resource "aws_lambda_permission" "p" {
  source_arn = [aws_sqs_queue.other.arn, "b"] == true ? "all" : "some"
}

# Each part says the truth, and so does the whole.
resource "aws_lambda_permission" "q" {
  principal  = aws_sqs_queue.other.arn != null || var.always ? "told" : "nobody"
  source_arn = !(aws_sqs_queue.other.arn == null) && 1 == 1 ? "told" : "nobody"
}
