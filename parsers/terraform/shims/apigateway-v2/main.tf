variable "version" { default = 6 }
variable "create" { default = true }
variable "create_api_gateway" { default = true }
variable "create_domain_name" { default = true }
variable "create_api_domain_name" { default = true }
variable "create_stage" { default = true }
variable "create_default_stage" { default = true }
variable "create_default_stage_access_log_group" { default = false }
variable "create_default_stage_api_mapping" { default = true }
variable "create_routes_and_integrations" { default = true }
variable "create_vpc_link" { default = true }
variable "name" { default = "" }
variable "description" { default = null }
variable "protocol_type" { default = "HTTP" }
variable "body" { default = null }
variable "route_key" { default = null }
variable "target" { default = null }
variable "credentials_arn" { default = null }
variable "route_selection_expression" { default = "$request.method $request.path" }
variable "disable_execute_api_endpoint" { default = null }
variable "domain_name" { default = "" }
variable "domain_name_certificate_arn" { default = null }
variable "cors_configuration" { default = null }
variable "authorizers" { default = {} }
variable "integrations" { default = {} }
variable "routes" { default = {} }
variable "vpc_links" { default = {} }
variable "stage_name" { default = "$default" }
variable "stage_access_log_settings" {
  type = object({
    create_log_group            = optional(bool, true)
    destination_arn             = optional(string)
    format                      = optional(string)
    log_group_name              = optional(string)
    log_group_retention_in_days = optional(number, 30)
  })
  default = {}
}
variable "stage_default_route_settings" {
  type = object({
    logging_level          = optional(string)
    throttling_burst_limit = optional(number, 500)
    throttling_rate_limit  = optional(number, 1000)
  })
  default = {}
}
variable "default_stage_access_log_destination_arn" { default = null }
variable "default_stage_access_log_format" { default = null }
variable "default_stage_access_log_group_name" { default = null }
variable "default_stage_access_log_group_name_suffix" { default = "" }
variable "default_stage_access_log_group_retention_in_days" { default = null }
variable "default_route_settings" { default = {} }
variable "tags" { default = {} }

# Nothing that is read is made of these.
variable "api_key_selection_expression" {}
variable "api_mapping_key" {}
variable "api_version" {}
variable "create_certificate" {}
variable "create_domain_records" {}
variable "default_stage_access_log_group_class" {}
variable "default_stage_access_log_group_kms_key_id" {}
variable "default_stage_access_log_group_skip_destroy" {}
variable "default_stage_access_log_group_tags" {}
variable "default_stage_tags" {}
variable "deploy_stage" {}
variable "domain_name_ownership_verification_certificate_arn" {}
variable "domain_name_tags" {}
variable "fail_on_warnings" {}
variable "hosted_zone_name" {}
variable "ip_address_type" {}
variable "mutual_tls_authentication" {}
variable "private_zone" {}
variable "region" {}
variable "stage_client_certificate_id" {}
variable "stage_description" {}
variable "stage_tags" {}
variable "stage_variables" {}
variable "subdomain_record_types" {}
variable "subdomains" {}
variable "vpc_link_tags" {}

locals {
  # Up to version 4 an integration is its route too, from 5 on a route has one, and
  # the stage is another.
  old    = var.version < 5
  http   = local.old || var.protocol_type == "HTTP"
  apis   = var.create && (!local.old || var.create_api_gateway)
  domain = var.create && (local.old ? var.create_api_domain_name : var.create_domain_name)
  ways = { for k, v in merge(
    { for k, v in var.integrations : k => { route = v, link = v } if local.old },
    { for k, v in var.routes : k => { route = v, link = v.integration } if !local.old },
  ) : k => v if var.create && var.create_routes_and_integrations }
  log_format = jsonencode({ for name in ["domainName", "error.message", "error.responseType", "identity.sourceIp", "integration.error", "integration.integrationStatus",
  "integrationErrorMessage", "protocol", "requestId", "requestTime", "responseLength", "routeKey", "stage", "status"] : name => "$context.${name}" })
}

resource "aws_apigatewayv2_api" "this" {
  count                        = local.apis ? 1 : 0
  name                         = var.name
  description                  = var.description
  protocol_type                = var.protocol_type
  body                         = local.http ? var.body : null
  route_key                    = local.http ? var.route_key : null
  target                       = local.http ? var.target : null
  credentials_arn              = local.http ? var.credentials_arn : null
  route_selection_expression   = var.route_selection_expression
  disable_execute_api_endpoint = !local.old && local.http && local.domain ? true : var.disable_execute_api_endpoint
  tags                         = var.tags
  dynamic "cors_configuration" {
    for_each = local.http && try(length(keys(var.cors_configuration)) > 0, false) ? [var.cors_configuration] : []
    content {
      allow_credentials = try(cors_configuration.value.allow_credentials, null)
      allow_headers     = try(cors_configuration.value.allow_headers, null)
      allow_methods     = try(cors_configuration.value.allow_methods, null)
      allow_origins     = try(cors_configuration.value.allow_origins, null)
      expose_headers    = try(cors_configuration.value.expose_headers, null)
      max_age           = try(cors_configuration.value.max_age, null)
    }
  }
}

resource "aws_apigatewayv2_authorizer" "this" {
  for_each                          = { for k, v in var.authorizers : k => v if var.create && (!local.old || var.create_routes_and_integrations) }
  api_id                            = aws_apigatewayv2_api.this[0].id
  name                              = try(each.value.name, local.old ? null : each.key)
  authorizer_type                   = try(each.value.authorizer_type, local.old ? null : "REQUEST")
  authorizer_uri                    = try(each.value.authorizer_uri, null)
  authorizer_credentials_arn        = try(each.value.authorizer_credentials_arn, null)
  authorizer_payload_format_version = try(each.value.authorizer_payload_format_version, null)
  authorizer_result_ttl_in_seconds  = try(each.value.authorizer_result_ttl_in_seconds, null)
  enable_simple_responses           = try(each.value.enable_simple_responses, null)
  identity_sources                  = try(flatten([each.value.identity_sources]), null)
  dynamic "jwt_configuration" {
    for_each = local.old ? try([{ issuer = each.value.issuer, audience = try(each.value.audience, null) }], []) : try([each.value.jwt_configuration], [])
    content {
      issuer   = try(jwt_configuration.value.issuer, null)
      audience = try(jwt_configuration.value.audience, null)
    }
  }
}

resource "aws_apigatewayv2_domain_name" "this" {
  count       = local.domain ? 1 : 0
  domain_name = var.domain_name
  domain_name_configuration {
    certificate_arn = var.domain_name_certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  count       = local.domain && (local.old ? var.create_default_stage && var.create_default_stage_api_mapping : var.create_stage) ? 1 : 0
  api_id      = aws_apigatewayv2_api.this[0].id
  domain_name = aws_apigatewayv2_domain_name.this[0].id
  stage       = try(aws_apigatewayv2_stage.this[0].id, aws_apigatewayv2_stage.default[0].id, null)
}

resource "aws_apigatewayv2_vpc_link" "this" {
  for_each           = { for k, v in var.vpc_links : k => v if var.create && (!local.old || var.create_vpc_link) }
  name               = try(each.value.name, each.key)
  security_group_ids = try(each.value.security_group_ids, [])
  subnet_ids         = try(each.value.subnet_ids, [])
}

resource "aws_apigatewayv2_integration" "this" {
  for_each            = { for k, v in local.ways : k => v.link }
  api_id              = aws_apigatewayv2_api.this[0].id
  integration_type    = local.old ? try(each.value.integration_type, try(each.value.lambda_arn, "") == "" ? "MOCK" : "AWS_PROXY") : try(each.value.type, "AWS_PROXY")
  integration_subtype = try(local.old ? each.value.integration_subtype : each.value.subtype, null)
  integration_method  = local.old ? try(each.value.integration_method, can(each.value.integration_subtype) ? null : "POST") : try(each.value.method, null)
  integration_uri     = local.old ? try(each.value.lambda_arn, each.value.integration_uri, null) : try(each.value.uri, null)
  connection_type     = try(each.value.connection_type, local.old ? "INTERNET" : null)
  connection_id       = try(aws_apigatewayv2_vpc_link.this[local.old ? each.value.vpc_link : each.value.vpc_link_key].id, each.value.connection_id, null)
  credentials_arn     = try(each.value.credentials_arn, null)
  request_parameters  = try(jsondecode(each.value.request_parameters), each.value.request_parameters, null)
  request_templates   = local.old ? null : try(each.value.request_templates, null)

  passthrough_behavior      = try(each.value.passthrough_behavior, null)
  payload_format_version    = try(each.value.payload_format_version, null)
  timeout_milliseconds      = try(each.value.timeout_milliseconds, null)
  content_handling_strategy = try(each.value.content_handling_strategy, null)
}

resource "aws_apigatewayv2_route" "this" {
  for_each             = local.ways
  api_id               = aws_apigatewayv2_api.this[0].id
  route_key            = each.key
  target               = "integrations/${aws_apigatewayv2_integration.this[each.key].id}"
  api_key_required     = local.old || var.protocol_type == "WEBSOCKET" ? try(each.value.route.api_key_required, null) : null
  authorization_type   = try(each.value.route.authorization_type, local.old ? "NONE" : null)
  authorization_scopes = try(local.old ? split(",", each.value.route.authorization_scopes) : each.value.route.authorization_scopes, null)
  authorizer_id        = try(aws_apigatewayv2_authorizer.this[each.value.route.authorizer_key].id, each.value.route.authorizer_id, null)
  operation_name       = try(each.value.route.operation_name, null)
}

resource "aws_apigatewayv2_stage" "this" {
  count       = var.create && !local.old && var.create_stage ? 1 : 0
  api_id      = aws_apigatewayv2_api.this[0].id
  name        = var.stage_name
  auto_deploy = local.http ? true : null
  dynamic "access_log_settings" {
    for_each = var.stage_access_log_settings == null ? [] : [var.stage_access_log_settings]
    content {
      destination_arn = access_log_settings.value.create_log_group ? aws_cloudwatch_log_group.this["this"].arn : access_log_settings.value.destination_arn
      format          = coalesce(access_log_settings.value.format, local.log_format)
    }
  }
  dynamic "default_route_settings" {
    for_each = var.stage_default_route_settings == null ? [] : [var.stage_default_route_settings]
    content {
      logging_level          = local.http ? null : default_route_settings.value.logging_level
      throttling_burst_limit = default_route_settings.value.throttling_burst_limit
      throttling_rate_limit  = default_route_settings.value.throttling_rate_limit
    }
  }
  dynamic "route_settings" {
    for_each = local.ways
    content {
      route_key              = route_settings.key
      throttling_burst_limit = try(coalesce(route_settings.value.route.throttling_burst_limit), var.stage_default_route_settings.throttling_burst_limit, null)
      throttling_rate_limit  = try(coalesce(route_settings.value.route.throttling_rate_limit), var.stage_default_route_settings.throttling_rate_limit, null)
    }
  }
}

resource "aws_apigatewayv2_stage" "default" {
  count       = var.create && local.old && var.create_default_stage ? 1 : 0
  api_id      = aws_apigatewayv2_api.this[0].id
  name        = "$default"
  auto_deploy = true
  dynamic "access_log_settings" {
    for_each = (var.default_stage_access_log_destination_arn != null || local.default_logs) && var.default_stage_access_log_format != null ? [true] : []
    content {
      destination_arn = try(aws_cloudwatch_log_group.default[0].arn, var.default_stage_access_log_destination_arn)
      format          = var.default_stage_access_log_format
    }
  }
  dynamic "default_route_settings" {
    for_each = length(keys(var.default_route_settings)) == 0 ? [] : [var.default_route_settings]
    content {
      logging_level          = try(default_route_settings.value.logging_level, null)
      throttling_burst_limit = try(default_route_settings.value.throttling_burst_limit, null)
      throttling_rate_limit  = try(default_route_settings.value.throttling_rate_limit, null)
    }
  }
  dynamic "route_settings" {
    for_each = { for k, v in local.ways : k => v if can(v.route.throttling_burst_limit) || can(v.route.throttling_rate_limit) }
    content {
      route_key              = route_settings.key
      throttling_burst_limit = try(route_settings.value.route.throttling_burst_limit, var.default_route_settings.throttling_burst_limit, null)
      throttling_rate_limit  = try(route_settings.value.route.throttling_rate_limit, var.default_route_settings.throttling_rate_limit, null)
    }
  }
}

locals {
  default_logs = local.old && var.version > 2 && var.create && var.create_default_stage && var.create_default_stage_access_log_group
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = { for k, v in { this = var.stage_access_log_settings } : k => v if var.create && !local.old && var.create_stage && try(v.create_log_group, false) }
  name              = coalesce(each.value.log_group_name, "/aws/apigateway/${var.name}/${replace(var.stage_name, "$", "")}")
  retention_in_days = each.value.log_group_retention_in_days
}

resource "aws_cloudwatch_log_group" "default" {
  count             = local.default_logs ? 1 : 0
  name              = coalesce(var.default_stage_access_log_group_name, "${var.name}${var.default_stage_access_log_group_name_suffix}")
  retention_in_days = var.default_stage_access_log_group_retention_in_days
}

output "api_id" { value = one(aws_apigatewayv2_api.this[*].id) }
output "api_arn" { value = one(aws_apigatewayv2_api.this[*].arn) }
output "api_endpoint" { value = one(aws_apigatewayv2_api.this[*].api_endpoint) }
output "api_execution_arn" { value = one(aws_apigatewayv2_api.this[*].execution_arn) }
output "authorizers" { value = aws_apigatewayv2_authorizer.this }
output "integrations" { value = aws_apigatewayv2_integration.this }
output "routes" { value = aws_apigatewayv2_route.this }
output "vpc_links" { value = aws_apigatewayv2_vpc_link.this }
output "domain_name_id" { value = one(aws_apigatewayv2_domain_name.this[*].id) }
output "domain_name_target_domain_name" { value = try(aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].target_domain_name, null) }
output "domain_name_hosted_zone_id" { value = try(aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].hosted_zone_id, null) }
output "stage_id" { value = one(aws_apigatewayv2_stage.this[*].id) }
output "stage_arn" { value = one(aws_apigatewayv2_stage.this[*].arn) }
output "stage_execution_arn" { value = one(aws_apigatewayv2_stage.this[*].execution_arn) }
output "stage_invoke_url" { value = one(aws_apigatewayv2_stage.this[*].invoke_url) }
output "stage_domain_name" { value = replace(try(aws_apigatewayv2_stage.this[0].invoke_url, ""), "/^(wss?|https?)://([^/]*).*/", "$2") }
output "stage_access_logs_cloudwatch_log_group_arn" { value = try(aws_cloudwatch_log_group.this["this"].arn, null) }
output "stage_access_logs_cloudwatch_log_group_name" { value = try(aws_cloudwatch_log_group.this["this"].name, null) }
output "apigatewayv2_api_id" { value = one(aws_apigatewayv2_api.this[*].id) }
output "apigatewayv2_api_arn" { value = one(aws_apigatewayv2_api.this[*].arn) }
output "apigatewayv2_api_api_endpoint" { value = one(aws_apigatewayv2_api.this[*].api_endpoint) }
output "apigatewayv2_api_execution_arn" { value = one(aws_apigatewayv2_api.this[*].execution_arn) }
output "apigatewayv2_authorizer_id" { value = { for k, v in aws_apigatewayv2_authorizer.this : k => v.id } }
output "apigatewayv2_vpc_link_id" { value = { for k, v in aws_apigatewayv2_vpc_link.this : k => v.id } }
output "apigatewayv2_domain_name_id" { value = one(aws_apigatewayv2_domain_name.this[*].id) }
output "apigatewayv2_domain_name_target_domain_name" { value = try(aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].target_domain_name, null) }
output "default_apigatewayv2_stage_id" { value = one(aws_apigatewayv2_stage.default[*].id) }
output "default_apigatewayv2_stage_arn" { value = one(aws_apigatewayv2_stage.default[*].arn) }
output "default_apigatewayv2_stage_execution_arn" { value = one(aws_apigatewayv2_stage.default[*].execution_arn) }
output "default_apigatewayv2_stage_invoke_url" { value = one(aws_apigatewayv2_stage.default[*].invoke_url) }
output "default_apigatewayv2_stage_domain_name" { value = replace(try(aws_apigatewayv2_stage.default[0].invoke_url, ""), "/^https?://([^/]*).*/", "$1") }
