resource "aws_sfn_state_machine" "book" {
  name     = "book"
  role_arn = aws_iam_role.book.arn
  definition = jsonencode({
    StartAt = "Reserve"
    States = {
      Reserve = {
        Type     = "Task"
        Resource = aws_lambda_function.reserve_seat.arn
        Next     = "Charge"
      }
      Charge = {
        Type     = "Task"
        Resource = aws_lambda_function.charge_card.arn
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "Release"
        }]
        End = true
      }
      Release = {
        Type     = "Task"
        Resource = aws_lambda_function.release_seat.arn
        Next     = "Failed"
      }
      Failed = {
        Type = "Fail"
      }
    }
  })
}

resource "aws_iam_role" "book" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "states.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "book" {
  role = aws_iam_role.book.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.reserve_seat.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.charge_card.arn },
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = aws_lambda_function.release_seat.arn },
    ]
  })
}

resource "aws_lambda_function" "reserve_seat" {
  function_name = "reserve-seat"
  role          = aws_iam_role.reserve_seat.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "reserve_seat" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "charge_card" {
  function_name = "charge-card"
  role          = aws_iam_role.charge_card.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "charge_card" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "release_seat" {
  function_name = "release-seat"
  role          = aws_iam_role.release_seat.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "release_seat" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
