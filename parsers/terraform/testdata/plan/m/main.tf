variable "queue" {}
resource "aws_sqs_queue_policy" "p" {
  queue_url = var.queue
}
output "id" { value = aws_sqs_queue_policy.p.id }
