terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_lambda_function" "orders" { # want "not traced"
  function_name = "orders"
  filename      = "orders.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/orders"
}

resource "aws_lambda_function" "audit" {
  function_name = "audit"
  filename      = "audit.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/audit"

  tracing_config {
    mode = "PassThrough" # want "not traced"
  }
}
