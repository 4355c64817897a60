module "queue" {
  source = "./queue"
  for_each = {
    a = "first"
    b = "second"
  }
  name = each.value
}

module "sender" {
  source = "./sender"
  targets = {
    a = module.queue["a"].arn
  }
}

module "registry" {
  source  = "example.com/acme/thing/aws"
  version = "1.2.3"
  queue   = module.queue["b"].arn
}

resource "aws_lambda_function" "f" {
  role = module.registry.role_arn
  environment {
    variables = {
      NAME = module.queue["b"].name
    }
  }
}
