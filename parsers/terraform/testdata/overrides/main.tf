resource "aws_sqs_queue" "q" {
  name          = "main"
  delay_seconds = 1
}
locals { a = 1 }
