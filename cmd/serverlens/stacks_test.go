package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// unit is one part of a made-up stack: what a team writes for one purpose. Every
// @ in it is the number of the part.
type unit struct {
	resources int // as written
	text      string
}

const samHead = `AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Description: A shop in parts

Parameters:
  Seconds:
    Type: Number
    Default: 30
  Mode:
    Type: String
    Default: Active

Globals:
  Function:
    Runtime: nodejs22.x
    MemorySize: 512
    Timeout: 30

Resources:
`

var samUnits = []unit{
	{4, `  # what is taken off a queue
  Orders@:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler
      CodeUri: src/orders/
      Timeout: !Ref Seconds
      Tracing: !Ref Mode
      Environment:
        Variables:
          TABLE: !Ref Table@
          LABEL: !Sub "${AWS::StackName}-orders-@"
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Table@}
        - Statement:
            - Effect: Allow
              Action: [sqs:SendMessage, sqs:GetQueueUrl]
              Resource: !GetAtt Failed@.Arn
      Events:
        Taken:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue@.Arn
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]
  Queue@:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 180
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Failed@.Arn
        maxReceiveCount: 5
  Failed@:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: 1209600
  Table@:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: id, AttributeType: S}
      KeySchema:
        - {AttributeName: id, KeyType: HASH}
      StreamSpecification:
        StreamViewType: NEW_AND_OLD_IMAGES
`},
	{5, `  # an API before two functions
  Api@:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      TracingEnabled: true
  List@:
    Type: AWS::Serverless::Function
    Properties:
      Handler: list.handler
      CodeUri: src/list/
      Timeout: !Ref Seconds
      Environment:
        Variables:
          ITEMS: !Ref Items@
      Policies:
        - DynamoDBReadPolicy: {TableName: !Ref Items@}
      Events:
        All:
          Type: Api
          Properties: {RestApiId: !Ref Api@, Path: /items, Method: get}
        One:
          Type: Api
          Properties: {RestApiId: !Ref Api@, Path: "/items/{id}", Method: get}
  Save@:
    Type: AWS::Serverless::Function
    Properties:
      Handler: save.handler
      CodeUri: src/save/
      Tracing: !Ref Mode
      Environment:
        Variables:
          ITEMS: !Ref Items@
      Policies:
        - DynamoDBWritePolicy: {TableName: !Ref Items@}
      Events:
        Put:
          Type: Api
          Properties: {RestApiId: !Ref Api@, Path: "/items/{id}", Method: put}
  Items@:
    Type: AWS::Serverless::SimpleTable
    Properties:
      PrimaryKey: {Name: id, Type: String}
  SaveLog@:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub "/aws/lambda/${Save@}"
      RetentionInDays: 30
`},
	{6, `  # one message for two
  Topic@:
    Type: AWS::SNS::Topic
  Left@:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
  LeftFeed@:
    Type: AWS::SNS::Subscription
    Properties:
      Protocol: sqs
      TopicArn: !Ref Topic@
      Endpoint: !GetAtt Left@.Arn
      FilterPolicy:
        kind: [left, both]
  LeftPolicy@:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Left@]
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {Service: sns.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Left@.Arn
            Condition:
              ArnEquals: {aws:SourceArn: !Ref Topic@}
  LeftWork@:
    Type: AWS::Serverless::Function
    Properties:
      Handler: left.handler
      CodeUri: src/left/
      Events:
        Work:
          Type: SQS
          Properties: {Queue: !GetAtt Left@.Arn}
  Right@:
    Type: AWS::Serverless::Function
    Properties:
      Handler: right.handler
      CodeUri: src/right/
      Timeout: !Ref Seconds
      Events:
        Told:
          Type: SNS
          Properties: {Topic: !Ref Topic@}
`},
	{5, `  # a workflow that events start
  Bus@:
    Type: AWS::Events::EventBus
    Properties:
      Name: !Sub "${AWS::StackName}-@"
  Begin@:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus@
      EventPattern:
        source: [shop.orders]
        detail-type: [placed]
      Targets:
        - Id: flow
          Arn: !Ref Flow@
          RoleArn: !GetAtt BeginRole@.Arn
  BeginRole@:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: begin
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: states:StartExecution
                Resource: !Ref Flow@
  Flow@:
    Type: AWS::Serverless::StateMachine
    Properties:
      Tracing: {Enabled: true}
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Step@}
      DefinitionSubstitutions:
        Step: !GetAtt Step@.Arn
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: "${Step}"
            Retry:
              - {ErrorEquals: [States.ALL], MaxAttempts: 2}
            Catch:
              - {ErrorEquals: [States.ALL], Next: Refund}
            Next: Ship
          Ship:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: "${Step}", "Payload.$": $}
            End: true
          Refund: {Type: Task, Resource: "${Step}", End: true}
  Step@:
    Type: AWS::Serverless::Function
    Properties:
      Handler: step.handler
      CodeUri: src/step/
      Tracing: !Ref Mode
`},
	{4, `  # what is done by the clock and watched
  Nightly@:
    Type: AWS::Serverless::Function
    Properties:
      Handler: nightly.handler
      CodeUri: src/nightly/
      Timeout: !Ref Seconds
      Environment:
        Variables:
          BUCKET: !Ref Archive@
      Policies:
        - S3WritePolicy: {BucketName: !Ref Archive@}
      Events:
        Night:
          Type: Schedule
          Properties: {Schedule: cron(0 3 * * ? *)}
  Archive@:
    Type: AWS::S3::Bucket
    Properties:
      LifecycleConfiguration:
        Rules:
          - {Status: Enabled, ExpirationInDays: 365}
  Failing@:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - {Name: FunctionName, Value: !Ref Nightly@}
      Statistic: Sum
      Period: 300
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      AlarmActions: [!Ref Pager@]
  Pager@:
    Type: AWS::SNS::Topic
`},
	{3, `  # records as they come
  Clicks@:
    Type: AWS::Kinesis::Stream
    Properties:
      ShardCount: 2
  Count@:
    Type: AWS::Serverless::Function
    Properties:
      Handler: count.handler
      CodeUri: src/count/
      MemorySize: 1024
      Tracing: !Ref Mode
      Environment:
        Variables:
          TOTALS: !Ref Totals@
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Totals@}
      Events:
        Click:
          Type: Kinesis
          Properties:
            Stream: !GetAtt Clicks@.Arn
            StartingPosition: LATEST
            BatchSize: 100
  Totals@:
    Type: AWS::Serverless::SimpleTable
`},
}

const terraformHead = `terraform {
  required_providers {
    aws = { source = "example.com/hashicorp/aws" }
  }
}

variable "seconds" {
  type    = number
  default = 30
}

locals {
  name = "shop"
  tags = { team = local.name }
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

`

var terraformUnits = []unit{
	{8, `# what is taken off a queue
resource "aws_sqs_queue" "orders_@" {
  name                       = "${local.name}-orders-@"
  visibility_timeout_seconds = 180
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.failed_@.arn
    maxReceiveCount     = 5
  })
  tags = local.tags
}

resource "aws_sqs_queue" "failed_@" {
  name                      = "${local.name}-failed-@"
  message_retention_seconds = 1209600
}

resource "aws_dynamodb_table" "orders_@" {
  name         = "${local.name}-orders-@"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_iam_role" "orders_@" {
  name               = "${local.name}-orders-@"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

data "aws_iam_policy_document" "orders_@" {
  statement {
    actions   = ["dynamodb:PutItem", "dynamodb:GetItem"]
    resources = [aws_dynamodb_table.orders_@.arn]
  }
  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.orders_@.arn]
  }
}

resource "aws_iam_role_policy" "orders_@" {
  role   = aws_iam_role.orders_@.id
  policy = data.aws_iam_policy_document.orders_@.json
}

resource "aws_lambda_function" "orders_@" {
  function_name = "${local.name}-orders-@"
  role          = aws_iam_role.orders_@.arn
  runtime       = "nodejs22.x"
  handler       = "orders.handler"
  filename      = "orders.zip"
  timeout       = var.seconds
  memory_size   = 512
  environment {
    variables = {
      TABLE = aws_dynamodb_table.orders_@.name
    }
  }
  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_event_source_mapping" "orders_@" {
  event_source_arn        = aws_sqs_queue.orders_@.arn
  function_name           = aws_lambda_function.orders_@.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
}

resource "aws_cloudwatch_log_group" "orders_@" {
  name              = "/aws/lambda/${aws_lambda_function.orders_@.function_name}"
  retention_in_days = 30
}

`},
	{9, `# an API before a function
resource "aws_apigatewayv2_api" "shop_@" {
  name          = "${local.name}-@"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_stage" "shop_@" {
  api_id      = aws_apigatewayv2_api.shop_@.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_apigatewayv2_integration" "shop_@" {
  api_id                 = aws_apigatewayv2_api.shop_@.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.shop_@.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "shop_@" {
  for_each  = toset(["GET /items", "PUT /items/{id}"])
  api_id    = aws_apigatewayv2_api.shop_@.id
  route_key = each.value
  target    = "integrations/${aws_apigatewayv2_integration.shop_@.id}"
}

resource "aws_lambda_permission" "shop_@" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.shop_@.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.shop_@.execution_arn}/*/*"
}

resource "aws_iam_role" "shop_@" {
  name               = "${local.name}-shop-@"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role_policy" "shop_@" {
  role = aws_iam_role.shop_@.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sns:Publish"]
      Resource = aws_sns_topic.shop_@.arn
    }]
  })
}

resource "aws_lambda_function" "shop_@" {
  function_name = "${local.name}-shop-@"
  role          = aws_iam_role.shop_@.arn
  runtime       = "python3.13"
  handler       = "shop.handler"
  filename      = "shop.zip"
  timeout       = var.seconds
  environment {
    variables = {
      TOPIC = aws_sns_topic.shop_@.arn
    }
  }
}

resource "aws_sns_topic" "shop_@" {
  name = "${local.name}-shop-@"
}

`},
}

// stack is a stack of at least n resources made of the units in turn, beginning
// with the one of a number.
func stack(head string, units []unit, first, n int) string {
	var b strings.Builder
	b.WriteString(head)
	for i := first; n > 0; i++ {
		u := units[i%len(units)]
		b.WriteString(strings.ReplaceAll(u.text, "@", strconv.Itoa(i)))
		n -= u.resources
	}
	return b.String()
}

// samStack and terraformStack are small stacks, of about 120 and 200 lines, each
// another.
func samStack(i int) string       { return stack(samHead, samUnits, i, 6+i%7) }
func terraformStack(i int) string { return stack(terraformHead, terraformUnits, i, 9+i%10) }

// unknown is a SAM template whose parameters have no defaults.
func unknown(template string) string {
	return strings.NewReplacer("    Default: 30\n", "", "    Default: Active\n", "").Replace(template)
}

// stacks writes n small stacks, each into a folder of its own below dir.
func stacks(t testing.TB, dir, file string, n int, text func(i int) string) string {
	t.Helper()
	for i := range n {
		write(t, filepath.Join(dir, fmt.Sprintf("stack%04d", i), file), text(i))
	}
	return dir
}

func write(t testing.TB, file, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
