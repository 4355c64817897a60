variable "name" { type = string }
variable "variables" { type = map(string) }
variable "managed" { type = list(string) }

resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy_attachment" "managed" {
  count      = length(var.managed)
  role       = aws_iam_role.this.name
  policy_arn = var.managed[count.index]
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  filename      = "${path.module}/../${var.name}.zip"
  runtime       = "python3.13"
  handler       = "app.handler"
  timeout       = 5
  memory_size   = 512
  role          = aws_iam_role.this.arn

  vpc_config {
    subnet_ids         = ["subnet-0a1b2c3d"]
    security_group_ids = ["sg-0a1b2c3d"]
  }

  environment {
    variables = var.variables
  }
}

output "function" { value = aws_lambda_function.this }
output "role" { value = aws_iam_role.this.id }
