resource "aws_sfn_state_machine" "scan" {
  name     = "scan"
  role_arn = aws_iam_role.scan.arn
  definition = jsonencode({
    StartAt = "Split"
    States = {
      Split = {
        Type     = "Task"
        Resource = aws_lambda_function.split_function.arn
        Next     = "Pages"
      }
      Pages = {
        Type      = "Map"
        ItemsPath = "$.pages"
        ItemProcessor = {
          StartAt = "Read"
          States = {
            Read = {
              Type     = "Task"
              Resource = aws_lambda_function.read_function.arn
              End      = true
            }
          }
        }
        Next = "Merge"
      }
      Merge = {
        Type     = "Task"
        Resource = aws_lambda_function.merge_function.arn
        End      = true
      }
    }
  })
}

resource "aws_iam_role" "scan" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "states.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "scan" {
  role = aws_iam_role.scan.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.split_function.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.read_function.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.merge_function.arn },
    ]
  })
}

resource "aws_lambda_function" "split_function" {
  function_name = "split-function"
  role          = aws_iam_role.split_function.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "split_function" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "read_function" {
  function_name = "read-function"
  role          = aws_iam_role.read_function.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "read_function" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "merge_function" {
  function_name = "merge-function"
  role          = aws_iam_role.merge_function.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "merge_function" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "merge_function" {
  role = aws_iam_role.merge_function.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"], Resource = aws_dynamodb_table.books.arn },
    ]
  })
}

resource "aws_dynamodb_table" "books" {
  name         = "books"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
