variable "name" { type = string }
variable "variables" { type = map(string) }
variable "access" {
  type = list(object({ table = string, actions = list(string) }))
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "access" {
  dynamic "statement" {
    for_each = var.access
    content {
      actions   = [for a in statement.value.actions : "dynamodb:${a}"]
      resources = [statement.value.table, "${statement.value.table}/index/*"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "access" {
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.access.json
}

resource "aws_iam_role_policy_attachment" "managed" {
  for_each   = toset(["service-role/AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"])
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  filename      = "${var.name}.zip"
  runtime       = "python3.13"
  handler       = "app.handler"
  timeout       = 10
  memory_size   = 512
  role          = aws_iam_role.this.arn

  tracing_config {
    mode = "Active"
  }

  environment {
    variables = var.variables
  }
}

output "name" { value = aws_lambda_function.this.function_name }
output "invoke_arn" { value = aws_lambda_function.this.invoke_arn }
