resource "aws_lb" "servers" {
  name    = "servers"
  subnets = ["subnet-1", "subnet-2"]
}

resource "aws_lb_target_group" "group" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}

resource "aws_lb_target_group_attachment" "old" {
  target_group_arn = aws_lb_target_group.group.arn
  target_id        = aws_instance.old.id
}

resource "aws_lb_listener" "listener" {
  load_balancer_arn = aws_lb.servers.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.group.arn
  }
}

resource "aws_instance" "old" {
  ami           = "ami-1"
  instance_type = "t3.micro"
}

resource "aws_lambda_function" "new_orders" {
  function_name = "new-orders"
  role          = aws_iam_role.new_orders.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = "src.zip"
}

resource "aws_iam_role" "new_orders" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "new_orders" {
  role = aws_iam_role.new_orders.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"], Resource = aws_dynamodb_table.orders.arn },
    ]
  })
}

resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lb_target_group" "new" {
  target_type = "lambda"
}

resource "aws_lb_target_group_attachment" "new" {
  target_group_arn = aws_lb_target_group.new.arn
  target_id        = aws_lambda_function.new_orders.arn
}

resource "aws_lb_listener_rule" "new" {
  listener_arn = aws_lb_listener.listener.arn
  priority     = 1

  condition {
    path_pattern {
      values = ["/orders*"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.new.arn
  }
}
