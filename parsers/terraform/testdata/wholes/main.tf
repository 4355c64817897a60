# Whole resources go through modules as parts of objects.
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

module "worker" {
  source = "./worker"
  config = { source = aws_sqs_queue.jobs }
}

module "door" {
  source = "./door"
  target = { function = module.worker.made.function }
}

# An iterator may be called like a resource type.
resource "aws_sns_topic" "each" {
  for_each = toset(["a", "b"])
  name     = each.key
}

resource "aws_cloudwatch_metric_alarm" "each" {
  alarm_actions = [for alarm_topic in aws_sns_topic.each : alarm_topic.arn]
}
