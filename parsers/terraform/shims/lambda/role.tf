locals {
  role   = local.made && var.create_role
  log_as = try(data.aws_cloudwatch_log_group.lambda[0].arn, aws_cloudwatch_log_group.lambda[0].arn, "")
}

module "trust" {
  source = "../policy"
  statements = concat([{
    actions = ["sts:AssumeRole"]
    principals = concat(
      [{ type = "Service", identifiers = concat(var.lambda_at_edge ? ["lambda.amazonaws.com", "edgelambda.amazonaws.com"] : ["lambda.amazonaws.com"], [for t in var.trusted_entities : t if can(tostring(t))]) }],
      [for t in var.trusted_entities : t if !can(tostring(t))],
    )
  }], [for s in var.assume_role_policy_statements : s])
}

resource "aws_iam_role" "lambda" {
  count              = local.role ? 1 : 0
  name               = coalesce(var.role_name, var.function_name, "*")
  assume_role_policy = module.trust.json
}

resource "aws_iam_role_policy" "logs" {
  count = local.role && var.attach_cloudwatch_logs_policy ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = concat(!var.use_existing_cloudwatch_log_group && var.attach_create_log_group_permission ? ["logs:CreateLogGroup"] : [], ["logs:CreateLogStream", "logs:PutLogEvents"])
      Resource = ["${local.log_as}:*", "${local.log_as}:*:*"]
    }]
  })
}

resource "aws_iam_role_policy" "dead_letter" {
  count = local.role && var.attach_dead_letter_policy ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["sns:Publish", "sqs:SendMessage"], Resource = var.dead_letter_target_arn }]
  })
}

# The module copies what these managed policies allow.
resource "aws_iam_role_policy_attachment" "vpc" {
  count      = local.role && var.attach_network_policy ? 1 : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
}

resource "aws_iam_role_policy_attachment" "tracing" {
  count      = local.role && var.attach_tracing_policy ? 1 : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

resource "aws_iam_role_policy" "async" {
  count = local.role && var.attach_async_event_policy ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sns:Publish", "sqs:SendMessage", "events:PutEvents", "lambda:InvokeFunction"]
      Resource = compact([var.destination_on_failure, var.destination_on_success])
    }]
  })
}

resource "aws_iam_role_policy" "additional_json" {
  count  = local.role && var.attach_policy_json ? 1 : 0
  role   = aws_iam_role.lambda[0].name
  policy = var.policy_json
}

resource "aws_iam_role_policy" "additional_jsons" {
  count  = local.role && var.attach_policy_jsons ? var.number_of_policy_jsons : 0
  role   = aws_iam_role.lambda[0].name
  policy = var.policy_jsons[count.index]
}

resource "aws_iam_role_policy_attachment" "additional_one" {
  count      = local.role && var.attach_policy ? 1 : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = var.policy
}

resource "aws_iam_role_policy_attachment" "additional_many" {
  count      = local.role && var.attach_policies ? var.number_of_policies : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = var.policies[count.index]
}

module "statements" {
  source     = "../policy"
  statements = var.policy_statements
}

resource "aws_iam_role_policy" "additional_inline" {
  count  = local.role && var.attach_policy_statements ? 1 : 0
  role   = aws_iam_role.lambda[0].name
  policy = module.statements.json
}
