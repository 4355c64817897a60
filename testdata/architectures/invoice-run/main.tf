# Once a month invoices are made side by side, then put together for the books.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

variable "workers" {
  type    = number
  default = 40
}

locals {
  names = ["list", "make", "sum"]
  variables = {
    list = { LEDGER = aws_dynamodb_table.ledger.name }
    make = { INVOICES = aws_s3_bucket.invoices.bucket }
    sum  = { LEDGER = aws_dynamodb_table.ledger.name }
  }
  statements = {
    list = {
      Action   = ["dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:DescribeTable"]
      Resource = [aws_dynamodb_table.ledger.arn, "${aws_dynamodb_table.ledger.arn}/index/*"]
    }
    make = {
      Action   = ["s3:PutObject", "s3:PutObjectAcl", "s3:PutLifecycleConfiguration"]
      Resource = [aws_s3_bucket.invoices.arn, "arn:aws:s3:::${aws_s3_bucket.invoices.id}/*"]
    }
    sum = {
      Action   = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]
      Resource = [aws_dynamodb_table.ledger.arn, "${aws_dynamodb_table.ledger.arn}/index/*"]
    }
  }
}

resource "aws_sfn_state_machine" "run" {
  name     = "run"
  role_arn = aws_iam_role.run.arn

  definition = templatefile("${path.module}/run.asl.json", merge(
    { workers = var.workers },
    { for i, name in local.names : name => aws_lambda_function.invoices[i].arn },
  ))

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.log.arn}:*"
  }
}

resource "aws_iam_role" "run" {
  name_prefix = "run-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "states.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "run" {
  role = aws_iam_role.run.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "lambda:InvokeFunction", Resource = [for f in aws_lambda_function.invoices : "${f.arn}*"] }]
  })
}

resource "aws_scheduler_schedule" "run_monthly" {
  name                         = "monthly"
  schedule_expression          = "cron(0 3 1 * ? *)"
  schedule_expression_timezone = "Europe/Berlin"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_sfn_state_machine.run.arn
    role_arn = aws_iam_role.monthly.arn

    retry_policy {
      maximum_retry_attempts       = 5
      maximum_event_age_in_seconds = 2 * 60 * 60
    }
  }
}

resource "aws_iam_role" "monthly" {
  name               = "monthly"
  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [{"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
  EOT
}

resource "aws_iam_policy" "monthly" {
  name   = "start-run"
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [{"Effect": "Allow", "Action": "states:StartExecution", "Resource": "${aws_sfn_state_machine.run.arn}"}]
    }
  EOT
}

resource "aws_iam_policy_attachment" "monthly" {
  name       = "start-run"
  roles      = [aws_iam_role.monthly.name]
  policy_arn = aws_iam_policy.monthly.arn
}

resource "aws_cloudwatch_log_group" "log" {
  name              = "/aws/vendedlogs/states/run"
  retention_in_days = 30
}

resource "aws_s3_bucket" "invoices" {}

resource "aws_s3_bucket_lifecycle_configuration" "invoices" {
  bucket = aws_s3_bucket.invoices.id
  rule {
    id     = "ten-years"
    status = "Enabled"
    expiration {
      days = 3653
    }
  }
}

resource "aws_dynamodb_table" "ledger" {
  name         = "ledger"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_iam_role" "invoices" {
  count = length(local.names)
  name  = "invoices-${local.names[count.index]}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "invoices" {
  count = length(local.names)
  role  = aws_iam_role.invoices[count.index].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge({ Effect = "Allow" }, local.statements[local.names[count.index]])]
  })
}

resource "aws_iam_role_policy_attachment" "invoices" {
  count      = length(local.names)
  role       = element(aws_iam_role.invoices[*].name, count.index)
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "invoices" {
  count         = length(local.names)
  function_name = "invoices-${local.names[count.index]}"
  filename      = "invoices.jar"
  runtime       = "java21"
  handler       = "invoices.Handler"
  timeout       = 60
  memory_size   = local.names[count.index] == "make" ? 2048 : 1024
  role          = aws_iam_role.invoices[count.index].arn

  environment {
    variables = lookup(local.variables, local.names[count.index])
  }
}
