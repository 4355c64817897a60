# The module of the registry that is not in sight leaves the timeout and the memory as Lambda does.
module "orders" { # want "runs with 128 MB because nothing says otherwise"
  source        = "terraform-aws-modules/lambda/aws"
  function_name = "orders"
  handler       = "orders.handler"
  runtime       = "nodejs24.x"
}

module "mail" {
  source        = "terraform-aws-modules/lambda/aws"
  function_name = "mail"
  handler       = "mail.handler"
  runtime       = "nodejs24.x"
  memory_size   = 512
}
