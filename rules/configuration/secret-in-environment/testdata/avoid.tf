terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  filename      = "orders.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/orders"

  environment {
    variables = {
      UPSTREAM        = "AKIAQWERTYUIOPASDFGH"         # want "UPSTREAM holds an AWS access key"
      DB_PASSWORD     = "k7#pQz91mV"                   # want "DB_PASSWORD holds what looks like a password"
      PAYMENT_API_KEY = local.key                      # want "PAYMENT_API_KEY holds what looks like a secret"
      CHAT            = "xoxb-1111111111-abcdefGHIJKL" # want "CHAT holds the key of a provider"
    }
  }
}

locals {
  key = "9fA3kd02LmPq77ZxYt51"
}
