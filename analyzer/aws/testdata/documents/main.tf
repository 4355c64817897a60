# Policies, workflows, API definitions and environments, as Terraform writes them.
resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"
}

resource "aws_s3_bucket" "uploads" {
  bucket = "${var.prefix}-uploads"
}

variable "prefix" {
  type = string
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = aws_iam_role.worker.arn
  environment {
    variables = {
      TABLE    = aws_dynamodb_table.orders.name
      BUCKET   = "${var.prefix}-uploads"
      PASSWORD = random_password.db.result
    }
  }
}

resource "random_password" "db" {
  length = 20
}

resource "aws_iam_role" "worker" {
  name               = "worker"
  assume_role_policy = jsonencode({})
}

resource "aws_iam_role_policy" "worker" {
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:*"]
      Resource = [aws_dynamodb_table.orders.arn, "${aws_dynamodb_table.orders.arn}/index/*"]
    }]
  })
}

data "aws_iam_policy_document" "uploads" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::${var.prefix}-uploads/*"]
  }
}

resource "aws_iam_policy" "uploads" {
  policy = data.aws_iam_policy_document.uploads.json
}

resource "aws_iam_role_policy_attachment" "worker" {
  for_each   = { logs = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", uploads = aws_iam_policy.uploads.arn }
  role       = aws_iam_role.worker.name
  policy_arn = each.value
}

resource "aws_iam_role" "flow" {
  assume_role_policy = jsonencode({})
  inline_policy {
    name = "call"
    policy = <<-EOT
      {"Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "${aws_lambda_function.worker.arn}:*"}]}
    EOT
  }
}

resource "aws_sfn_state_machine" "flow" {
  name     = "flow"
  role_arn = aws_iam_role.flow.arn
  definition = jsonencode({
    StartAt = "Work"
    States = {
      Work = {
        Type           = "Task"
        Resource       = "arn:aws:states:::lambda:invoke"
        Parameters     = { FunctionName = aws_lambda_function.worker.arn }
        TimeoutSeconds = 20
        Next           = "Note"
      }
      Note = {
        Type       = "Task"
        Resource   = "arn:aws:states:::dynamodb:putItem"
        Parameters = { TableName = aws_dynamodb_table.orders.name }
        End        = true
      }
    }
  })
}

resource "aws_sfn_state_machine" "text" {
  role_arn   = aws_iam_role.flow.arn
  definition = <<-EOT
    {
      "StartAt": "Work",
      "States": {"Work": {"Type": "Task", "Resource": "${aws_lambda_function.worker.arn}", "End": true}}
    }
  EOT
}

resource "aws_api_gateway_rest_api" "shop" {
  name = "shop"
  body = jsonencode({
    openapi = "3.0.1"
    paths = {
      "/orders" = {
        get = { "x-amazon-apigateway-integration" = { type = "aws_proxy", httpMethod = "POST", uri = aws_lambda_function.worker.invoke_arn } }
      }
    }
  })
}
