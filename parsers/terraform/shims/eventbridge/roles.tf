locals {
  role = var.create && var.create_role

  # What the switches named attach_…_policy grant.
  grants = [
    { on = var.attach_lambda_policy, actions = ["lambda:InvokeFunction"], arns = var.lambda_target_arns },
    { on = var.attach_sqs_policy, actions = ["sqs:SendMessage*", "kms:Decrypt", "kms:GenerateDataKey"], arns = var.sqs_target_arns },
    { on = var.attach_sns_policy, actions = ["sns:Publish"], arns = var.sns_target_arns },
    { on = var.attach_sfn_policy, actions = ["states:StartExecution"], arns = var.sfn_target_arns },
    { on = var.attach_kinesis_policy, actions = ["kinesis:PutRecord"], arns = var.kinesis_target_arns },
    { on = var.attach_kinesis_firehose_policy, actions = ["firehose:PutRecord"], arns = var.kinesis_firehose_target_arns },
    { on = var.attach_cloudwatch_policy, actions = ["logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"], arns = var.cloudwatch_target_arns },
    { on = var.attach_ecs_policy, actions = ["ecs:RunTask", "ecs:TagResource"], arns = var.ecs_target_arns },
    { on = var.attach_api_destination_policy, actions = ["events:InvokeApiDestination"], arns = [for d in aws_cloudwatch_event_api_destination.this : d.arn] },
  ]
}

resource "aws_iam_role" "eventbridge" {
  count = local.role ? 1 : 0
  name  = coalesce(var.role_name, var.bus_name)
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = concat(["events.amazonaws.com"], var.trusted_entities, length(keys(var.schedules)) > 0 && var.create_schedules ? ["scheduler.amazonaws.com"] : []) }
    }]
  })
}

resource "aws_iam_role_policy" "targets" {
  count = local.role && anytrue(local.grants[*].on) ? 1 : 0
  role  = aws_iam_role.eventbridge[0].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for g in local.grants : { Effect = "Allow", Action = g.actions, Resource = g.arns } if g.on]
  })
}

resource "aws_iam_role_policy_attachment" "tracing" {
  count      = local.role && var.attach_tracing_policy ? 1 : 0
  role       = aws_iam_role.eventbridge[0].name
  policy_arn = "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"
}

module "statements" {
  source     = "../policy"
  statements = var.policy_statements
}

resource "aws_iam_role_policy" "additional_inline" {
  count  = local.role && var.attach_policy_statements ? 1 : 0
  role   = aws_iam_role.eventbridge[0].name
  policy = module.statements.json
}

resource "aws_iam_role_policy" "additional_json" {
  count  = local.role && var.attach_policy_json ? 1 : 0
  role   = aws_iam_role.eventbridge[0].name
  policy = var.policy_json
}

resource "aws_iam_role_policy" "additional_jsons" {
  count  = local.role && var.attach_policy_jsons ? var.number_of_policy_jsons : 0
  role   = aws_iam_role.eventbridge[0].name
  policy = var.policy_jsons[count.index]
}

resource "aws_iam_role_policy_attachment" "additional_one" {
  count      = local.role && var.attach_policy ? 1 : 0
  role       = aws_iam_role.eventbridge[0].name
  policy_arn = var.policy
}

resource "aws_iam_role_policy_attachment" "additional_many" {
  count      = local.role && var.attach_policies ? var.number_of_policies : 0
  role       = aws_iam_role.eventbridge[0].name
  policy_arn = var.policies[count.index]
}

resource "aws_iam_role" "eventbridge_pipe" {
  for_each = { for k, p in var.pipes : k => p if var.create && var.create_pipes && (var.create_role || var.create_pipe_role_only) && try(p.create_role, true) }
  name     = try(each.value.role_name_prefix, each.key)
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "pipes.amazonaws.com" } }]
  })
}

# The module chooses by the service of an ARN; what is meant for another allows nothing.
resource "aws_iam_role_policy" "service" {
  for_each = { for k, p in var.pipes : k => p if can(aws_iam_role.eventbridge_pipe[k]) && try(p.attach_policies_for_integrations, true) }
  role     = aws_iam_role.eventbridge_pipe[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for g in concat(
      [for actions in local.from_source : [actions, [each.value.source]]],
      [for actions in local.to_target : [actions, [each.value.target]]],
      try([for actions in local.to_function : [actions, [each.value.enrichment]]], []),
      try([for actions in local.to_api : [actions, [aws_cloudwatch_event_api_destination.this[each.value.enrichment].arn]]], []),
      try([[["sqs:SendMessage"], [each.value.source_parameters.dynamodb_stream_parameters.dead_letter_config.arn]]], []),
      try([[["sqs:SendMessage"], [each.value.source_parameters.kinesis_stream_parameters.dead_letter_config.arn]]], []),
      [[local.to_logs, concat(["${each.value.target}:*"], local.pipe_logs)]],
    ) : { Effect = "Allow", Action = g[0], Resource = g[1] }]
  })
}

locals {
  from_source = [
    [for a in ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"] : "dynamodb:${a}"],
    [for a in ["DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards", "ListStreams", "SubscribeToShard"] : "kinesis:${a}"],
    [for a in ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"] : "sqs:${a}"],
    ["kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"],
    ["mq:DescribeBroker", "secretsmanager:GetSecretValue"],
  ]
  to_function = [["lambda:InvokeFunction"], ["states:StartExecution", "states:StartSyncExecution"]]
  to_api      = [["lambda:InvokeFunction"], ["execute-api:Invoke"], ["events:InvokeApiDestination"]]
  to_target = concat(local.to_function, [
    ["execute-api:Invoke"], ["events:InvokeApiDestination"], ["events:PutEvents"], ["sqs:SendMessage"], ["sns:Publish"], ["kinesis:PutRecord", "kinesis:PutRecords"],
    ["firehose:PutRecord", "firehose:PutRecordBatch"], ["batch:SubmitJob"], ["ecs:RunTask", "ecs:TagResource"],
  ])
  to_logs   = ["logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:CreateLogStream", "logs:PutLogEvents"]
  pipe_logs = flatten([for p in var.pipes : try(["${p.log_configuration.cloudwatch_logs_log_destination.log_group_arn}:*"], [])])
}
