# Notes behind an HTTP API.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_apigatewayv2_api" "web" {
  name          = "web"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_stage" "web" {
  api_id      = aws_apigatewayv2_api.web.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_dynamodb_table" "notes" {
  name         = "notes"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_function" "read" {
  function_name = "read"
  filename      = "read.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.read_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.notes.name
    }
  }
}

resource "aws_iam_role" "read_role" {
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

resource "aws_iam_role_policy_attachment" "read_role" {
  role       = aws_iam_role.read_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "read_role" {
  statement {
    actions   = ["dynamodb:GetItem", "dynamodb:Query"]
    resources = [aws_dynamodb_table.notes.arn]
  }
}

resource "aws_iam_policy" "read_role" {
  policy = data.aws_iam_policy_document.read_role.json
}

resource "aws_iam_role_policy_attachment" "read_role_access" {
  role       = aws_iam_role.read_role.name
  policy_arn = aws_iam_policy.read_role.arn
}

resource "aws_lambda_function" "write" {
  function_name = "write"
  filename      = "write.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.write_role.arn
  timeout       = 60
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.notes.name
    }
  }
}

resource "aws_iam_role" "write_role" {
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

resource "aws_iam_role_policy_attachment" "write_role" {
  role       = aws_iam_role.write_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "write_role" {
  statement {
    actions   = ["dynamodb:PutItem"]
    resources = [aws_dynamodb_table.notes.arn]
  }
}

resource "aws_iam_policy" "write_role" {
  policy = data.aws_iam_policy_document.write_role.json
}

resource "aws_iam_role_policy_attachment" "write_role_access" {
  role       = aws_iam_role.write_role.name
  policy_arn = aws_iam_policy.write_role.arn
}

resource "aws_apigatewayv2_integration" "read_one" {
  api_id                 = aws_apigatewayv2_api.web.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.read.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "read_one" {
  api_id    = aws_apigatewayv2_api.web.id
  route_key = "GET /notes/{id}"
  target    = "integrations/${aws_apigatewayv2_integration.read_one.id}"
}

resource "aws_lambda_permission" "read_one" {
  function_name = aws_lambda_function.read.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.web.execution_arn}/*/GET/notes/*"
}

resource "aws_apigatewayv2_integration" "read_all" {
  api_id                 = aws_apigatewayv2_api.web.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.read.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "read_all" {
  api_id    = aws_apigatewayv2_api.web.id
  route_key = "GET /notes"
  target    = "integrations/${aws_apigatewayv2_integration.read_all.id}"
}

resource "aws_lambda_permission" "read_all" {
  function_name = aws_lambda_function.read.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.web.execution_arn}/*/GET/notes"
}

resource "aws_apigatewayv2_integration" "write_add" {
  api_id                 = aws_apigatewayv2_api.web.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.write.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "write_add" {
  api_id    = aws_apigatewayv2_api.web.id
  route_key = "POST /notes"
  target    = "integrations/${aws_apigatewayv2_integration.write_add.id}"
}

resource "aws_lambda_permission" "write_add" {
  function_name = aws_lambda_function.write.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.web.execution_arn}/*/POST/notes"
}
