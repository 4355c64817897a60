package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/stepfunctions"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var stepFunctionsRows = []*row{
	{
		kind: graph.StateMachine, cfn: (*stepfunctions.StateMachine)(nil), tf: "aws_sfn_state_machine",
		name: prop{"StateMachineName", "name"},
		attrs: []attr{
			{name: "type", typ: text, enum: []string{"STANDARD", "EXPRESS"}, at: prop{"StateMachineType", "type"}, def: "STANDARD",
				source: "AWS Step Functions API Reference, CreateStateMachine", doc: "Whether executions may be long and are run exactly once, or are short and cheap."},
			{name: "tracing", typ: flag, at: prop{"TracingConfiguration.Enabled", "tracing_configuration.enabled"}, def: false,
				source: "AWS Step Functions API Reference, TracingConfiguration", doc: "Whether X-Ray traces executions."},
			{name: "log_level", typ: text, enum: []string{"OFF", "FATAL", "ERROR", "ALL"}, at: prop{"LoggingConfiguration.Level", "logging_configuration.level"}, def: "OFF",
				source: "AWS Step Functions API Reference, LoggingConfiguration", doc: "Which events of executions are logged."},
			{name: "log_execution_data", typ: flag, at: prop{"LoggingConfiguration.IncludeExecutionData", "logging_configuration.include_execution_data"}, def: false,
				source: "AWS Step Functions API Reference, LoggingConfiguration", doc: "Whether input and output are logged too."},
		},
		links: []link{
			{rel: graph.Assumes, to: prop{"RoleArn", "role_arn"}},
			{rel: graph.LogsTo, to: prop{"LoggingConfiguration.Destinations[].CloudWatchLogsLogGroup.LogGroupArn", "logging_configuration.log_destination"}},
		},
	},
	{cfn: (*stepfunctions.StateMachineVersion)(nil), is: prop{"StateMachineArn", ""}},
	{cfn: (*stepfunctions.StateMachineAlias)(nil), tf: "aws_sfn_alias", is: prop{".", "routing_configuration"}},
}
