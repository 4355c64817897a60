# The index follows the table, and nothing in sight queries it.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_api_gateway_rest_api" "catalogue" {
  name = "catalogue"
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

resource "aws_sqs_queue" "lost" {
  name                      = "lost"
  message_retention_seconds = 1209600
}

resource "aws_lambda_function" "command" {
  function_name = "command"
  filename      = "command.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.command_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.products.name
    }
  }
}

resource "aws_iam_role" "command_role" {
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

resource "aws_iam_role_policy_attachment" "command_role" {
  role       = aws_iam_role.command_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "command_role" {
  statement {
    actions   = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.products.arn]
  }
}

resource "aws_iam_policy" "command_role" {
  policy = data.aws_iam_policy_document.command_role.json
}

resource "aws_iam_role_policy_attachment" "command_role_access" {
  role       = aws_iam_role.command_role.name
  policy_arn = aws_iam_policy.command_role.arn
}

resource "aws_api_gateway_resource" "catalogue_products" {
  rest_api_id = aws_api_gateway_rest_api.catalogue.id
  parent_id   = aws_api_gateway_rest_api.catalogue.root_resource_id
  path_part   = "products"
}

resource "aws_api_gateway_resource" "catalogue_products_id" {
  rest_api_id = aws_api_gateway_rest_api.catalogue.id
  parent_id   = aws_api_gateway_resource.catalogue_products.id
  path_part   = "{id}"
}

resource "aws_api_gateway_method" "command_put" {
  rest_api_id   = aws_api_gateway_rest_api.catalogue.id
  resource_id   = aws_api_gateway_resource.catalogue_products_id.id
  http_method   = "PUT"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "command_put" {
  rest_api_id             = aws_api_gateway_rest_api.catalogue.id
  resource_id             = aws_api_gateway_resource.catalogue_products_id.id
  http_method             = aws_api_gateway_method.command_put.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.command.invoke_arn
}

resource "aws_lambda_permission" "command_put" {
  function_name = aws_lambda_function.command.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.catalogue.execution_arn}/*/PUT/products/*"
}

resource "aws_opensearch_domain" "search" {
  domain_name    = "search"
  engine_version = "OpenSearch_2.19"

  cluster_config {
    instance_type  = "t3.small.search"
    instance_count = 2
  }

  ebs_options {
    ebs_enabled = true
    volume_size = 10
  }
}

resource "aws_lambda_function" "project" {
  function_name                  = "project"
  filename                       = "project.zip"
  runtime                        = "nodejs22.x"
  handler                        = "index.handler"
  role                           = aws_iam_role.project_role.arn
  timeout                        = 10
  memory_size                    = 256
  reserved_concurrent_executions = 5

  environment {
    variables = {
      INDEX = "items-v2"
    }
  }
}

resource "aws_iam_role" "project_role" {
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

resource "aws_iam_role_policy_attachment" "project_role" {
  for_each   = toset(["service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaDynamoDBExecutionRole"])
  role       = aws_iam_role.project_role.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

data "aws_iam_policy_document" "project_role" {
  statement {
    actions   = ["es:ESHttpPost"]
    resources = ["${aws_opensearch_domain.search.arn}/*"]
  }

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.lost.arn]
  }
}

resource "aws_iam_policy" "project_role" {
  policy = data.aws_iam_policy_document.project_role.json
}

resource "aws_iam_role_policy_attachment" "project_role_access" {
  role       = aws_iam_role.project_role.name
  policy_arn = aws_iam_policy.project_role.arn
}

resource "aws_lambda_event_source_mapping" "project_change" {
  event_source_arn               = aws_dynamodb_table.products.stream_arn
  function_name                  = aws_lambda_function.project.arn
  starting_position              = "LATEST"
  batch_size                     = 50
  bisect_batch_on_function_error = true

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.lost.arn
    }
  }

  filter_criteria {
    filter {
      pattern = jsonencode({
        eventName = ["INSERT", "MODIFY"]
      })
    }
  }
}

resource "aws_api_gateway_deployment" "catalogue" {
  rest_api_id = aws_api_gateway_rest_api.catalogue.id
  depends_on  = [aws_api_gateway_integration.command_put]
}

resource "aws_api_gateway_stage" "catalogue" {
  rest_api_id   = aws_api_gateway_rest_api.catalogue.id
  deployment_id = aws_api_gateway_deployment.catalogue.id
  stage_name    = "live"
}
