# Events of orders on a bus of their own.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_cloudwatch_event_bus" "shop" {
  name = "shop"
}

resource "aws_sqs_queue" "undelivered" {
  name                      = "undelivered"
  message_retention_seconds = 1209600
}

resource "aws_dynamodb_table" "invoices" {
  name         = "invoices"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_function" "invoice" {
  function_name = "invoice"
  filename      = "invoice.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.invoice_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.invoices.name
    }
  }
}

resource "aws_iam_role" "invoice_role" {
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

resource "aws_iam_role_policy_attachment" "invoice_role" {
  role       = aws_iam_role.invoice_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy" "invoice_role" {
  role   = aws_iam_role.invoice_role.id
  policy = <<-JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "dynamodb:PutItem"
      ],
      "Resource": "${aws_dynamodb_table.invoices.arn}"
    }
  ]
}
JSON
}

resource "aws_cloudwatch_event_rule" "invoice_placed" {
  name           = "invoice_placed"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern = jsonencode({
    source        = ["shop.orders"]
    "detail-type" = ["placed"]
  })
}

resource "aws_cloudwatch_event_target" "invoice_placed" {
  rule           = aws_cloudwatch_event_rule.invoice_placed.name
  arn            = aws_lambda_function.invoice.arn
  event_bus_name = aws_cloudwatch_event_bus.shop.name

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }
}

resource "aws_lambda_permission" "invoice_placed" {
  function_name = aws_lambda_function.invoice.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.invoice_placed.arn
}

resource "aws_lambda_function" "audit" {
  function_name = "audit"
  filename      = "audit.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.audit_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "audit_role" {
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

resource "aws_iam_role_policy_attachment" "audit_role" {
  role       = aws_iam_role.audit_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_cloudwatch_event_rule" "audit_everything" {
  name           = "audit_everything"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern = jsonencode({
    source = [{
      prefix = "shop."
    }]
  })
}

resource "aws_cloudwatch_event_target" "audit_everything" {
  rule           = aws_cloudwatch_event_rule.audit_everything.name
  arn            = aws_lambda_function.audit.arn
  event_bus_name = aws_cloudwatch_event_bus.shop.name
}

resource "aws_lambda_permission" "audit_everything" {
  function_name = aws_lambda_function.audit.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.audit_everything.arn
}

resource "aws_lambda_function" "place" {
  function_name = "place"
  filename      = "place.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.place_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      BUS = aws_cloudwatch_event_bus.shop.name
    }
  }
}

resource "aws_iam_role" "place_role" {
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

resource "aws_iam_role_policy_attachment" "place_role" {
  role       = aws_iam_role.place_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy" "place_role" {
  role   = aws_iam_role.place_role.id
  policy = <<-JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "events:PutEvents"
      ],
      "Resource": "${aws_cloudwatch_event_bus.shop.arn}"
    }
  ]
}
JSON
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

resource "aws_apigatewayv2_integration" "place_post" {
  api_id                 = aws_apigatewayv2_api.web.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.place.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "place_post" {
  api_id    = aws_apigatewayv2_api.web.id
  route_key = "POST /orders"
  target    = "integrations/${aws_apigatewayv2_integration.place_post.id}"
}

resource "aws_lambda_permission" "place_post" {
  function_name = aws_lambda_function.place.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.web.execution_arn}/*/POST/orders"
}
