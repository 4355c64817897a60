package aws

import (
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// access is what an action does with a resource. Content is set where it works on
// what the resource holds (items, messages, objects, executions) rather than on
// the resource's configuration.
type access struct{ read, write, call, content bool }

func (a access) or(b access) access {
	return access{a.read || b.read, a.write || b.write, a.call || b.call, a.content || b.content}
}

// service is the resources of one IAM service that are nodes, and its actions on
// their content, apart by blanks. What is not listed works on the configuration,
// and its verb says whether it reads or writes (Service Authorization Reference,
// Actions, resources, and condition keys for AWS services). To write one's own log
// is no access to a store: logs:PutLogEvents is not listed.
type service struct {
	kinds  []graph.Kind
	reads  string
	writes string
	calls  string
}

// services is by the prefix of the actions.
var services = map[string]service{
	"aoss":          {kinds: []graph.Kind{graph.SearchDomain}, reads: "APIAccessAll", writes: "APIAccessAll"},
	"appconfig":     {kinds: []graph.Kind{graph.Parameter}, reads: "GetConfiguration GetLatestConfiguration StartConfigurationSession"},
	"appsync":       {kinds: []graph.Kind{graph.API}, calls: "GraphQL EventConnect EventPublish EventSubscribe"},
	"batch":         {kinds: []graph.Kind{graph.Job}, calls: "SubmitJob SubmitServiceJob"},
	"bedrock":       {reads: "Retrieve RetrieveAndGenerate", calls: "InvokeAgent InvokeFlow InvokeModel InvokeModelWithResponseStream"},
	"cassandra":     {kinds: []graph.Kind{graph.Table}, reads: "Select", writes: "Modify"},
	"codebuild":     {kinds: []graph.Kind{graph.Job}, calls: "StartBuild StartBuildBatch"},
	"codepipeline":  {calls: "StartPipelineExecution"},
	"cognito-idp":   {kinds: []graph.Kind{graph.UserPool}, reads: "AdminGetUser AdminListGroupsForUser AdminListDevices GetUser ListUsers ListUsersInGroup", writes: "AdminAddUserToGroup AdminConfirmSignUp AdminCreateUser AdminDeleteUser AdminDeleteUserAttributes AdminDisableUser AdminEnableUser AdminInitiateAuth AdminRemoveUserFromGroup AdminResetUserPassword AdminRespondToAuthChallenge AdminSetUserPassword AdminUpdateUserAttributes AdminUserGlobalSignOut InitiateAuth RespondToAuthChallenge SignUp"},
	"dax":           {kinds: []graph.Kind{graph.Cache}, reads: "BatchGetItem ConditionCheckItem GetItem Query Scan", writes: "BatchWriteItem DeleteItem PutItem UpdateItem"},
	"docdb-elastic": {kinds: []graph.Kind{graph.Database}},
	"dsql":          {kinds: []graph.Kind{graph.Database}, reads: "DbConnect DbConnectAdmin", writes: "DbConnect DbConnectAdmin"},
	"dynamodb": {kinds: []graph.Kind{graph.Table},
		reads:  "BatchGetItem ConditionCheckItem GetItem GetRecords GetShardIterator PartiQLSelect Query Scan",
		writes: "BatchWriteItem DeleteItem PartiQLDelete PartiQLInsert PartiQLUpdate PutItem UpdateItem"},
	"ecs":           {kinds: []graph.Kind{graph.ContainerService, graph.Job}, calls: "RunTask StartTask ExecuteCommand"},
	"elasticache":   {kinds: []graph.Kind{graph.Cache}, reads: "Connect", writes: "Connect"},
	"es":            {kinds: []graph.Kind{graph.SearchDomain}, reads: "ESHttpGet ESHttpHead", writes: "ESHttpDelete ESHttpPatch ESHttpPost ESHttpPut"},
	"events":        {kinds: []graph.Kind{graph.Bus, graph.Rule}, writes: "PutEvents", calls: "InvokeApiDestination"},
	"execute-api":   {kinds: []graph.Kind{graph.API}, calls: "Invoke ManageConnections"},
	"firehose":      {kinds: []graph.Kind{graph.DeliveryStream}, writes: "PutRecord PutRecordBatch"},
	"glue":          {kinds: []graph.Kind{graph.Job}, calls: "StartJobRun StartWorkflowRun StartCrawler"},
	"kafka":         {kinds: []graph.Kind{graph.KafkaCluster}},
	"kafka-cluster": {kinds: []graph.Kind{graph.KafkaCluster}, reads: "AlterGroup Connect DescribeGroup DescribeTopic ReadData", writes: "CreateTopic WriteData"},
	"kinesis": {kinds: []graph.Kind{graph.Stream},
		reads: "GetRecords GetShardIterator SubscribeToShard", writes: "PutRecord PutRecords"},
	"kinesisanalytics":    {kinds: []graph.Kind{graph.StreamProcessor}},
	"lambda":              {kinds: []graph.Kind{graph.Function}, calls: "InvokeAsync InvokeFunction InvokeFunctionUrl"},
	"logs":                {kinds: []graph.Kind{graph.LogGroup}, reads: "FilterLogEvents GetLogEvents GetLogRecord GetQueryResults StartQuery Unmask"},
	"memorydb":            {kinds: []graph.Kind{graph.Cache}, reads: "Connect", writes: "Connect"},
	"mq":                  {kinds: []graph.Kind{graph.Broker}},
	"neptune-db":          {kinds: []graph.Kind{graph.Database}, reads: "Connect ReadDataViaQuery", writes: "Connect DeleteDataViaQuery WriteDataViaQuery StartLoaderJob"},
	"neptune-graph":       {kinds: []graph.Kind{graph.Database}, reads: "ReadDataViaQuery", writes: "DeleteDataViaQuery WriteDataViaQuery"},
	"osis":                {kinds: []graph.Kind{graph.StreamProcessor}, writes: "Ingest"},
	"pipes":               {kinds: []graph.Kind{graph.Pipe}},
	"qldb":                {kinds: []graph.Kind{graph.Database}, reads: "PartiQLHistoryFunction PartiQLSelect SendCommand", writes: "PartiQLDelete PartiQLInsert PartiQLUpdate SendCommand"},
	"rds":                 {kinds: []graph.Kind{graph.Database}},
	"rds-data":            {kinds: []graph.Kind{graph.Database}, reads: "BatchExecuteStatement ExecuteSql ExecuteStatement", writes: "BatchExecuteStatement ExecuteSql ExecuteStatement"},
	"rds-db":              {kinds: []graph.Kind{graph.Database}, reads: "connect", writes: "connect"},
	"redshift":            {kinds: []graph.Kind{graph.Warehouse}, reads: "GetClusterCredentials GetClusterCredentialsWithIAM", writes: "GetClusterCredentials GetClusterCredentialsWithIAM"},
	"redshift-data":       {kinds: []graph.Kind{graph.Warehouse}, reads: "BatchExecuteStatement ExecuteStatement GetStatementResult", writes: "BatchExecuteStatement ExecuteStatement"},
	"redshift-serverless": {kinds: []graph.Kind{graph.Warehouse}, reads: "GetCredentials", writes: "GetCredentials"},
	"s3": {kinds: []graph.Kind{graph.Bucket},
		reads:  "GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent ListBucket ListBucketVersions ListMultipartUploadParts",
		writes: "AbortMultipartUpload DeleteObject DeleteObjectTagging DeleteObjectVersion PutObject PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl ReplicateDelete ReplicateObject RestoreObject"},
	"scheduler":      {kinds: []graph.Kind{graph.Schedule}},
	"secretsmanager": {kinds: []graph.Kind{graph.Secret}, reads: "BatchGetSecretValue GetSecretValue", writes: "PutSecretValue UpdateSecret"},
	"sns":            {kinds: []graph.Kind{graph.Topic}, writes: "Publish PublishBatch"},
	"sqs": {kinds: []graph.Kind{graph.Queue},
		reads: "ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch ReceiveMessage", writes: "PurgeQueue SendMessage SendMessageBatch"},
	"ssm":        {kinds: []graph.Kind{graph.Parameter}, reads: "GetParameter GetParameterHistory GetParameters GetParametersByPath", writes: "DeleteParameter DeleteParameters PutParameter"},
	"states":     {kinds: []graph.Kind{graph.StateMachine}, writes: "SendTaskFailure SendTaskHeartbeat SendTaskSuccess", calls: "StartExecution StartSyncExecution RedriveExecution"},
	"timestream": {kinds: []graph.Kind{graph.Database, graph.Table}, reads: "Select SelectValues", writes: "WriteRecords"},
}

// readVerbs is how the names of actions begin that only read.
var readVerbs = []string{
	"BatchGet", "Describe", "Download", "Get", "Head", "List", "Lookup", "Query", "Read", "Receive", "Retrieve", "Scan", "Search", "Select", "View",
}

// accessOf is what an action, or a pattern of actions such as s3:Get* or *, does
// in one service. Names are compared without regard to case, as IAM does.
func (s service) accessOf(action string) access {
	var a access
	for _, list := range []struct {
		names string
		access
	}{
		{s.reads, access{read: true, content: true}}, {s.writes, access{write: true, content: true}}, {s.calls, access{call: true, content: true}},
	} {
		for name := range strings.FieldsSeq(list.names) {
			if matches(action, name) {
				a = a.or(list.access)
				break
			}
		}
	}
	if a == (access{}) || action == "*" {
		for _, verb := range readVerbs {
			if len(action) >= len(verb) && strings.EqualFold(action[:len(verb)], verb) {
				return a.or(access{read: true})
			}
		}
		a.write = true
		a.read = a.read || action == "*"
	}
	return a
}

// splitAction takes an action apart: "dynamodb" and "GetItem". Of * the service is
// "*".
func splitAction(action string) (service, name string) {
	service, name, ok := strings.Cut(action, ":")
	if !ok {
		return strings.ToLower(service), "*"
	}
	return strings.ToLower(service), name
}

// matches reports whether a name is one of those that a pattern with * and ?
// stands for, without regard to case. It takes time proportional to the product
// of the lengths at worst.
func matches(pattern, name string) bool {
	p, n, star, mark := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || lower(pattern[p]) == lower(name[n])):
			p++
			n++
		case star >= 0:
			mark++
			p, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
