# Claims are taken by new functions; all else is still answered by the old portal.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

locals {
  subnets = ["subnet-0a1b2c3d", "subnet-1b2c3d4e"]
  functions = {
    claim  = { class = "New", route = "POST /claims", actions = ["PutItem", "UpdateItem", "BatchWriteItem"] }
    status = { class = "Status", route = "GET /claims/{id}", actions = ["GetItem", "Scan", "Query", "BatchGetItem", "DescribeTable"] }
  }
}

resource "aws_lb" "portal" {
  name               = "portal"
  load_balancer_type = "application"
  internal           = true
  subnets            = local.subnets
}

resource "aws_instance" "machine" {
  ami           = "ami-0a1b2c3d4e5f6a7b8"
  instance_type = "m7i.large"
}

resource "aws_lb_target_group" "machines" {
  name     = "machines"
  port     = 8080
  protocol = "HTTP"
  vpc_id   = "vpc-0a1b2c3d"
}

resource "aws_lb_target_group_attachment" "machine" {
  target_group_arn = aws_lb_target_group.machines.arn
  target_id        = aws_instance.machine.id
}

resource "aws_lb_listener" "portal" {
  load_balancer_arn = aws_lb.portal.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.machines.arn
  }
}

resource "aws_apigatewayv2_vpc_link" "inside" {
  name               = "inside"
  subnet_ids         = local.subnets
  security_group_ids = []
}

resource "aws_apigatewayv2_api" "front" {
  name          = "front"
  protocol_type = "HTTP"
  body = templatefile("${path.module}/api.yaml.tftpl", {
    functions = { for name, f in local.functions : f.route => aws_lambda_function.this[name].invoke_arn }
    link      = aws_apigatewayv2_vpc_link.inside.id
    listener  = aws_lb_listener.portal.arn
  })
}

resource "aws_apigatewayv2_stage" "front" {
  api_id      = aws_apigatewayv2_api.front.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_lambda_permission" "front" {
  for_each      = local.functions
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.key].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.front.execution_arn}/*/*"
}

resource "aws_dynamodb_table" "claims" {
  name         = "claims"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  server_side_encryption {
    enabled = true
  }
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy" "basic" {
  arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role" "this" {
  for_each           = local.functions
  name               = each.key
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role_policy_attachment" "basic" {
  for_each   = aws_iam_role.this
  role       = each.value.name
  policy_arn = data.aws_iam_policy.basic.arn
}

data "aws_iam_policy_document" "claims" {
  for_each = local.functions
  statement {
    actions   = [for a in each.value.actions : "dynamodb:${a}"]
    resources = [aws_dynamodb_table.claims.arn, "${aws_dynamodb_table.claims.arn}/index/*"]
  }
}

resource "aws_iam_role_policy" "claims" {
  for_each = local.functions
  role     = aws_iam_role.this[each.key].id
  policy   = data.aws_iam_policy_document.claims[each.key].json
}

resource "aws_lambda_function" "this" {
  for_each      = local.functions
  function_name = each.key
  filename      = "claims.zip"
  runtime       = "dotnet8"
  handler       = "Claims::Claims.${each.value.class}::Handle"
  timeout       = 15
  memory_size   = 512
  role          = aws_iam_role.this[each.key].arn

  environment {
    variables = { CLAIMS = aws_dynamodb_table.claims.name }
  }
}
