terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

variable "token" {
  type      = string
  sensitive = true
}

resource "aws_secretsmanager_secret" "database_password" {
  name = "database"
}

resource "random_password" "key" {
  length = 20
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  filename      = "orders.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/orders"

  environment {
    variables = {
      DB_PASSWORD_ARN   = aws_secretsmanager_secret.database_password.arn
      DB_SECRET         = "prod/orders/database-2"
      API_TOKEN         = var.token
      API_KEY           = random_password.key.result
      PASSWORD          = "change-me-1"
      TABLE             = "orders-9fA3kd02LmPq77ZxYt51"
      TOKEN_TTL_SECONDS = "3600"
      ARCHIVE           = "orders-archive-table-of-the-european-region"
      CHECKSUM          = "3f786850e387550fdab836ed7e6dc881de23001b"
      ACCESS_KEY        = "https://keys.example.com/9fA3kd02LmPq77ZxYt51"
    }
  }
}
