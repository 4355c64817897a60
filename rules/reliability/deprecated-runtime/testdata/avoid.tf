terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_lambda_function" "old" {
  function_name = "old"
  filename      = "old.zip"
  handler       = "index.handler"
  runtime       = "nodejs10.x" # want "refused updates of functions with nodejs10.x since 2022-02-14; use nodejs24.x"
  role          = "arn:aws:iam::111122223333:role/old"
}

resource "aws_lambda_function" "blocked" {
  function_name = "blocked"
  filename      = "blocked.zip"
  handler       = "index.handler"
  runtime       = "python3.7" # want "refused new functions with python3.7 since 2024-01-09"
  role          = "arn:aws:iam::111122223333:role/blocked"
}

resource "aws_lambda_function" "noted" {
  function_name = "noted"
  filename      = "noted.zip"
  handler       = "index.handler"
  runtime       = "nodejs20.x" # want "no patches since 2026-04-30"
  role          = "arn:aws:iam::111122223333:role/noted"
}
