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
  runtime       = "nodejs24.x"
  role          = "arn:aws:iam::111122223333:role/orders"
}

resource "aws_lambda_function" "unheard" {
  function_name = "unheard"
  filename      = "unheard.zip"
  handler       = "index.handler"
  runtime       = "cobol2030"
  role          = "arn:aws:iam::111122223333:role/unheard"
}

resource "aws_lambda_function" "image" {
  function_name = "image"
  package_type  = "Image"
  image_uri     = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1"
  role          = "arn:aws:iam::111122223333:role/image"
}
