resource "aws_api_gateway_rest_api" "api" {
  name = "api"
}

resource "aws_api_gateway_resource" "put" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "products"
}

resource "aws_api_gateway_method" "put" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = aws_api_gateway_resource.put.id
  http_method   = "POST"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "put" {
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_resource.put.id
  http_method             = aws_api_gateway_method.put.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.change.invoke_arn
}

resource "aws_lambda_function" "change" {
  function_name = "change"
  role          = aws_iam_role.change.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"

  environment {
    variables = {
      TABLE = aws_dynamodb_table.products.name
    }
  }
}

resource "aws_iam_role" "change" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "change" {
  role = aws_iam_role.change.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:PutItem", "dynamodb:UpdateItem"], Resource = aws_dynamodb_table.products.arn },
    ]
  })
}

resource "aws_dynamodb_table" "products" {
  name             = "products"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_function" "project" {
  function_name = "project"
  role          = aws_iam_role.project.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"

  environment {
    variables = {
      DOMAIN = aws_opensearch_domain.catalog.endpoint
    }
  }
}

resource "aws_iam_role" "project" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "project" {
  role = aws_iam_role.project.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["es:ESHttpPut"], Resource = "${aws_opensearch_domain.catalog.arn}/*" },
    ]
  })
}

resource "aws_lambda_event_source_mapping" "change" {
  event_source_arn  = aws_dynamodb_table.products.stream_arn
  function_name     = aws_lambda_function.project.arn
  starting_position = "LATEST"
}

resource "aws_opensearch_domain" "catalog" {
  domain_name = "catalog"
}
