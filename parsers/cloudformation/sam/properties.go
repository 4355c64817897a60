package sam

import "strings"

// properties lists the properties of each SAM resource type (AWS SAM Developer
// Guide, AWS SAM resources and properties).
var properties = map[string][]string{
	"AWS::Serverless::Function": strings.Fields(`
		Architectures AssumeRolePolicyDocument AutoPublishAlias AutoPublishAliasAllProperties AutoPublishCodeSha256
		CapacityProviderConfig CodeSigningConfigArn CodeUri DeadLetterQueue DeploymentPreference Description
		DurableConfig Environment EphemeralStorage EventInvokeConfig Events FileSystemConfigs FunctionName
		FunctionScalingConfig FunctionUrlConfig Handler ImageConfig ImageUri InlineCode KmsKeyArn Layers LoggingConfig
		MemorySize PackageType PermissionsBoundary Policies PropagateTags ProvisionedConcurrencyConfig
		PublishToLatestPublished RecursiveLoop ReservedConcurrentExecutions Role RolePath Runtime
		RuntimeManagementConfig SnapStart SourceKMSKeyArn Tags TenancyConfig Timeout Tracing VersionDeletionPolicy
		VersionDescription VpcConfig`),
	"AWS::Serverless::StateMachine": strings.Fields(`
		AutoPublishAlias Definition DefinitionSubstitutions DefinitionUri DeploymentPreference Events Logging Name
		PermissionsBoundary Policies PropagateTags Role RolePath Tags Tracing Type UseAliasAsEventTarget`),
	"AWS::Serverless::Api": strings.Fields(`
		AccessLogSetting AlwaysDeploy ApiKeySourceType Auth BinaryMediaTypes CacheClusterEnabled CacheClusterSize
		CanarySetting Cors DefinitionBody DefinitionUri Description DisableExecuteApiEndpoint Domain
		EndpointAccessMode EndpointConfiguration FailOnWarnings GatewayResponses MergeDefinitions MethodSettings
		MinimumCompressionSize Mode Models Name OpenApiVersion Policy PropagateTags SecurityPolicy StageName Tags
		TracingEnabled Variables`),
	"AWS::Serverless::HttpApi": strings.Fields(`
		AccessLogSettings Auth CorsConfiguration DefaultRouteSettings DefinitionBody DefinitionUri Description
		DisableExecuteApiEndpoint Domain FailOnWarnings Name PropagateTags RouteSettings StageName StageVariables Tags`),
	"AWS::Serverless::WebSocketApi": strings.Fields(`
		AccessLogSettings ApiKeySelectionExpression Auth DefaultRouteSettings Description DisableExecuteApiEndpoint
		DisableSchemaValidation Domain FailOnWarnings IpAddressType Name PropagateTags RouteSelectionExpression
		RouteSettings Routes StageName StageVariables Tags`),
	"AWS::Serverless::SimpleTable": strings.Fields(`
		PointInTimeRecoverySpecification PrimaryKey ProvisionedThroughput SSESpecification TableName Tags`),
	"AWS::Serverless::LayerVersion": strings.Fields(`
		CompatibleArchitectures CompatibleRuntimes ContentUri Description LayerName LicenseInfo PublishLambdaVersion
		RetentionPolicy`),
	"AWS::Serverless::Application": strings.Fields(`
		Location NotificationARNs Parameters Tags TimeoutInMinutes`),
	"AWS::Serverless::GraphQLApi": strings.Fields(`
		ApiKeys Auth Cache DataSources DomainName Functions IntrospectionConfig Logging Name OwnerContact
		QueryDepthLimit ResolverCountLimit Resolvers SchemaInline SchemaUri Tags Visibility XrayEnabled`),
	"AWS::Serverless::CapacityProvider": strings.Fields(`
		CapacityProviderName InstanceRequirements KmsKeyArn OperatorRole PropagateTags ScalingConfig Tags VpcConfig`),
	"AWS::Serverless::Connector": strings.Fields(`
		Destination Permissions Source`),
}

// globalProperties lists what each section of Globals can set (AWS SAM Developer
// Guide, Globals section of the AWS SAM template).
var globalProperties = map[string][]string{
	"Function": strings.Fields(`
		Architectures AssumeRolePolicyDocument AutoPublishAlias AutoPublishAliasAllProperties CapacityProviderConfig
		CodeSigningConfigArn CodeUri DeadLetterQueue DeploymentPreference Description DurableConfig Environment
		EphemeralStorage EventInvokeConfig FileSystemConfigs FunctionScalingConfig FunctionUrlConfig Handler KmsKeyArn
		Layers LoggingConfig MemorySize PermissionsBoundary PropagateTags ProvisionedConcurrencyConfig
		PublishToLatestPublished RecursiveLoop ReservedConcurrentExecutions RolePath Runtime RuntimeManagementConfig
		SnapStart SourceKMSKeyArn Tags TenancyConfig Timeout Tracing VersionDeletionPolicy VpcConfig`),
	"Api": strings.Fields(`
		AccessLogSetting AlwaysDeploy Auth BinaryMediaTypes CacheClusterEnabled CacheClusterSize CanarySetting Cors
		DefinitionUri Domain EndpointAccessMode EndpointConfiguration GatewayResponses MergeDefinitions MethodSettings
		MinimumCompressionSize Name OpenApiVersion PropagateTags SecurityPolicy TracingEnabled Variables`),
	"HttpApi": strings.Fields(`
		AccessLogSettings Auth CorsConfiguration DefaultRouteSettings Domain FailOnWarnings PropagateTags
		RouteSettings StageVariables Tags`),
	"SimpleTable": strings.Fields(`
		SSESpecification`),
	"StateMachine": strings.Fields(`
		PropagateTags`),
	"LayerVersion": strings.Fields(`
		PublishLambdaVersion`),
	"CapacityProvider": strings.Fields(`
		InstanceRequirements KmsKeyArn OperatorRole PropagateTags ScalingConfig Tags VpcConfig`),
	"WebSocketApi": strings.Fields(`
		AccessLogSettings ApiKeySelectionExpression DefaultRouteSettings DisableExecuteApiEndpoint
		DisableSchemaValidation Domain FailOnWarnings IpAddressType PropagateTags RouteSelectionExpression
		RouteSettings StageVariables Tags`),
}
