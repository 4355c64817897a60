resource "aws_api_gateway_rest_api" "api" {
  name = "api"
}

resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "orders"
}

resource "aws_api_gateway_method" "orders" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = aws_api_gateway_resource.orders.id
  http_method   = "POST"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "orders" {
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_resource.orders.id
  http_method             = aws_api_gateway_method.orders.http_method
  type                    = "AWS"
  integration_http_method = "POST"
  credentials             = aws_iam_role.start.arn
  uri                     = "arn:aws:apigateway:eu-west-1:states:action/StartExecution"
  request_templates = {
    "application/json" = jsonencode({ input = "{}", stateMachineArn = aws_sfn_state_machine.order.arn })
  }
}

resource "aws_iam_role" "start" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "apigateway.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "start" {
  role = aws_iam_role.start.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["states:StartExecution"], Resource = aws_sfn_state_machine.order.arn },
    ]
  })
}

resource "aws_sfn_state_machine" "order" {
  name     = "order"
  role_arn = aws_iam_role.order.arn
  definition = jsonencode({
    StartAt = "Validate"
    States = {
      Validate = {
        Type     = "Task"
        Resource = aws_lambda_function.validate_order.arn
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "Rejected"
        }]
        Next = "Reserve"
      }
      Reserve = {
        Type     = "Task"
        Resource = aws_lambda_function.reserve_inventory.arn
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "ReleaseStock"
        }]
        Next = "Charge"
      }
      Charge = {
        Type     = "Task"
        Resource = aws_lambda_function.charge_payment.arn
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "GiveBack"
        }]
        Next = "Ship"
      }
      Ship = {
        Type     = "Task"
        Resource = aws_lambda_function.create_shipment.arn
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "CancelShipping"
        }]
        Next = "Confirm"
      }
      Confirm = {
        Type     = "Task"
        Resource = "arn:aws:states:::sns:publish"
        Parameters = {
          TopicArn = aws_sns_topic.mail.arn
          Message  = "done"
        }
        End = true
      }
      CancelShipping = {
        Type     = "Task"
        Resource = aws_lambda_function.cancel_shipment.arn
        Next     = "GiveBack"
      }
      GiveBack = {
        Type     = "Task"
        Resource = aws_lambda_function.refund_payment.arn
        Next     = "ReleaseStock"
      }
      ReleaseStock = {
        Type     = "Task"
        Resource = aws_lambda_function.release_inventory.arn
        Next     = "Rejected"
      }
      Rejected = {
        Type = "Fail"
      }
    }
  })
}

resource "aws_iam_role" "order" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "states.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "order" {
  role = aws_iam_role.order.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.validate_order.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.reserve_inventory.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.charge_payment.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.create_shipment.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.cancel_shipment.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.refund_payment.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.release_inventory.arn },
      { Effect = "Allow", Action = ["sns:Publish"], Resource = aws_sns_topic.mail.arn },
    ]
  })
}

resource "aws_lambda_function" "validate_order" {
  function_name = "validate-order"
  role          = aws_iam_role.validate_order.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "validate_order" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "reserve_inventory" {
  function_name = "reserve-inventory"
  role          = aws_iam_role.reserve_inventory.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "reserve_inventory" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "charge_payment" {
  function_name = "charge-payment"
  role          = aws_iam_role.charge_payment.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "charge_payment" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "create_shipment" {
  function_name = "create-shipment"
  role          = aws_iam_role.create_shipment.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "create_shipment" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "cancel_shipment" {
  function_name = "cancel-shipment"
  role          = aws_iam_role.cancel_shipment.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "cancel_shipment" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "refund_payment" {
  function_name = "refund-payment"
  role          = aws_iam_role.refund_payment.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "refund_payment" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "release_inventory" {
  function_name = "release-inventory"
  role          = aws_iam_role.release_inventory.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "release_inventory" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_sns_topic" "mail" {}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.mail.arn
  protocol  = "email"
  endpoint  = "shop@example.com"
}
