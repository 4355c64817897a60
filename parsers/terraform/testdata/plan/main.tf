variable "names" { type = set(string) }
variable "create" { type = bool }
variable "size" { type = number }

data "aws_secretsmanager_secret" "s" { name = "s" }

resource "aws_sqs_queue" "many" {
  for_each = var.names
  name     = each.key
}

resource "aws_sqs_queue" "maybe" {
  count = var.create ? 1 : 0
}

resource "aws_lambda_function" "f" {
  function_name = "f"
  memory_size   = var.size
  timeout       = 30
  role          = aws_iam_role.r.arn
  environment {
    variables = {
      ALL    = join(",", [for q in aws_sqs_queue.many : q.url])
      SECRET = data.aws_secretsmanager_secret.s.arn
      ANY    = aws_sqs_queue.many["a"].url
    }
  }
}

resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Resource = data.aws_secretsmanager_secret.s.arn }] })
}

module "m" {
  source = "./m"
  queue  = aws_sqs_queue.many["a"].arn
}

resource "aws_sns_topic" "gone" {}
