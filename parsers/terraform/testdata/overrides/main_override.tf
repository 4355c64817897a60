resource "aws_sqs_queue" "q" {
  name = "override"
}
resource "aws_sqs_queue" "missing" {}
