# Orders are taken by a queue at the front door, enriched by a pipe and worked on by a workflow.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "rejected" {
  name                      = "rejected"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "inbox" {
  name                       = "inbox"
  visibility_timeout_seconds = 60
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.rejected.arn
    maxReceiveCount     = 3
  })
}

resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_sns_topic" "done" {
  name = "done"
}

resource "aws_apigatewayv2_api" "door" {
  name          = "door"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_stage" "door" {
  api_id      = aws_apigatewayv2_api.door.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_iam_role" "door_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "apigateway.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "door_role" {
  role = aws_iam_role.door_role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = aws_sqs_queue.inbox.arn
    }]
  })
}

resource "aws_apigatewayv2_integration" "send" {
  api_id                 = aws_apigatewayv2_api.door.id
  integration_type       = "AWS_PROXY"
  integration_subtype    = "SQS-SendMessage"
  credentials_arn        = aws_iam_role.door_role.arn
  payload_format_version = "1.0"

  request_parameters = {
    QueueUrl    = aws_sqs_queue.inbox.url
    MessageBody = "$request.body"
  }
}

resource "aws_apigatewayv2_route" "post_order" {
  api_id             = aws_apigatewayv2_api.door.id
  route_key          = "POST /orders"
  authorization_type = "AWS_IAM"
  target             = "integrations/${aws_apigatewayv2_integration.send.id}"
}

resource "aws_lambda_function" "price" {
  function_name = "price"
  filename      = "price.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.price_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "price_role" {
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

resource "aws_iam_role_policy_attachment" "price_role" {
  role       = aws_iam_role.price_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_sfn_state_machine" "handle" {
  name     = "handle"
  role_arn = aws_iam_role.handle_role.arn
  type     = "STANDARD"
  definition = templatefile("${path.module}/workflow.asl.json", {
    orders   = aws_dynamodb_table.orders.name
    done     = aws_sns_topic.done.arn
    rejected = aws_sqs_queue.rejected.url
  })
}

resource "aws_iam_role" "handle_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "states.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "handle_role" {
  role = aws_iam_role.handle_role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["dynamodb:PutItem"]
      Resource = aws_dynamodb_table.orders.arn
      }, {
      Effect   = "Allow"
      Action   = ["sns:Publish"]
      Resource = aws_sns_topic.done.arn
      }, {
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = aws_sqs_queue.rejected.arn
    }]
  })
}

resource "aws_iam_role" "flow_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "pipes.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "flow_role" {
  role = aws_iam_role.flow_role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = aws_sqs_queue.inbox.arn
      }, {
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = aws_lambda_function.price.arn
      }, {
      Effect   = "Allow"
      Action   = ["states:StartExecution"]
      Resource = aws_sfn_state_machine.handle.arn
    }]
  })
}

resource "aws_pipes_pipe" "flow" {
  name       = "flow"
  role_arn   = aws_iam_role.flow_role.arn
  source     = aws_sqs_queue.inbox.arn
  enrichment = aws_lambda_function.price.arn
  target     = aws_sfn_state_machine.handle.arn

  source_parameters {
    sqs_queue_parameters {
      batch_size = 1
    }
  }

  target_parameters {
    step_function_state_machine_parameters {
      invocation_type = "FIRE_AND_FORGET"
    }
  }
}
