variable "targets" { type = map(string) }
variable "delay" { default = 5 }

data "aws_iam_policy_document" "send" {
  dynamic "statement" {
    for_each = var.targets
    content {
      actions   = ["sqs:SendMessage"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_policy" "send" {
  policy = data.aws_iam_policy_document.send.json
  delay  = var.delay
}
