resource "aws_cloudwatch_log_group" "enrich" {
  name              = "/aws/lambda/enrich"
  retention_in_days = 14
}

resource "aws_cloudwatch_log_group" "forever" {
  name              = "forever"
  retention_in_days = 0
}

resource "aws_cloudwatch_log_subscription_filter" "enrich" {
  name            = "errors"
  log_group_name  = aws_cloudwatch_log_group.enrich.name
  filter_pattern  = "ERROR"
  destination_arn = aws_kinesis_firehose_delivery_stream.archive.arn
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  log_group_name = aws_cloudwatch_log_group.enrich.name
  pattern        = "ERROR"
  metric_transformation {
    name      = "Errors"
    namespace = "Shop"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "errors"
  metric_name         = "Errors"
  namespace           = "Shop"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  period              = 60
  threshold           = 1
  alarm_actions       = [aws_sns_topic.news.arn]
}

resource "aws_cloudwatch_metric_alarm" "depth" {
  alarm_name          = "depth"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 1
  metric_query {
    id          = "depth"
    return_data = true
    metric {
      metric_name = "ApproximateNumberOfMessagesVisible"
      namespace   = "AWS/SQS"
      period      = 60
      stat        = "Maximum"
      dimensions = {
        QueueName = aws_sqs_queue.failed.name
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  alarm_name          = "throttles"
  metric_name         = "Throttles"
  namespace           = "AWS/Lambda"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 1
  dimensions = {
    FunctionName = aws_lambda_function.enrich.function_name
  }
}

resource "aws_cloudwatch_composite_alarm" "any" {
  alarm_name = "any"
  alarm_rule = "ALARM(${aws_cloudwatch_metric_alarm.depth.alarm_name}) OR ALARM(\"errors\")"
}

resource "aws_rds_cluster" "orders" {
  cluster_identifier   = "orders"
  engine               = "aurora-postgresql"
  enable_http_endpoint = true
  serverlessv2_scaling_configuration {
    min_capacity = 0
    max_capacity = 4
  }
}

resource "aws_rds_cluster_instance" "orders" {
  cluster_identifier = aws_rds_cluster.orders.id
  instance_class     = "db.serverless"
}

resource "aws_db_instance" "single" {
  identifier     = "single"
  engine         = "postgres"
  instance_class = "db.t4g.small"
}

resource "aws_db_instance" "replica" {
  identifier          = "replica"
  replicate_source_db = aws_db_instance.single.identifier
  instance_class      = "db.t4g.small"
}

resource "aws_db_proxy" "single" {
  name          = "single"
  engine_family = "POSTGRESQL"
}

resource "aws_db_proxy_target" "single" {
  db_proxy_name          = aws_db_proxy.single.name
  target_group_name      = "default"
  db_instance_identifier = aws_db_instance.single.identifier
}

resource "aws_elasticache_replication_group" "cache" {
  replication_group_id = "cache"
  description          = "cache"
}

resource "aws_elasticache_cluster" "member" {
  cluster_id           = "member"
  replication_group_id = aws_elasticache_replication_group.cache.id
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"
}

resource "aws_redshiftserverless_workgroup" "warehouse" {
  workgroup_name = "warehouse"
  namespace_name = "warehouse"
}

resource "aws_secretsmanager_secret" "password" {
  name = "password"
}

resource "aws_secretsmanager_secret_rotation" "password" {
  secret_id           = aws_secretsmanager_secret.password.id
  rotation_lambda_arn = aws_lambda_function.enrich.arn
}

resource "aws_ssm_parameter" "setting" {
  name  = "/shop/setting"
  type  = "SecureString"
  value = "x"
}

resource "aws_msk_cluster" "events" {
  cluster_name           = "events"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 3
}

resource "aws_mq_broker" "mq" {
  broker_name = "mq"
  engine_type = "RabbitMQ"
}

resource "aws_kinesisanalyticsv2_application" "sql" {
  name                = "sql"
  runtime_environment = "SQL-1_0"
  application_configuration {
    sql_application_configuration {
      input {
        name_prefix = "changes"
        kinesis_streams_input {
          resource_arn = aws_kinesis_stream.changes.arn
        }
      }
      output {
        name = "out"
        kinesis_firehose_output {
          resource_arn = aws_kinesis_firehose_delivery_stream.archive.arn
        }
      }
    }
  }
}
