resource "aws_sns_topic" "news" {}

resource "aws_sqs_queue" "mail_queue" {}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.mail_queue.arn
}

resource "aws_sqs_queue" "audit_queue" {}

resource "aws_sns_topic_subscription" "audit" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.audit_queue.arn
}

resource "aws_sqs_queue" "search_queue" {}

resource "aws_sns_topic_subscription" "search" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.search_queue.arn
}
