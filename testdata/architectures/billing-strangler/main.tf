# The balancer sends bills to a function and everything else to the old servers.
terraform {
  required_providers {
    aws = {
      source = "example.com/hashicorp/aws"
    }
  }
}

resource "aws_lb" "balancer" {
  name               = "balancer"
  load_balancer_type = "application"
  subnets            = ["subnet-0a1b2c3d", "subnet-1b2c3d4e"]
}

resource "aws_instance" "server" {
  ami           = "ami-0a1b2c3d4e5f6a7b8"
  instance_type = "t3.large"
}

resource "aws_lb_target_group" "servers" {
  name        = "servers"
  target_type = "instance"
  port        = 80
  protocol    = "HTTP"
  vpc_id      = "vpc-0a1b2c3d"
}

resource "aws_lb_target_group_attachment" "servers" {
  target_group_arn = aws_lb_target_group.servers.arn
  target_id        = aws_instance.server.id
}

resource "aws_lb_listener" "listener" {
  load_balancer_arn = aws_lb.balancer.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.servers.arn
  }
}

resource "aws_dynamodb_table" "bills" {
  name         = "bills"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_function" "billing" {
  function_name = "billing"
  filename      = "billing.zip"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  role          = aws_iam_role.billing_role.arn
  timeout       = 10
  memory_size   = 256

  environment {
    variables = {
      TABLE = aws_dynamodb_table.bills.name
    }
  }
}

resource "aws_iam_role" "billing_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "billing_role" {
  role       = aws_iam_role.billing_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "billing_role" {
  statement {
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.bills.arn]
  }
}

resource "aws_iam_policy" "billing_role" {
  policy = data.aws_iam_policy_document.billing_role.json
}

resource "aws_iam_role_policy_attachment" "billing_role_access" {
  role       = aws_iam_role.billing_role.name
  policy_arn = aws_iam_policy.billing_role.arn
}

resource "aws_lb_target_group" "functions" {
  name        = "functions"
  target_type = "lambda"
}

resource "aws_lb_target_group_attachment" "functions" {
  target_group_arn = aws_lb_target_group.functions.arn
  target_id        = aws_lambda_function.billing.arn
  depends_on       = [aws_lambda_permission.billing]
}

resource "aws_lambda_permission" "billing" {
  function_name = aws_lambda_function.billing.function_name
  action        = "lambda:InvokeFunction"
  principal     = "elasticloadbalancing.amazonaws.com"
}

resource "aws_lb_listener_rule" "billing_rule" {
  listener_arn = aws_lb_listener.listener.arn
  priority     = 10

  condition {
    path_pattern {
      values = ["/bills/*"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.functions.arn
  }
}
