variable "runtime" {
  type = string
}

resource "aws_iam_role" "app" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role = aws_iam_role.app.arn
  handler = "index.handler"
  filename = "code.zip"
  runtime = var.runtime
}
