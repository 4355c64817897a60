# A front door and a function, and nothing that is kept.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_api_gateway_rest_api" "web" {
  name = "web"
}

resource "aws_lambda_function" "greet" {
  function_name = "greet"
  filename      = "greet.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.greet_role.arn
}

resource "aws_iam_role" "greet_role" {
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

resource "aws_iam_role_policy_attachment" "greet_role" {
  role       = aws_iam_role.greet_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_api_gateway_resource" "web_hello" {
  rest_api_id = aws_api_gateway_rest_api.web.id
  parent_id   = aws_api_gateway_rest_api.web.root_resource_id
  path_part   = "hello"
}

resource "aws_api_gateway_method" "greet_hello" {
  rest_api_id   = aws_api_gateway_rest_api.web.id
  resource_id   = aws_api_gateway_resource.web_hello.id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "greet_hello" {
  rest_api_id             = aws_api_gateway_rest_api.web.id
  resource_id             = aws_api_gateway_resource.web_hello.id
  http_method             = aws_api_gateway_method.greet_hello.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.greet.invoke_arn
}

resource "aws_lambda_permission" "greet_hello" {
  function_name = aws_lambda_function.greet.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.web.execution_arn}/*/GET/hello"
}

resource "aws_api_gateway_deployment" "web" {
  rest_api_id = aws_api_gateway_rest_api.web.id
  depends_on  = [aws_api_gateway_integration.greet_hello]
}

resource "aws_api_gateway_stage" "web" {
  rest_api_id   = aws_api_gateway_rest_api.web.id
  deployment_id = aws_api_gateway_deployment.web.id
  stage_name    = "live"
}
