package sam

// access is what a permission of a connector, Read or Write, grants.
type access struct {
	permission string
	grants     []grant
}

// profile is what AWS SAM makes of a connector between two resource types: the
// kind of policy and, if that is one of a role, whether the role is the source's.
type profile struct {
	makes    madeBy
	ofSource bool
	access   []access
	service  string // that may call the function, queue or topic: the principal of a resource policy
	from     string // pattern of the ARN that may call it
}

// madeBy is the kind of resource that a connector becomes.
type madeBy uint8

const (
	rolePolicy madeBy = iota
	queuePolicy
	topicPolicy
	permission
)

// What a role may do with a bucket and with a table, whoever has it.
var (
	readBucket = []grant{
		{"s3: GetObject GetObjectAcl GetObjectLegalHold GetObjectRetention GetObjectTorrent GetObjectVersion GetObjectVersionAcl " +
			"GetObjectVersionForReplication GetObjectVersionTorrent ListBucket ListBucketMultipartUploads ListBucketVersions ListMultipartUploadParts", "{Destination.Arn} {Destination.Arn}/*", ""},
	}
	writeBucket = []grant{
		{"s3: AbortMultipartUpload DeleteObject DeleteObjectVersion PutObject PutObjectLegalHold PutObjectRetention RestoreObject", "{Destination.Arn} {Destination.Arn}/*", ""},
	}
	readTable  = []grant{{"dynamodb: GetItem Query Scan BatchGetItem ConditionCheckItem PartiQLSelect", "{Destination.Arn} {Destination.Arn}/index/*", ""}}
	writeTable = []grant{{"dynamodb: PutItem UpdateItem DeleteItem BatchWriteItem PartiQLDelete PartiQLInsert PartiQLUpdate", "{Destination.Arn} {Destination.Arn}/index/*", ""}}
)

// profiles are the supported connectors (AWS SAM Developer Guide, AWS SAM connector
// reference), by type of the source and of the destination.
var profiles = map[[2]string]profile{
	{"AWS::DynamoDB::Table", "AWS::Lambda::Function"}: {
		makes: rolePolicy, ofSource: false, access: []access{
			{"Read", []grant{
				{"dynamodb: DescribeStream GetRecords GetShardIterator ListStreams", "{Source.Arn}/stream/*", ""},
			}},
		},
	},
	{"AWS::Events::Rule", "AWS::SNS::Topic"}: {
		makes: topicPolicy, service: "events.amazonaws.com", from: "{Source.Arn}",
		access: []access{{"Write", []grant{{"sns: Publish", "{Destination.Arn}", ""}}}},
	},
	{"AWS::Events::Rule", "AWS::Events::EventBus"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"events: PutEvents", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::Events::Rule", "AWS::StepFunctions::StateMachine"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"states: StartExecution", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::Events::Rule", "AWS::Lambda::Function"}: {
		makes: permission, service: "events.amazonaws.com", from: "{Source.Arn}",
		access: []access{{"Write", nil}},
	},
	{"AWS::Events::Rule", "AWS::SQS::Queue"}: {
		makes: queuePolicy, service: "events.amazonaws.com", from: "{Source.Arn}",
		access: []access{{"Write", []grant{{"sqs: SendMessage", "{Destination.Arn}", ""}}}},
	},
	{"AWS::Lambda::Function", "AWS::Lambda::Function"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"lambda: InvokeAsync InvokeFunction", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::Lambda::Function", "AWS::S3::Bucket"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Read", readBucket},
			{"Write", writeBucket},
		},
	},
	{"AWS::Lambda::Function", "AWS::DynamoDB::Table"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Read", readTable},
			{"Write", writeTable},
		},
	},
	{"AWS::Lambda::Function", "AWS::SQS::Queue"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Read", []grant{
				{"sqs: ReceiveMessage GetQueueAttributes", "{Destination.Arn}", ""},
			}},
			{"Write", []grant{
				{"sqs: DeleteMessage SendMessage ChangeMessageVisibility PurgeQueue", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::Lambda::Function", "AWS::SNS::Topic"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"sns: Publish", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"states: StartExecution StartSyncExecution", "{Destination.Arn}", ""},
				{"states: StopExecution", "states:execution:{Destination.Name}:*", ""},
			}},
			{"Read", []grant{
				{"states: DescribeStateMachine ListExecutions", "{Destination.Arn}", ""},
				{"states: DescribeExecution DescribeStateMachineForExecution GetExecutionHistory", "states:execution:{Destination.Name}:*", ""},
			}},
		},
	},
	{"AWS::Lambda::Function", "AWS::Events::EventBus"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"events: PutEvents", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::Lambda::Function", "AWS::Location::PlaceIndex"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Read", []grant{
				{"geo: DescribePlaceIndex GetPlace SearchPlaceIndexForPosition SearchPlaceIndexForSuggestions SearchPlaceIndexForText", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::ApiGatewayV2::Api", "AWS::Lambda::Function"}: {
		makes: permission, service: "apigateway.amazonaws.com", from: "execute-api:{Source.ResourceId}/{Source.Qualifier}",
		access: []access{{"Write", nil}},
	},
	{"AWS::ApiGateway::RestApi", "AWS::Lambda::Function"}: {
		makes: permission, service: "apigateway.amazonaws.com", from: "execute-api:{Source.ResourceId}/{Source.Qualifier}",
		access: []access{{"Write", nil}},
	},
	{"AWS::SNS::Topic", "AWS::SQS::Queue"}: {
		makes: queuePolicy, service: "sns.amazonaws.com", from: "{Source.Arn}",
		access: []access{{"Write", []grant{{"sqs: SendMessage", "{Destination.Arn}", ""}}}},
	},
	{"AWS::SNS::Topic", "AWS::Lambda::Function"}: {
		makes: permission, service: "sns.amazonaws.com", from: "{Source.Arn}",
		access: []access{{"Write", nil}},
	},
	{"AWS::SQS::Queue", "AWS::Lambda::Function"}: {
		makes: rolePolicy, ofSource: false, access: []access{
			{"Write", []grant{
				{"sqs: DeleteMessage", "{Source.Arn}", ""},
			}},
			{"Read", []grant{
				{"sqs: ReceiveMessage GetQueueAttributes", "{Source.Arn}", ""},
			}},
		},
	},
	{"AWS::S3::Bucket", "AWS::Lambda::Function"}: {
		makes: permission, service: "s3.amazonaws.com", from: "{Source.Arn}",
		access: []access{{"Write", nil}},
	},
	{"AWS::StepFunctions::StateMachine", "AWS::Lambda::Function"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"lambda: InvokeAsync InvokeFunction", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::StepFunctions::StateMachine", "AWS::SNS::Topic"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"sns: Publish", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::StepFunctions::StateMachine", "AWS::SQS::Queue"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"sqs: SendMessage", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::StepFunctions::StateMachine", "AWS::S3::Bucket"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Read", readBucket},
			{"Write", writeBucket},
		},
	},
	{"AWS::StepFunctions::StateMachine", "AWS::DynamoDB::Table"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Read", readTable},
			{"Write", writeTable},
		},
	},
	{"AWS::StepFunctions::StateMachine", "AWS::StepFunctions::StateMachine"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Read", []grant{
				{"states: DescribeExecution", "states:execution:{Destination.Name}:*", ""},
				{"events: DescribeRule", "events:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule", ""},
			}},
			{"Write", []grant{
				{"states: StartExecution", "{Destination.Arn}", ""},
				{"states: StopExecution", "states:execution:{Destination.Name}:*", ""},
				{"events: PutTargets PutRule", "events:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule", ""},
			}},
		},
	},
	{"AWS::StepFunctions::StateMachine", "AWS::Events::EventBus"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"events: PutEvents", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::AppSync::DataSource", "AWS::DynamoDB::Table"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Read", readTable},
			{"Write", writeTable},
		},
	},
	{"AWS::AppSync::DataSource", "AWS::Lambda::Function"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"lambda: InvokeAsync InvokeFunction", "{Destination.Arn} {Destination.Arn}:*", ""},
			}},
		},
	},
	{"AWS::AppSync::DataSource", "AWS::Events::EventBus"}: {
		makes: rolePolicy, ofSource: true, access: []access{
			{"Write", []grant{
				{"events: PutEvents", "{Destination.Arn}", ""},
			}},
		},
	},
	{"AWS::AppSync::GraphQLApi", "AWS::Lambda::Function"}: {
		makes: permission, service: "appsync.amazonaws.com", from: "appsync:apis/{Source.ResourceId}",
		access: []access{{"Write", nil}},
	},
}
