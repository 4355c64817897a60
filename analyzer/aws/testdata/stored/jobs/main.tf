resource "aws_sqs_queue" "jobs" {
  name_prefix = "jobs"
}

resource "aws_ssm_parameter" "jobs" {
  name  = "/jobs/arn"
  type  = "String"
  value = aws_sqs_queue.jobs.arn
}

data "aws_ssm_parameter" "table" {
  name = "/shop/table"
}

resource "aws_iam_role" "fill" {
  assume_role_policy = "{}"
}

resource "aws_iam_role_policy" "fill" {
  role = aws_iam_role.fill.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:PutItem", Resource = "arn:aws:dynamodb:*:*:table/${data.aws_ssm_parameter.table.value}" }]
  })
}

resource "aws_lambda_function" "fill" {
  function_name = "fill"
  role          = aws_iam_role.fill.arn
  environment {
    variables = {
      TABLE = data.aws_ssm_parameter.table.value
      JOBS  = "${aws_ssm_parameter.jobs.value}?now"
    }
  }
}
