variable "create" { default = true }
variable "create_api_gateway" { default = true }
variable "create_domain_name" { default = false }
variable "create_api_domain_name" { default = false }
variable "create_certificate" { default = false }
variable "create_stage" { default = true }
variable "create_default_stage" { default = true }
variable "create_routes_and_integrations" { default = true }
variable "name" { default = "" }
variable "description" { default = null }
variable "protocol_type" { default = "HTTP" }
variable "route_selection_expression" { default = null }
variable "cors_configuration" { default = null }
variable "body" { default = null }
variable "routes" { default = {} }
variable "integrations" { default = {} }
variable "authorizers" { default = {} }
variable "stage_name" { default = "$default" }
variable "stage_access_log_settings" { default = null }
variable "default_stage_access_log_destination_arn" { default = null }
variable "default_stage_access_log_format" { default = null }
variable "stage_default_route_settings" { default = null }
variable "default_route_settings" { default = null }
variable "tags" { default = {} }

locals {
  apis = var.create && var.create_api_gateway ? 1 : 0
  # Up to version 4 a route is an entry of integrations, from 5 on it has one.
  routes = local.apis == 1 && var.create_routes_and_integrations ? merge(
    { for k, v in var.integrations : k => { route = v, integration = v } },
    { for k, v in var.routes : k => { route = v, integration = try(v.integration, v) } },
  ) : {}
}

resource "aws_apigatewayv2_api" "this" {
  count                      = local.apis
  name                       = var.name
  description                = var.description
  protocol_type              = var.protocol_type
  route_selection_expression = var.route_selection_expression
  body                       = var.body
  tags                       = var.tags
}

resource "aws_apigatewayv2_authorizer" "this" {
  for_each         = local.apis == 1 ? var.authorizers : {}
  api_id           = aws_apigatewayv2_api.this[0].id
  name             = try(each.value.name, each.key)
  authorizer_type  = try(each.value.authorizer_type, null)
  authorizer_uri   = try(each.value.authorizer_uri, null)
  identity_sources = try(each.value.identity_sources, null)
  dynamic "jwt_configuration" {
    for_each = try([each.value.jwt_configuration], [])
    content {
      issuer   = try(jwt_configuration.value.issuer, null)
      audience = try(jwt_configuration.value.audience, null)
    }
  }
}

resource "aws_apigatewayv2_integration" "this" {
  for_each               = local.routes
  api_id                 = aws_apigatewayv2_api.this[0].id
  integration_type       = try(each.value.integration.type, each.value.integration.integration_type, "AWS_PROXY")
  integration_subtype    = try(each.value.integration.subtype, each.value.integration.integration_subtype, null)
  integration_method     = try(each.value.integration.method, each.value.integration.integration_method, null)
  integration_uri        = try(each.value.integration.uri, each.value.integration.lambda_arn, each.value.integration.integration_uri, null)
  credentials_arn        = try(each.value.integration.credentials_arn, null)
  connection_type        = try(each.value.integration.connection_type, null)
  connection_id          = try(each.value.integration.connection_id, null)
  payload_format_version = try(each.value.integration.payload_format_version, null)
  timeout_milliseconds   = try(each.value.integration.timeout_milliseconds, null)
  request_parameters     = try(each.value.integration.request_parameters, null)
}

resource "aws_apigatewayv2_route" "this" {
  for_each             = local.routes
  api_id               = aws_apigatewayv2_api.this[0].id
  route_key            = each.key
  target               = "integrations/${aws_apigatewayv2_integration.this[each.key].id}"
  api_key_required     = try(each.value.route.api_key_required, null)
  authorization_type   = try(each.value.route.authorization_type, "NONE")
  authorization_scopes = try(each.value.route.authorization_scopes, null)
  authorizer_id        = try(aws_apigatewayv2_authorizer.this[each.value.route.authorizer_key].id, each.value.route.authorizer_id, null)
}

resource "aws_apigatewayv2_stage" "this" {
  count       = local.apis == 1 && var.create_stage && var.create_default_stage ? 1 : 0
  api_id      = aws_apigatewayv2_api.this[0].id
  name        = var.stage_name
  auto_deploy = true
  dynamic "access_log_settings" {
    for_each = try(coalesce(var.stage_access_log_settings.destination_arn, var.default_stage_access_log_destination_arn), null) == null ? [] : [true]
    content {
      destination_arn = try(var.stage_access_log_settings.destination_arn, var.default_stage_access_log_destination_arn)
      format          = try(var.stage_access_log_settings.format, var.default_stage_access_log_format)
    }
  }
  dynamic "default_route_settings" {
    for_each = [for s in [var.stage_default_route_settings, var.default_route_settings] : s if s != null]
    content {
      throttling_burst_limit   = try(default_route_settings.value.throttling_burst_limit, null)
      throttling_rate_limit    = try(default_route_settings.value.throttling_rate_limit, null)
      detailed_metrics_enabled = try(default_route_settings.value.detailed_metrics_enabled, null)
    }
  }
}

output "api_id" { value = one(aws_apigatewayv2_api.this[*].id) }
output "api_arn" { value = one(aws_apigatewayv2_api.this[*].arn) }
output "api_endpoint" { value = one(aws_apigatewayv2_api.this[*].api_endpoint) }
output "api_execution_arn" { value = one(aws_apigatewayv2_api.this[*].execution_arn) }
output "apigatewayv2_api_id" { value = one(aws_apigatewayv2_api.this[*].id) }
output "apigatewayv2_api_arn" { value = one(aws_apigatewayv2_api.this[*].arn) }
output "apigatewayv2_api_api_endpoint" { value = one(aws_apigatewayv2_api.this[*].api_endpoint) }
output "apigatewayv2_api_execution_arn" { value = one(aws_apigatewayv2_api.this[*].execution_arn) }
output "stage_id" { value = one(aws_apigatewayv2_stage.this[*].id) }
output "stage_invoke_url" { value = one(aws_apigatewayv2_stage.this[*].invoke_url) }
output "default_apigatewayv2_stage_invoke_url" { value = one(aws_apigatewayv2_stage.this[*].invoke_url) }
output "stage_arn" { value = one(aws_apigatewayv2_stage.this[*].arn) }
output "stage_execution_arn" { value = one(aws_apigatewayv2_stage.this[*].execution_arn) }
