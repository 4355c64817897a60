resource "aws_sfn_state_machine" "look" {
  name     = "look"
  role_arn = aws_iam_role.look.arn
  definition = jsonencode({
    StartAt = "Both"
    States = {
      Both = {
        Type = "Parallel"
        Branches = [{
          StartAt = "Labels"
          States = {
            Labels = {
              Type     = "Task"
              Resource = "arn:aws:states:::aws-sdk:rekognition:detectLabels"
              Parameters = {
                "Image.$" = "$.image"
              }
              End = true
            }
          }
          }, {
          StartAt = "Words"
          States = {
            Words = {
              Type     = "Task"
              Resource = "arn:aws:states:::aws-sdk:rekognition:detectText"
              Parameters = {
                "Image.$" = "$.image"
              }
              End = true
            }
          }
        }]
        Next = "Keep"
      }
      Keep = {
        Type     = "Task"
        Resource = "arn:aws:states:::dynamodb:putItem"
        Parameters = {
          TableName = aws_dynamodb_table.images.name
          "Item.$"  = "$"
        }
        End = true
      }
    }
  })
}

resource "aws_iam_role" "look" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "states.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "look" {
  role = aws_iam_role.look.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"], Resource = aws_dynamodb_table.images.arn },
    ]
  })
}

resource "aws_dynamodb_table" "images" {
  name         = "images"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
