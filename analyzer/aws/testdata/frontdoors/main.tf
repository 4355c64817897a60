variable "stage" { default = "dev" }

resource "aws_lambda_function" "orders" {
  function_name                  = "orders"
  role                           = aws_iam_role.role.arn
  handler                        = "index.handler"
  runtime                        = "nodejs24.x"
  timeout                        = 30
  reserved_concurrent_executions = -1
  tracing_config { mode = "Active" }
  dead_letter_config { target_arn = aws_sqs_queue.failed.arn }
  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.orders.name
  }
}

resource "aws_lambda_function" "plain" {
  function_name = "plain"
  role          = aws_iam_role.role.arn
}

resource "aws_cloudwatch_log_group" "orders" { name = "/shop/orders" }
resource "aws_cloudwatch_log_group" "plain" { name = "/aws/lambda/${aws_lambda_function.plain.function_name}" }
resource "aws_iam_role" "role" { assume_role_policy = "{}" }
resource "aws_sqs_queue" "failed" {}
resource "aws_sqs_queue" "work" { name = "work" }

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.orders.arn
  function_version = "1"
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_alias.live.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 2
}

resource "aws_lambda_event_source_mapping" "poll" {
  event_source_arn        = aws_sqs_queue.work.arn
  function_name           = aws_lambda_alias.live.arn
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config { maximum_concurrency = 10 }
}

resource "aws_lambda_function_event_invoke_config" "orders" {
  function_name          = aws_lambda_function.orders.function_name
  maximum_retry_attempts = 0
  destination_config {
    on_failure { destination = aws_sqs_queue.failed.arn }
  }
}

resource "aws_lambda_function_url" "plain" {
  function_name      = aws_lambda_function.plain.function_name
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "api" {
  function_name = aws_lambda_function.orders.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.shop.execution_arn}/*/*"
}

# A REST API of single resources.
resource "aws_api_gateway_rest_api" "shop" {
  name = "shop"
  endpoint_configuration { types = ["REGIONAL"] }
}

resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_rest_api.shop.root_resource_id
  path_part   = "orders"
}

resource "aws_api_gateway_resource" "order" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_resource.orders.id
  path_part   = "{id}"
}

resource "aws_api_gateway_method" "order" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  resource_id   = aws_api_gateway_resource.order.id
  http_method   = "GET"
  authorization = "CUSTOM"
  authorizer_id = aws_api_gateway_authorizer.tokens.id
}

resource "aws_api_gateway_integration" "order" {
  rest_api_id             = aws_api_gateway_rest_api.shop.id
  resource_id             = aws_api_gateway_resource.order.id
  http_method             = aws_api_gateway_method.order.http_method
  integration_http_method = "POST"
  type                    = "AWS_PROXY"
  uri                     = aws_lambda_function.orders.invoke_arn
}

resource "aws_api_gateway_method" "send" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  resource_id   = aws_api_gateway_resource.orders.id
  http_method   = "POST"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "send" {
  rest_api_id             = aws_api_gateway_rest_api.shop.id
  resource_id             = aws_api_gateway_resource.orders.id
  http_method             = "POST"
  integration_http_method = "POST"
  type                    = "AWS"
  credentials             = aws_iam_role.role.arn
  timeout_milliseconds    = 5000
  uri                     = "arn:aws:apigateway:eu-west-1:sqs:path/123456789012/${aws_sqs_queue.work.name}"
  request_templates       = { "application/json" = "Action=SendMessage&MessageBody=$input.body" }
}

resource "aws_api_gateway_authorizer" "tokens" {
  name           = "tokens"
  rest_api_id    = aws_api_gateway_rest_api.shop.id
  authorizer_uri = aws_lambda_function.plain.invoke_arn
  type           = "TOKEN"
}

resource "aws_api_gateway_deployment" "shop" { rest_api_id = aws_api_gateway_rest_api.shop.id }

resource "aws_api_gateway_stage" "prod" {
  rest_api_id          = aws_api_gateway_rest_api.shop.id
  deployment_id        = aws_api_gateway_deployment.shop.id
  stage_name           = "prod"
  xray_tracing_enabled = true
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.orders.arn
    format          = "$context.requestId"
  }
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  method_path = "*/*"
  settings {
    throttling_rate_limit  = 100
    throttling_burst_limit = 50
    logging_level          = "ERROR"
  }
}

# An HTTP API.
resource "aws_apigatewayv2_api" "http" {
  name          = "http"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_route" "list" {
  api_id             = aws_apigatewayv2_api.http.id
  route_key          = "GET /orders"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.jwt.id
  target             = "integrations/${aws_apigatewayv2_integration.list.id}"
}

resource "aws_apigatewayv2_integration" "list" {
  api_id           = aws_apigatewayv2_api.http.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.orders.invoke_arn
}

resource "aws_apigatewayv2_route" "old" {
  api_id    = aws_apigatewayv2_api.http.id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.old.id}"
}

resource "aws_apigatewayv2_integration" "old" {
  api_id             = aws_apigatewayv2_api.http.id
  integration_type   = "HTTP_PROXY"
  connection_type    = "VPC_LINK"
  connection_id      = aws_apigatewayv2_vpc_link.link.id
  integration_method = "ANY"
  integration_uri    = aws_lb_listener.https.arn
}

resource "aws_apigatewayv2_vpc_link" "link" {
  name               = "link"
  subnet_ids         = []
  security_group_ids = []
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  api_id          = aws_apigatewayv2_api.http.id
  authorizer_type = "JWT"
  name            = "jwt"
  jwt_configuration { issuer = "https://${aws_cognito_user_pool.pool.endpoint}" }
}

resource "aws_apigatewayv2_stage" "http" {
  api_id = aws_apigatewayv2_api.http.id
  name   = "$default"
  default_route_settings {
    throttling_rate_limit  = 10
    throttling_burst_limit = 20
  }
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    pre_sign_up = aws_lambda_function.plain.arn
    custom_email_sender {
      lambda_arn     = aws_lambda_function.plain.arn
      lambda_version = "V1_0"
    }
    kms_key_id = "key"
  }
}

# A load balancer before containers and a function.
resource "aws_lb" "balancer" { internal = true }

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.balancer.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.containers.arn
  }
}

resource "aws_lb_listener_rule" "new" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 10
  condition {
    path_pattern { values = ["/orders", "/orders/*"] }
  }
  action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.functions.arn
        weight = 10
      }
      target_group {
        arn    = aws_lb_target_group.containers.arn
        weight = 90
      }
    }
  }
}

resource "aws_lb_target_group" "functions" { target_type = "lambda" }
resource "aws_lb_target_group" "containers" { target_type = "ip" }

resource "aws_lb_target_group_attachment" "functions" {
  target_group_arn = aws_lb_target_group.functions.arn
  target_id        = aws_lambda_function.orders.arn
}

resource "aws_ecs_service" "app" {
  name            = "app"
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.app.arn
  load_balancer {
    target_group_arn = aws_lb_target_group.containers.arn
    container_name   = "app"
    container_port   = 80
  }
}

resource "aws_ecs_task_definition" "app" {
  family        = "app"
  task_role_arn = aws_iam_role.role.arn
  container_definitions = jsonencode([{
    name  = "app"
    image = "app"
    logConfiguration = { logDriver = "awslogs", options = { "awslogs-group" = aws_cloudwatch_log_group.orders.name } }
  }])
}

# GraphQL.
resource "aws_appsync_graphql_api" "graph" {
  name                = "graph"
  authentication_type = "AMAZON_COGNITO_USER_POOLS"
  xray_enabled        = true
  user_pool_config {
    user_pool_id   = aws_cognito_user_pool.pool.id
    default_action = "ALLOW"
  }
}

resource "aws_appsync_datasource" "orders" {
  api_id = aws_appsync_graphql_api.graph.id
  name   = "orders"
  type   = "AMAZON_DYNAMODB"
  dynamodb_config { table_name = aws_dynamodb_table.orders.name }
}

resource "aws_appsync_resolver" "orders" {
  api_id      = aws_appsync_graphql_api.graph.id
  type        = "Query"
  field       = "orders"
  data_source = aws_appsync_datasource.orders.name
}

resource "aws_appsync_resolver" "order" {
  api_id = aws_appsync_graphql_api.graph.id
  type   = "Mutation"
  field  = "order"
  kind   = "PIPELINE"
  pipeline_config { functions = [aws_appsync_function.order.function_id] }
}

resource "aws_appsync_function" "order" {
  api_id      = aws_appsync_graphql_api.graph.id
  name        = "order"
  data_source = "orders"
}

resource "aws_dynamodb_table" "orders" { name = "orders" }

# A distribution before all of it.
resource "aws_cloudfront_distribution" "site" {
  enabled = true
  origin {
    origin_id   = "files"
    domain_name = aws_s3_bucket.files.bucket_regional_domain_name
  }
  origin {
    origin_id   = "api"
    domain_name = replace(aws_apigatewayv2_api.http.api_endpoint, "https://", "")
  }
  default_cache_behavior {
    target_origin_id       = "files"
    viewer_protocol_policy = "https-only"
    lambda_function_association {
      event_type = "viewer-request"
      lambda_arn = aws_lambda_function.plain.qualified_arn
    }
  }
  ordered_cache_behavior {
    path_pattern           = "/api/*"
    target_origin_id       = "api"
    viewer_protocol_policy = "https-only"
  }
}

resource "aws_s3_bucket" "files" {}

resource "aws_sfn_state_machine" "flow" {
  name       = "flow"
  type       = "EXPRESS"
  role_arn   = aws_iam_role.role.arn
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Succeed" } } })
  logging_configuration {
    level           = "ALL"
    log_destination = "${aws_cloudwatch_log_group.orders.arn}:*"
  }
}
