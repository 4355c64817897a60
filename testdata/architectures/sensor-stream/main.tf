# Readings of devices go into a stream that nothing in sight consumes.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_kinesis_stream" "readings" {
  name        = "readings"
  shard_count = 1
}

resource "aws_iam_role" "rule_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "iot.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "rule_role" {
  role = aws_iam_role.rule_role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kinesis:PutRecord"]
      Resource = aws_kinesis_stream.readings.arn
    }]
  })
}

resource "aws_iot_topic_rule" "sensors" {
  name        = "sensors"
  enabled     = true
  sql         = "SELECT * FROM 'sensors/+'"
  sql_version = "2016-03-23"

  kinesis {
    stream_name   = aws_kinesis_stream.readings.name
    partition_key = "$${topic(2)}"
    role_arn      = aws_iam_role.rule_role.arn
  }
}
