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

  tracing_config {
    mode = "Active"
  }
}

data "aws_region" "here" {}

resource "aws_lambda_function" "instrumented" {
  function_name = "instrumented"
  filename      = "instrumented.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/instrumented"
  layers        = ["arn:aws:lambda:${data.aws_region.here.name}:111122223333:layer:opentelemetry-python:3"]
}
