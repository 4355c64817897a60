# Accounts by GraphQL, kept in a table, a database behind its proxy and a cache.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_cognito_user_pool" "people" {
  name = "people"
}

resource "aws_dynamodb_table" "accounts" {
  name         = "accounts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_secretsmanager_secret" "vault" {
  description = "database"
}

resource "aws_rds_cluster" "ledger" {
  cluster_identifier          = "ledger"
  engine                      = "aurora-postgresql"
  master_username             = "ledger"
  manage_master_user_password = true
}

resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id       = "sessions"
  description                = "sessions"
  engine                     = "redis"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
}

resource "aws_lambda_function" "balance" {
  function_name = "balance"
  filename      = "balance.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.balance_role.arn
  timeout       = 10
  memory_size   = 256

  tracing_config {
    mode = "Active"
  }

  vpc_config {
    subnet_ids         = ["subnet-0a1b2c3d"]
    security_group_ids = ["sg-0a1b2c3d"]
  }

  environment {
    variables = {
      DATABASE = aws_rds_cluster.ledger.endpoint
      CACHE    = aws_elasticache_replication_group.sessions.primary_endpoint_address
      SECRET   = aws_secretsmanager_secret.vault.id
    }
  }
}

resource "aws_iam_role" "balance_role" {
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

resource "aws_iam_role_policy_attachment" "balance_role" {
  for_each   = toset(["service-role/AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "service-role/AWSLambdaVPCAccessExecutionRole"])
  role       = aws_iam_role.balance_role.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_iam_role_policy" "balance_role" {
  role   = aws_iam_role.balance_role.id
  policy = <<-JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "secretsmanager:GetSecretValue"
      ],
      "Resource": "${aws_secretsmanager_secret.vault.arn}"
    }
  ]
}
JSON
}

resource "aws_appsync_graphql_api" "bank" {
  name                = "bank"
  authentication_type = "AMAZON_COGNITO_USER_POOLS"
  xray_enabled        = true

  user_pool_config {
    user_pool_id   = aws_cognito_user_pool.people.id
    default_action = "ALLOW"
  }
}

resource "aws_iam_role" "bank_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "appsync.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "bank_role" {
  role   = aws_iam_role.bank_role.id
  policy = <<-JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "dynamodb:GetItem"
      ],
      "Resource": "${aws_dynamodb_table.accounts.arn}"
    },
    {
      "Effect": "Allow",
      "Action": [
        "lambda:InvokeFunction"
      ],
      "Resource": "${aws_lambda_function.balance.arn}"
    }
  ]
}
JSON
}

resource "aws_appsync_datasource" "accounts_source" {
  api_id           = aws_appsync_graphql_api.bank.id
  name             = "accounts"
  type             = "AMAZON_DYNAMODB"
  service_role_arn = aws_iam_role.bank_role.arn

  dynamodb_config {
    table_name = aws_dynamodb_table.accounts.name
  }
}

resource "aws_appsync_datasource" "balance_source" {
  api_id           = aws_appsync_graphql_api.bank.id
  name             = "balance"
  type             = "AWS_LAMBDA"
  service_role_arn = aws_iam_role.bank_role.arn

  lambda_config {
    function_arn = aws_lambda_function.balance.arn
  }
}

resource "aws_appsync_resolver" "account_field" {
  api_id      = aws_appsync_graphql_api.bank.id
  type        = "Query"
  field       = "account"
  data_source = aws_appsync_datasource.accounts_source.name
}

resource "aws_appsync_resolver" "balance_field" {
  api_id      = aws_appsync_graphql_api.bank.id
  type        = "Query"
  field       = "balance"
  data_source = aws_appsync_datasource.balance_source.name
}

resource "aws_lambda_function_url" "balance_url" {
  function_name      = aws_lambda_function.balance.function_name
  authorization_type = "AWS_IAM"
}
