variable "stage" {
  type    = string
  default = "dev"
}
variable "timeout" { default = 30 }
variable "account" { type = string }
variable "names" { type = list(string) }
variable "from_file" { default = "default" }
variable "from_auto" { default = "default" }
variable "from_json" { default = "default" }
variable "settings" {
  type = object({ memory = number, layers = optional(list(string), ["a"]) })
}
variable "password" {
  type      = string
  default   = "hush"
  sensitive = true
}
variable "size" { type = number }

resource "aws_lambda_function" "f" {
  function_name = "f-${var.stage}"
  timeout       = var.timeout
  role          = "arn:aws:iam::${var.account}:role/f"
  memory_size   = var.settings.memory
  layers        = var.settings.layers
  description   = var.from_file
  handler       = var.from_auto
  runtime       = var.from_json
  environment {
    variables = {
      NAMES    = join(",", var.names)
      PASSWORD = "p=${var.password}"
    }
  }
  reserved_concurrent_executions = var.size
}
