terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_lambda_function" "orders" { # want "stops after 3 s because nothing says otherwise"
  function_name = "orders"
  filename      = "orders.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  role          = "arn:aws:iam::111122223333:role/orders"
}
