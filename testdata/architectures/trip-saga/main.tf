# A trip is booked in three steps; what was booked is cancelled when a later step fails.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

locals {
  # Each step with what undoes it; the last needs nothing.
  steps = [
    { does = "BookFlight", undo = "CancelFlight", result = "$.flight" },
    { does = "BookHotel", undo = "CancelHotel", result = "$.hotel" },
    { does = "Charge", undo = null, result = "$.payment" },
  ]
  functions = toset(flatten([for s in local.steps : compact([s.does, s.undo])]))

  forward = {
    for i, s in local.steps : s.does => merge(
      {
        Type       = "Task"
        Resource   = aws_lambda_function.step[s.does].arn
        ResultPath = s.result
        Retry      = [{ ErrorEquals = ["Lambda.TooManyRequestsException"], MaxAttempts = 4 }]
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = i == 0 ? "TellAgents" : local.steps[i - 1].undo
        }]
      },
      i + 1 < length(local.steps) ? { Next = local.steps[i + 1].does } : { End = true },
    )
  }
  backward = {
    for i, s in local.steps : s.undo => {
      Type       = "Task"
      Resource   = aws_lambda_function.step[s.undo].arn
      ResultPath = null
      Next       = i == 0 ? "TellAgents" : local.steps[i - 1].undo
    } if s.undo != null
  }
}

resource "aws_cloudwatch_event_bus" "travel" {
  name = "travel"
}

resource "aws_cloudwatch_event_rule" "wanted" {
  name           = "trip-wanted"
  event_bus_name = aws_cloudwatch_event_bus.travel.name
  event_pattern  = jsonencode({ source = ["travel.web"], detail-type = ["TripWanted"] })
}

resource "aws_cloudwatch_event_target" "trip" {
  rule           = aws_cloudwatch_event_rule.wanted.name
  event_bus_name = aws_cloudwatch_event_bus.travel.name
  arn            = aws_sfn_state_machine.trip.arn
  role_arn       = aws_iam_role.start.arn

  dead_letter_config {
    arn = aws_sqs_queue.lost.arn
  }
}

resource "aws_sfn_state_machine" "trip" {
  name     = "trip"
  role_arn = aws_iam_role.trip.arn

  definition = jsonencode({
    StartAt = local.steps[0].does
    States = merge(local.forward, local.backward, {
      TellAgents = {
        Type       = "Task"
        Resource   = "arn:aws:states:::sns:publish"
        Parameters = { TopicArn = aws_sns_topic.agents.arn, "Message.$" = "$.error" }
        Next       = "NotBooked"
      }
      NotBooked = { Type = "Fail" }
    })
  })

  tracing_configuration {
    enabled = true
  }
}

resource "aws_sqs_queue" "lost" {
  name                      = "lost"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue_policy" "lost" {
  queue_url = aws_sqs_queue.lost.id
  policy    = data.aws_iam_policy_document.lost.json
}

data "aws_iam_policy_document" "lost" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.lost.arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic" "agents" {
  name = "agents"
}

resource "aws_dynamodb_table" "trips" {
  name         = "trips"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_function" "step" {
  for_each      = local.functions
  function_name = "trip-${lower(each.key)}"
  filename      = startswith(each.key, "Cancel") ? "cancel.zip" : "book.zip"
  runtime       = "nodejs22.x"
  handler       = "${startswith(each.key, "Cancel") ? "cancel" : "index"}.handler"
  timeout       = 20
  memory_size   = 256
  role          = aws_iam_role.step[each.key].arn

  environment {
    variables = { TRIPS = aws_dynamodb_table.trips.name }
  }
}

data "aws_iam_policy_document" "assume" {
  for_each = toset(["lambda", "states", "events"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "step" {
  for_each            = local.functions
  name                = "trip-${lower(each.key)}"
  assume_role_policy  = data.aws_iam_policy_document.assume["lambda"].json
  managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]

  inline_policy {
    name = "trips"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]
        Resource = [aws_dynamodb_table.trips.arn, "${aws_dynamodb_table.trips.arn}/index/*"]
      }]
    })
  }
}

resource "aws_iam_role" "trip" {
  name               = "trip"
  assume_role_policy = data.aws_iam_policy_document.assume["states"].json
}

resource "aws_iam_role_policy_attachment" "trip" {
  role       = aws_iam_role.trip.name
  policy_arn = "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"
}

data "aws_iam_policy_document" "trip" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = values(aws_lambda_function.step)[*].arn
  }
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.agents.arn]
  }
}

resource "aws_iam_role_policy" "trip" {
  role   = aws_iam_role.trip.id
  policy = data.aws_iam_policy_document.trip.json
}

resource "aws_iam_role" "start" {
  name               = "start-trip"
  assume_role_policy = data.aws_iam_policy_document.assume["events"].json
}

resource "aws_iam_role_policy" "start" {
  role = aws_iam_role.start.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = { Effect = "Allow", Action = "states:StartExecution", Resource = aws_sfn_state_machine.trip.arn }
  })
}
