resource "aws_sqs_queue" "q" { name = "q" }
resource "aws_lambda_function" "f" { function_name = "f" }

locals {
  common = { Version = "2012-10-17" }
  states = {
    StartAt = "Send"
    States = {
      Send = {
        Type     = "Task"
        Resource = aws_lambda_function.f.arn
        End      = true
      }
    }
  }
}

data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Read"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
    resources = [aws_sqs_queue.q.arn]
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = ["1", "2"]
    }
  }
  statement {
    sid     = "Replaced"
    actions = ["sqs:*"]
  }
}

data "aws_iam_policy_document" "whole" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid       = "Replaced"
    effect    = "Deny"
    actions   = ["sqs:PurgeQueue"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

data "template_file" "old" {
  template = <<-EOF
    {"Queue": "$${queue}"}
  EOF
  vars = { queue = aws_sqs_queue.q.arn }
}

resource "aws_sfn_state_machine" "encoded" {
  definition = jsonencode(merge(local.states, { Comment = "hi" }))
}

resource "aws_sfn_state_machine" "templated" {
  definition = templatefile("${path.module}/states.json.tftpl", {
    function = aws_lambda_function.f.arn
    queues   = [aws_sqs_queue.q.url]
  })
}

resource "aws_sfn_state_machine" "read" {
  definition = file("states.json")
}

resource "aws_sfn_state_machine" "old" {
  definition = data.template_file.old.rendered
}

resource "aws_sfn_state_machine" "missing" {
  definition = file("${path.module}/nothing.json")
}

resource "aws_sqs_queue_policy" "p" {
  policy = data.aws_iam_policy_document.whole.json
}

resource "aws_sqs_queue_policy" "escaped" {
  policy = "{\"Resource\": \"${aws_sqs_queue.q.arn}\", \"Name\": \"${aws_sqs_queue.q.name}\"}"
}

# What is empty counts for nothing, and what is null is as if it were not written.
data "aws_iam_policy_document" "chosen" {
  version = null
  source_policy_documents = compact([
    "",
    data.aws_iam_policy_document.base.json,
    false ? "" : data.aws_iam_policy_document.named.json,
  ])
}

data "aws_iam_policy_document" "named" {
  statement {
    effect    = null
    actions   = distinct(["sqs:GetQueueUrl", "sqs:GetQueueUrl", "sqs:ListQueues"])
    resources = ["_QUEUE_"]
  }
}

# Only what was found takes the place of something.
resource "aws_sqs_queue_policy" "replaced" {
  policy = replace(replace(data.aws_iam_policy_document.chosen.json, "_TOPIC_", aws_lambda_function.f.arn), "_QUEUE_", aws_sqs_queue.q.arn)
}

data "local_file" "definition" {
  filename = "${path.module}/states.json"
}

resource "aws_sfn_state_machine" "local" {
  definition = data.local_file.definition.content
}
