package aws

import "strings"

// managedPolicy is the actions of a policy that AWS manages, as far as they reach
// something that can be a node, and whether its actions are known at all. Its
// resources are all. arn is its ARN or the part behind "policy/"; of an own
// policy's ARN the account stands where "aws" does here.
func managedPolicy(arn string) (actions []string, known bool) {
	if rest, ok := strings.CutPrefix(arn, "arn:"); ok {
		_, name, aws := strings.Cut(rest, ":iam::aws:policy/")
		if !aws {
			return nil, false
		}
		arn = name
	}
	text, known := managedPolicies[arn[strings.LastIndexByte(arn, '/')+1:]]
	return strings.Fields(text), known
}

// managedPolicies is by name (AWS Managed Policy Reference). One that is not
// listed here is not known, and leaves open what its owner does.
var managedPolicies = map[string]string{
	"AdministratorAccess": "*",
	"PowerUserAccess":     "*",
	"ReadOnlyAccess": "dynamodb:BatchGetItem dynamodb:GetItem dynamodb:PartiQLSelect dynamodb:Query dynamodb:Scan kinesis:Get* s3:Get* s3:List* " +
		"sqs:Receive* logs:Get* logs:FilterLogEvents cognito-idp:Get* cognito-idp:List* ssm:Get*",

	// What functions need to run, to poll and to be seen.
	"AWSLambdaBasicExecutionRole":                 "",
	"AWSLambdaBasicDurableExecutionRolePolicy":    "",
	"AWSLambdaManagedEC2ResourceOperator":         "",
	"AWSLambdaVPCAccessExecutionRole":             "",
	"AWSLambdaENIManagementAccess":                "",
	"AWSLambdaMSKExecutionRole":                   "kafka:DescribeCluster kafka:DescribeClusterV2 kafka:GetBootstrapBrokers",
	"AWSLambdaSQSQueueExecutionRole":              "sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage",
	"AWSLambdaDynamoDBExecutionRole":              "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams",
	"AWSLambdaKinesisExecutionRole":               "kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards kinesis:ListStreams kinesis:SubscribeToShard",
	"AWSLambdaInvocation-DynamoDB":                "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams lambda:InvokeFunction",
	"AWSLambdaExecute":                            "logs:* s3:GetObject s3:PutObject",
	"AWSLambdaRole":                               "lambda:InvokeFunction",
	"AWSLambda_FullAccess":                        "lambda:*",
	"AWSLambda_ReadOnlyAccess":                    "lambda:Get* lambda:List*",
	"AWSXRayDaemonWriteAccess":                    "xray:PutTraceSegments",
	"AWSXrayWriteOnlyAccess":                      "xray:PutTraceSegments",
	"AWSXRayFullAccess":                           "xray:PutTraceSegments",
	"CloudWatchLambdaInsightsExecutionRolePolicy": "",
	"CloudWatchAgentServerPolicy":                 "",
	"CloudWatchFullAccess":                        "logs:* sns:*",
	"CloudWatchLogsFullAccess":                    "logs:*",
	"CloudWatchLogsReadOnlyAccess":                "logs:Describe* logs:FilterLogEvents logs:Get* logs:List* logs:StartQuery",
	"AmazonAPIGatewayPushToCloudWatchLogs":        "",
	"AWSAppSyncPushToCloudWatchLogs":              "",
	"AmazonECSTaskExecutionRolePolicy":            "",
	"AmazonEC2ContainerRegistryReadOnly":          "",
	"AmazonEC2ContainerServiceforEC2Role":         "",
	"AmazonS3ObjectLambdaExecutionRolePolicy":     "",
	"AWSBatchServiceRole":                         "",

	// Stores and messages.
	"AmazonDynamoDBFullAccess":            "dax:* dynamodb:*",
	"AmazonDynamoDBFullAccess_v2":         "dax:* dynamodb:*",
	"AmazonDynamoDBReadOnlyAccess":        "dynamodb:BatchGetItem dynamodb:Describe* dynamodb:GetItem dynamodb:List* dynamodb:PartiQLSelect dynamodb:Query dynamodb:Scan",
	"AmazonS3FullAccess":                  "s3:*",
	"AmazonS3ReadOnlyAccess":              "s3:Describe* s3:Get* s3:List*",
	"AmazonSQSFullAccess":                 "sqs:*",
	"AmazonSQSReadOnlyAccess":             "sqs:GetQueueAttributes sqs:GetQueueUrl sqs:List*",
	"AmazonSNSFullAccess":                 "sns:*",
	"AmazonSNSReadOnlyAccess":             "sns:Get* sns:List*",
	"AmazonEventBridgeFullAccess":         "events:* pipes:* scheduler:*",
	"CloudWatchEventsFullAccess":          "events:*",
	"AmazonKinesisFullAccess":             "kinesis:*",
	"AmazonKinesisReadOnlyAccess":         "kinesis:Describe* kinesis:Get* kinesis:List*",
	"AmazonKinesisFirehoseFullAccess":     "firehose:*",
	"AmazonKinesisFirehoseReadOnlyAccess": "firehose:Describe* firehose:List*",
	"AmazonMSKFullAccess":                 "kafka:*",
	"AmazonOpenSearchServiceFullAccess":   "es:*",
	"AmazonOpenSearchIngestionFullAccess": "osis:*",
	"AmazonElastiCacheFullAccess":         "elasticache:*",
	"AmazonElastiCacheReadOnlyAccess":     "elasticache:Describe*",
	"AmazonRDSFullAccess":                 "rds:*",
	"AmazonRDSReadOnlyAccess":             "rds:Describe* rds:List*",
	"AmazonRDSDataFullAccess":             "rds-data:* secretsmanager:GetSecretValue",
	"AmazonRedshiftDataFullAccess":        "redshift-data:* redshift:GetClusterCredentials secretsmanager:GetSecretValue",
	"AmazonTimestreamFullAccess":          "timestream:*",
	"AmazonTimestreamReadOnlyAccess":      "timestream:Describe* timestream:List* timestream:Select*",
	"SecretsManagerReadWrite":             "secretsmanager:*",
	"AmazonSSMFullAccess":                 "logs:* ssm:*",
	"AmazonSSMReadOnlyAccess":             "ssm:Describe* ssm:Get* ssm:List*",
	"AmazonSSMManagedInstanceCore":        "ssm:GetParameter ssm:GetParameters",
	"AmazonCognitoPowerUser":              "cognito-idp:*",
	"AmazonCognitoReadOnly":               "cognito-idp:Describe* cognito-idp:Get* cognito-idp:List*",

	// Calls.
	"AWSStepFunctionsFullAccess":          "states:*",
	"AWSStepFunctionsConsoleFullAccess":   "states:*",
	"AWSStepFunctionsReadOnlyAccess":      "states:Describe* states:Get* states:List*",
	"AmazonAPIGatewayInvokeFullAccess":    "execute-api:Invoke execute-api:ManageConnections",
	"AmazonAPIGatewayAdministrator":       "",
	"AWSAppSyncInvokeFullAccess":          "appsync:GraphQL appsync:Get* appsync:List*",
	"AWSBatchServiceEventTargetRole":      "batch:SubmitJob",
	"AWSBatchFullAccess":                  "batch:*",
	"AmazonEC2ContainerServiceEventsRole": "ecs:RunTask",
	"AWSCodeDeployRoleForLambda":          "sns:Publish",
	"AWSIoTRuleActions":                   "dynamodb:PutItem es:ESHttpPut firehose:PutRecord kinesis:PutRecord s3:PutObject sns:Publish sqs:SendMessage*",

	// Services without a node.
	"AmazonBedrockFullAccess":          "",
	"AmazonPollyFullAccess":            "",
	"AmazonPollyReadOnlyAccess":        "",
	"AmazonRekognitionFullAccess":      "",
	"AmazonRekognitionReadOnlyAccess":  "",
	"AmazonSESFullAccess":              "",
	"AmazonTextractFullAccess":         "",
	"AWSIoTDataAccess":                 "",
	"AWSIoTFullAccess":                 "",
	"AWSKeyManagementServicePowerUser": "",
	"AmazonRoute53ReadOnlyAccess":      "",
	"ComprehendFullAccess":             "",
	"ComprehendReadOnly":               "",
	"IAMFullAccess":                    "",
	"IAMReadOnlyAccess":                "",
	"TranslateFullAccess":              "",
	"TranslateReadOnly":                "",
}
