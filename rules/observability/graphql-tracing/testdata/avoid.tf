terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_appsync_graphql_api" "api" {
  name                = "orders"
  authentication_type = "API_KEY"
  xray_enabled        = false # want "not traced"
}
