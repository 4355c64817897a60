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
