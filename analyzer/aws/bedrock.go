package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/bedrock"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// bedrockRows is agents, flows and gateways, which call functions and wait for
// them, and the knowledge bases that they look things up in (Amazon Bedrock User
// Guide, Configure Lambda functions to send information that an agent elicits;
// Lambda function node; Data source connectors; Amazon Bedrock AgentCore Developer
// Guide, Lambda function targets).
var bedrockRows = []*row{
	{
		kind: graph.Resource, cfn: (*bedrock.Agent)(nil), tf: "aws_bedrockagent_agent", name: prop{"AgentName", "agent_name"}, attrs: typeAsWritten,
		links: []link{
			{rel: graph.Invokes, each: prop{"ActionGroups", ""}, to: prop{"ActionGroupExecutor.Lambda", ""}, toKinds: functions, mode: "sync"},
			{rel: graph.Reads, each: prop{"KnowledgeBases", ""}, to: prop{"KnowledgeBaseId", ""}, toKinds: others},
		},
	},
	{cfn: (*bedrock.AgentAlias)(nil), tf: "aws_bedrockagent_agent_alias", is: prop{"AgentId", "agent_id"}},
	{tf: "aws_bedrockagent_agent_action_group", links: []link{
		{rel: graph.Invokes, from: prop{"", "agent_id"}, to: prop{"", "action_group_executor.lambda"}, toKinds: functions, mode: "sync"},
	}},
	{tf: "aws_bedrockagent_agent_knowledge_base_association", links: []link{
		{rel: graph.Reads, from: prop{"", "agent_id"}, to: prop{"", "knowledge_base_id"}, toKinds: others},
	}},
	{
		kind: graph.Resource, newer: "AWS::Bedrock::Flow", tf: "aws_bedrockagent_flow", name: prop{"Name", "name"}, attrs: typeAsWritten,
		links: []link{
			{rel: graph.Invokes, each: prop{"Definition.Nodes", "definition.node"}, to: prop{"Configuration.LambdaFunction.LambdaArn", "configuration.lambda_function.lambda_arn"}, toKinds: functions, mode: "sync"},
			{rel: graph.Invokes, each: prop{"Definition.Nodes", "definition.node"}, to: prop{"Configuration.Agent.AgentAliasArn", "configuration.agent.agent_alias_arn"}, toKinds: others, mode: "sync"},
			{rel: graph.Reads, each: prop{"Definition.Nodes", "definition.node"}, to: prop{"Configuration.KnowledgeBase.KnowledgeBaseId", "configuration.knowledge_base.knowledge_base_id"}, toKinds: others},
		},
	},
	{
		kind: graph.Resource, cfn: (*bedrock.KnowledgeBase)(nil), tf: "aws_bedrockagent_knowledge_base", name: prop{"Name", "name"}, attrs: typeAsWritten,
		links: append(
			indexedIn(prop{"StorageConfiguration.OpensearchServerlessConfiguration.CollectionArn", "storage_configuration.opensearch_serverless_configuration.collection_arn"}, graph.SearchDomain),
			indexedIn(prop{"StorageConfiguration.RdsConfiguration.ResourceArn", "storage_configuration.rds_configuration.resource_arn"}, graph.Database)...),
	},
	{kind: graph.Resource, cfn: (*bedrock.DataSource)(nil), tf: "aws_bedrockagent_data_source", attrs: typeAsWritten, links: []link{{
		rel: graph.Reads, from: prop{"KnowledgeBaseId", "knowledge_base_id"},
		to: prop{"DataSourceConfiguration.S3Configuration.BucketArn", "data_source_configuration.s3_configuration.bucket_arn"}, toKinds: buckets,
	}}},
	{kind: graph.Resource, newer: "AWS::BedrockAgentCore::Gateway", tf: "aws_bedrockagentcore_gateway", name: prop{"Name", "name"}, attrs: typeAsWritten},
	{kind: graph.Resource, newer: "AWS::BedrockAgentCore::GatewayTarget", tf: "aws_bedrockagentcore_gateway_target", attrs: typeAsWritten, links: []link{{
		rel: graph.Invokes, from: prop{"GatewayIdentifier", "gateway_identifier"},
		to: prop{"TargetConfiguration.Mcp.Lambda.LambdaArn", "target_configuration.mcp.lambda.lambda_arn"}, toKinds: functions, mode: "sync",
	}}},
}

// indexedIn is the links of a knowledge base to the store that holds its vectors.
func indexedIn(store prop, k graph.Kind) []link {
	kinds := []graph.Kind{k}
	return []link{{rel: graph.Reads, to: store, toKinds: kinds}, {rel: graph.Writes, to: store, toKinds: kinds}}
}
