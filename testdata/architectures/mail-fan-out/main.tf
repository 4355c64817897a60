# Mails are sent side by side, and nobody looks at the results.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_lambda_function" "list" {
  function_name = "list"
  filename      = "list.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.list_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "list_role" {
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

resource "aws_iam_role_policy_attachment" "list_role" {
  role       = aws_iam_role.list_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "send" {
  function_name = "send"
  filename      = "send.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.send_role.arn
  timeout       = 10
  memory_size   = 256
}

resource "aws_iam_role" "send_role" {
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

resource "aws_iam_role_policy_attachment" "send_role" {
  role       = aws_iam_role.send_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_sfn_state_machine" "mailing" {
  name     = "mailing"
  role_arn = aws_iam_role.mailing_role.arn
  definition = jsonencode({
    StartAt = "List"
    States = {
      List = {
        Type     = "Task"
        Resource = aws_lambda_function.list.arn
        Next     = "EachMail"
      }
      EachMail = {
        Type           = "Map"
        ItemsPath      = "$.regions"
        MaxConcurrency = 10
        ItemProcessor = {
          ProcessorConfig = {
            Mode = "INLINE"
          }
          StartAt = "Send"
          States = {
            Send = {
              Type     = "Task"
              Resource = aws_lambda_function.send.arn
              End      = true
            }
          }
        }
        Next       = "Done"
        ResultPath = null
      }
      Done = {
        Type = "Succeed"
      }
    }
  })
}

resource "aws_iam_role" "mailing_role" {
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

resource "aws_iam_role_policy" "mailing_role" {
  role = aws_iam_role.mailing_role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = aws_lambda_function.list.arn
      }, {
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = aws_lambda_function.send.arn
    }]
  })
}
