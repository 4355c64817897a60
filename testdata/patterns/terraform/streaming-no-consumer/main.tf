resource "aws_kinesis_stream" "clicks" {
  name = "clicks"

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}
