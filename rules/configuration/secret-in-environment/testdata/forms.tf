# A secret in each place from which a variable may have its text.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

variable "database_password" {
  default = "k7pQz91mVx"
}

locals {
  common = {
    GITHUB_TOKEN = "ghp_abcdefghijklmnopqrstuvwxyzABCDEFGHIJ" # want "GITHUB_TOKEN holds the key of a provider"
  }
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  filename      = "orders.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/orders"

  environment {
    variables = merge(local.common, {
      DB_PASSWORD  = var.database_password                                        # want "DB_PASSWORD holds what looks like a password"
      DATABASE_URL = "mysql://orders:k7pQz91mV@db.orders.internal:3306/orders"    # want "DATABASE_URL holds an address with a password"
      QUEUE        = format("amqps://%s:%s@mq.internal", "orders", "k7pQz91mVx1") # want "QUEUE holds an address with a password"
    })
  }
}
