# New bookings go to a function, everything else to the balancer of the old system.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_lb" "balancer" {
  name               = "balancer"
  load_balancer_type = "application"
  subnets            = ["subnet-0a1b2c3d", "subnet-1b2c3d4e"]
}

resource "aws_instance" "server" {
  ami           = "ami-0a1b2c3d4e5f6a7b8"
  instance_type = "t3.large"
}

resource "aws_lb_target_group" "servers" {
  name        = "servers"
  target_type = "instance"
  port        = 80
  protocol    = "HTTP"
  vpc_id      = "vpc-0a1b2c3d"
}

resource "aws_lb_target_group_attachment" "servers" {
  target_group_arn = aws_lb_target_group.servers.arn
  target_id        = aws_instance.server.id
}

resource "aws_lb_listener" "listener" {
  load_balancer_arn = aws_lb.balancer.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.servers.arn
  }
}

resource "aws_dynamodb_table" "bookings" {
  name         = "bookings"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_function" "booking" {
  function_name = "booking"
  filename      = "booking.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.booking_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.bookings.name
    }
  }
}

resource "aws_iam_role" "booking_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "booking_role" {
  role       = aws_iam_role.booking_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy" "booking_role" {
  role = aws_iam_role.booking_role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
      Resource = aws_dynamodb_table.bookings.arn
    }]
  })
}

resource "aws_api_gateway_rest_api" "site" {
  name = "site"
}

resource "aws_api_gateway_resource" "site_bookings" {
  rest_api_id = aws_api_gateway_rest_api.site.id
  parent_id   = aws_api_gateway_rest_api.site.root_resource_id
  path_part   = "bookings"
}

resource "aws_api_gateway_method" "booking_create" {
  rest_api_id   = aws_api_gateway_rest_api.site.id
  resource_id   = aws_api_gateway_resource.site_bookings.id
  http_method   = "POST"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "booking_create" {
  rest_api_id             = aws_api_gateway_rest_api.site.id
  resource_id             = aws_api_gateway_resource.site_bookings.id
  http_method             = aws_api_gateway_method.booking_create.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.booking.invoke_arn
}

resource "aws_lambda_permission" "booking_create" {
  function_name = aws_lambda_function.booking.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.site.execution_arn}/*/POST/bookings"
}

resource "aws_api_gateway_resource" "site_legacy" {
  rest_api_id = aws_api_gateway_rest_api.site.id
  parent_id   = aws_api_gateway_rest_api.site.root_resource_id
  path_part   = "legacy"
}

resource "aws_api_gateway_resource" "site_legacy_proxy" {
  rest_api_id = aws_api_gateway_rest_api.site.id
  parent_id   = aws_api_gateway_resource.site_legacy.id
  path_part   = "{proxy+}"
}

resource "aws_api_gateway_method" "legacy" {
  rest_api_id   = aws_api_gateway_rest_api.site.id
  resource_id   = aws_api_gateway_resource.site_legacy_proxy.id
  http_method   = "ANY"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "legacy" {
  rest_api_id             = aws_api_gateway_rest_api.site.id
  resource_id             = aws_api_gateway_resource.site_legacy_proxy.id
  http_method             = aws_api_gateway_method.legacy.http_method
  type                    = "HTTP_PROXY"
  integration_http_method = "ANY"
  uri                     = "http://${aws_lb.balancer.dns_name}/{proxy}"
  request_parameters = {
    "integration.request.path.proxy" = "method.request.path.proxy"
  }
}

resource "aws_api_gateway_deployment" "site" {
  rest_api_id = aws_api_gateway_rest_api.site.id
  depends_on  = [aws_api_gateway_integration.booking_create, aws_api_gateway_integration.legacy]
}

resource "aws_api_gateway_stage" "site" {
  rest_api_id   = aws_api_gateway_rest_api.site.id
  deployment_id = aws_api_gateway_deployment.site.id
  stage_name    = "live"
}
