variable "archive" {
  type    = bool
  default = false
}

resource "aws_kinesis_stream" "clicks" {
  name = "clicks"

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

module "archive" {
  source = "./archive"
  count  = var.archive ? 1 : 0
  stream = aws_kinesis_stream.clicks.arn
}
