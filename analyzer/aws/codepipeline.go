package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/codecommit"
	"github.com/awslabs/goformation/v7/cloudformation/codepipeline"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// pipelineRows is what delivers code: pipelines, for what their actions start and
// where they get and put files, and repositories, for whom they tell of a change.
var pipelineRows = []*row{
	{
		kind: graph.Resource, cfn: (*codepipeline.Pipeline)(nil), tf: "aws_codepipeline", name: prop{"Name", "name"}, attrs: typeAsWritten,
		links: pipelineLinks(),
	},
	{
		// CodeCommit invokes functions asynchronously (AWS Lambda Developer Guide,
		// Invoking Lambda with events from other AWS services).
		kind: graph.Resource, cfn: (*codecommit.Repository)(nil), tf: "aws_codecommit_repository", name: prop{"RepositoryName", "repository_name"}, attrs: typeAsWritten,
		links: []link{{rel: graph.Triggers, each: prop{"Triggers", ""}, to: prop{"DestinationArn", ""}, toKinds: toldOfChanges, mode: "async"}},
	},
	{tf: "aws_codecommit_trigger", links: []link{
		{rel: graph.Triggers, each: prop{"", "trigger"}, findFrom: repositoryOfTrigger, to: prop{"", "destination_arn"}, toKinds: toldOfChanges, mode: "async"},
	}},
}

// toldOfChanges is the kinds that a trigger of a repository may lead to.
var toldOfChanges = []graph.Kind{graph.Function, graph.Topic}

// pipelineActions is the actions of a pipeline that lead to a node: provider and
// category of the action, and what in its configuration names the node. A pipeline
// starts a function, build or execution and is told the result later (AWS
// CodePipeline User Guide, Action structure reference).
var pipelineActions = []struct {
	rel                    graph.Relation
	provider, category, to string
	kind                   graph.Kind
}{
	{graph.Invokes, "Lambda", "Invoke", "FunctionName", graph.Function},
	{graph.Invokes, "StepFunctions", "Invoke", "StateMachineArn", graph.StateMachine},
	{graph.Invokes, "CodeBuild", "Build", "ProjectName", graph.Job},
	{graph.Invokes, "CodeBuild", "Test", "ProjectName", graph.Job},
	{graph.Reads, "S3", "Source", "S3Bucket", graph.Bucket},
	{graph.Writes, "S3", "Deploy", "BucketName", graph.Bucket},
}

func pipelineLinks() []link {
	var out []link
	for _, a := range pipelineActions {
		mode := ""
		if a.rel == graph.Invokes {
			mode = "async"
		}
		out = append(out, link{
			rel: a.rel, each: prop{"Stages[].Actions", "stage[].action"}, mode: mode,
			findTo: func(b *builder, r *resource, in source.Value) []end {
				if r.get(in, prop{"ActionTypeId.Provider", "provider"}).Text != a.provider || r.get(in, prop{"ActionTypeId.Category", "category"}).Text != a.category {
					return nil
				}
				return b.resolveAs(r, r.get(in, prop{"Configuration", "configuration"}).Get(a.to), []graph.Kind{a.kind})
			},
		})
	}
	return out
}

// repositoryOfTrigger is the repository that the resource around a trigger names.
func repositoryOfTrigger(b *builder, r *resource, _ source.Value) []end {
	return b.resolveAs(r, r.get(r.Properties, prop{"", "repository_name"}), others)
}
