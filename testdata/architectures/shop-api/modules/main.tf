# The shop with one module for all its services.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

locals {
  services = {
    users    = { path = "users" }
    products = { path = "products" }
    orders   = { path = "orders" }
  }
}

resource "aws_cognito_user_pool" "customers" {
  name = "customers"
}

resource "aws_api_gateway_rest_api" "shop" {
  name = "shop"
}

resource "aws_api_gateway_authorizer" "shop" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  name          = "Users"
  type          = "COGNITO_USER_POOLS"
  provider_arns = [aws_cognito_user_pool.customers.arn]
}

module "service" {
  source     = "./service"
  for_each   = local.services
  name       = each.key
  path       = each.value.path
  api        = aws_api_gateway_rest_api.shop
  authorizer = aws_api_gateway_authorizer.shop.id
}

resource "aws_api_gateway_deployment" "shop" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  triggers = {
    routes = sha1(jsonencode([for s in module.service : s.routes]))
  }
}

resource "aws_api_gateway_stage" "shop" {
  rest_api_id          = aws_api_gateway_rest_api.shop.id
  deployment_id        = aws_api_gateway_deployment.shop.id
  stage_name           = "live"
  xray_tracing_enabled = true
}

resource "aws_api_gateway_method_settings" "shop" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  stage_name  = aws_api_gateway_stage.shop.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = 100
    throttling_burst_limit = 200
  }
}
