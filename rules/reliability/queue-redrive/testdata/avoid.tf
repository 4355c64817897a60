terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "orders" { # want "lost when they expire"
  name = "orders"
}
