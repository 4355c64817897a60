# Only the payment is taken back.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
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

resource "aws_dynamodb_table" "stock" {
  name         = "stock"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "payments" {
  name         = "payments"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_function" "validate_order" {
  function_name = "validate_order"
  filename      = "validate_order.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.validate_order_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.orders.name
    }
  }
}

resource "aws_iam_role" "validate_order_role" {
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

resource "aws_iam_role_policy_attachment" "validate_order_role" {
  role       = aws_iam_role.validate_order_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "validate_order_role" {
  statement {
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.orders.arn]
  }
}

resource "aws_iam_policy" "validate_order_role" {
  policy = data.aws_iam_policy_document.validate_order_role.json
}

resource "aws_iam_role_policy_attachment" "validate_order_role_access" {
  role       = aws_iam_role.validate_order_role.name
  policy_arn = aws_iam_policy.validate_order_role.arn
}

resource "aws_lambda_function" "reserve_inventory" {
  function_name = "reserve_inventory"
  filename      = "reserve_inventory.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.reserve_inventory_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.stock.name
    }
  }
}

resource "aws_iam_role" "reserve_inventory_role" {
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

resource "aws_iam_role_policy_attachment" "reserve_inventory_role" {
  role       = aws_iam_role.reserve_inventory_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "reserve_inventory_role" {
  statement {
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.stock.arn]
  }
}

resource "aws_iam_policy" "reserve_inventory_role" {
  policy = data.aws_iam_policy_document.reserve_inventory_role.json
}

resource "aws_iam_role_policy_attachment" "reserve_inventory_role_access" {
  role       = aws_iam_role.reserve_inventory_role.name
  policy_arn = aws_iam_policy.reserve_inventory_role.arn
}

resource "aws_lambda_function" "charge_payment" {
  function_name = "charge_payment"
  filename      = "charge_payment.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.charge_payment_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.payments.name
    }
  }
}

resource "aws_iam_role" "charge_payment_role" {
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

resource "aws_iam_role_policy_attachment" "charge_payment_role" {
  role       = aws_iam_role.charge_payment_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "charge_payment_role" {
  statement {
    actions   = ["dynamodb:PutItem"]
    resources = [aws_dynamodb_table.payments.arn]
  }
}

resource "aws_iam_policy" "charge_payment_role" {
  policy = data.aws_iam_policy_document.charge_payment_role.json
}

resource "aws_iam_role_policy_attachment" "charge_payment_role_access" {
  role       = aws_iam_role.charge_payment_role.name
  policy_arn = aws_iam_policy.charge_payment_role.arn
}

resource "aws_lambda_function" "create_shipment" {
  function_name = "create_shipment"
  filename      = "create_shipment.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.create_shipment_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "create_shipment_role" {
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

resource "aws_iam_role_policy_attachment" "create_shipment_role" {
  role       = aws_iam_role.create_shipment_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "send_confirmation" {
  function_name = "send_confirmation"
  filename      = "send_confirmation.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.send_confirmation_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "send_confirmation_role" {
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

resource "aws_iam_role_policy_attachment" "send_confirmation_role" {
  role       = aws_iam_role.send_confirmation_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "refund_payment" {
  function_name = "refund_payment"
  filename      = "refund_payment.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.refund_payment_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.payments.name
    }
  }
}

resource "aws_iam_role" "refund_payment_role" {
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

resource "aws_iam_role_policy_attachment" "refund_payment_role" {
  role       = aws_iam_role.refund_payment_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "refund_payment_role" {
  statement {
    actions   = ["dynamodb:DeleteItem"]
    resources = [aws_dynamodb_table.payments.arn]
  }
}

resource "aws_iam_policy" "refund_payment_role" {
  policy = data.aws_iam_policy_document.refund_payment_role.json
}

resource "aws_iam_role_policy_attachment" "refund_payment_role_access" {
  role       = aws_iam_role.refund_payment_role.name
  policy_arn = aws_iam_policy.refund_payment_role.arn
}

resource "aws_sfn_state_machine" "order_flow" {
  name     = "order_flow"
  role_arn = aws_iam_role.order_flow_role.arn
  definition = jsonencode({
    Comment = "Only the payment is taken back."
    StartAt = "ValidateOrder"
    States = {
      ValidateOrder = {
        Type     = "Task"
        Resource = "arn:aws:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.validate_order.function_name
          "Payload.$"  = "$"
        }
        Retry = [{
          ErrorEquals     = ["Lambda.TooManyRequestsException"]
          IntervalSeconds = 1
          MaxAttempts     = 3
          BackoffRate     = 2
        }]
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "Failed"
        }]
        Next = "ReserveInventory"
      }
      ReserveInventory = {
        Type     = "Task"
        Resource = "arn:aws:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.reserve_inventory.function_name
          "Payload.$"  = "$"
        }
        Retry = [{
          ErrorEquals     = ["Lambda.TooManyRequestsException"]
          IntervalSeconds = 1
          MaxAttempts     = 3
          BackoffRate     = 2
        }]
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "Failed"
        }]
        Next = "ChargePayment"
      }
      ChargePayment = {
        Type     = "Task"
        Resource = "arn:aws:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.charge_payment.function_name
          "Payload.$"  = "$"
        }
        Retry = [{
          ErrorEquals     = ["Lambda.TooManyRequestsException"]
          IntervalSeconds = 1
          MaxAttempts     = 3
          BackoffRate     = 2
        }]
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "Failed"
        }]
        Next = "CreateShipment"
      }
      CreateShipment = {
        Type     = "Task"
        Resource = "arn:aws:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.create_shipment.function_name
          "Payload.$"  = "$"
        }
        Retry = [{
          ErrorEquals     = ["Lambda.TooManyRequestsException"]
          IntervalSeconds = 1
          MaxAttempts     = 3
          BackoffRate     = 2
        }]
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "RefundPayment"
        }]
        Next = "SendConfirmation"
      }
      SendConfirmation = {
        Type     = "Task"
        Resource = "arn:aws:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.send_confirmation.function_name
          "Payload.$"  = "$"
        }
        Retry = [{
          ErrorEquals     = ["Lambda.TooManyRequestsException"]
          IntervalSeconds = 1
          MaxAttempts     = 3
          BackoffRate     = 2
        }]
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "Failed"
        }]
        End = true
      }
      RefundPayment = {
        Type     = "Task"
        Resource = "arn:aws:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.refund_payment.function_name
          "Payload.$"  = "$"
        }
        Retry = [{
          ErrorEquals     = ["Lambda.TooManyRequestsException"]
          IntervalSeconds = 1
          MaxAttempts     = 3
          BackoffRate     = 2
        }]
        Next = "Failed"
      }
      Failed = {
        Type  = "Fail"
        Error = "OrderFailed"
      }
    }
  })
}

resource "aws_iam_role" "order_flow_role" {
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

data "aws_iam_policy_document" "order_flow_role" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.validate_order.arn]
  }

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.reserve_inventory.arn]
  }

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.charge_payment.arn]
  }

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.create_shipment.arn]
  }

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.send_confirmation.arn]
  }

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.refund_payment.arn]
  }
}

resource "aws_iam_policy" "order_flow_role" {
  policy = data.aws_iam_policy_document.order_flow_role.json
}

resource "aws_iam_role_policy_attachment" "order_flow_role_access" {
  role       = aws_iam_role.order_flow_role.name
  policy_arn = aws_iam_policy.order_flow_role.arn
}

resource "aws_cloudwatch_event_rule" "order_flow_placed" {
  name = "order_flow_placed"
  event_pattern = jsonencode({
    source        = ["shop.orders"]
    "detail-type" = ["placed"]
  })
}

resource "aws_cloudwatch_event_target" "order_flow_placed" {
  rule     = aws_cloudwatch_event_rule.order_flow_placed.name
  arn      = aws_sfn_state_machine.order_flow.arn
  role_arn = aws_iam_role.order_flow_placed_role.arn
}

resource "aws_iam_role" "order_flow_placed_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "events.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "order_flow_placed_role" {
  role = aws_iam_role.order_flow_placed_role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["states:StartExecution"]
      Resource = aws_sfn_state_machine.order_flow.arn
    }]
  })
}
