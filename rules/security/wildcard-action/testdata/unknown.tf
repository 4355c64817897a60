# A trust policy in a document of its own, with a list of services, beside values that only an apply knows.
variable "runtime" {
  type = string
}

variable "extra" {
  type = string
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "role" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
  inline_policy {
    name   = "all"
    policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["sqs:*"], Resource = "*" }] }) # want "may call sqs:[*],"
  }
}

resource "aws_iam_role_policy_attachment" "extra" {
  role       = aws_iam_role.role.name
  policy_arn = var.extra
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  filename      = "worker.zip"
  handler       = "index.handler"
  runtime       = var.runtime
  role          = aws_iam_role.role.arn
}

resource "aws_lambda_permission" "events" {
  function_name = aws_lambda_function.worker.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
}
