package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/apprunner"
	"github.com/awslabs/goformation/v7/cloudformation/autoscaling"
	"github.com/awslabs/goformation/v7/cloudformation/batch"
	"github.com/awslabs/goformation/v7/cloudformation/codebuild"
	"github.com/awslabs/goformation/v7/cloudformation/ec2"
	"github.com/awslabs/goformation/v7/cloudformation/ecs"
	"github.com/awslabs/goformation/v7/cloudformation/emr"
	"github.com/awslabs/goformation/v7/cloudformation/emrserverless"
	"github.com/awslabs/goformation/v7/cloudformation/glue"
	"github.com/awslabs/goformation/v7/cloudformation/iam"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// computeRows is what runs code outside functions: instances, containers, jobs.
var computeRows = []*row{
	{
		kind: graph.Instance, cfn: (*ec2.Instance)(nil), tf: "aws_instance",
		attrs: []attr{{name: "instance_type", typ: text, at: prop{"InstanceType", "instance_type"}, doc: "Type of the instance."}},
		links: []link{{rel: graph.Assumes, to: prop{"IamInstanceProfile", "iam_instance_profile"}}},
	},
	{cfn: (*iam.InstanceProfile)(nil), tf: "aws_iam_instance_profile", is: prop{"Roles", "role"}},
	{kind: graph.Instance, cfn: (*autoscaling.AutoScalingGroup)(nil), tf: "aws_autoscaling_group", name: prop{"AutoScalingGroupName", "name"}},
	{
		kind: graph.ContainerService, cfn: (*ecs.Service)(nil), tf: "aws_ecs_service",
		name: prop{"ServiceName", "name"},
		attrs: []attr{
			{name: "launch_type", typ: text, at: prop{"LaunchType", "launch_type"}, doc: "Where containers run: EC2, FARGATE or EXTERNAL; absent where a capacity provider decides."},
			{name: "desired_count", typ: number, at: prop{"DesiredCount", "desired_count"}, doc: "Tasks that are kept running."},
		},
	},
	{
		kind: graph.ContainerService, cfn: (*ecs.TaskDefinition)(nil), tf: "aws_ecs_task_definition",
		name: prop{"Family", "family"}, sameAs: serviceOfTask,
		links: []link{
			{rel: graph.Assumes, to: prop{"TaskRoleArn", "task_role_arn"}},
			{rel: graph.LogsTo, to: prop{"ContainerDefinitions[].LogConfiguration.Options.awslogs-group", "container_definitions[].logConfiguration.options.awslogs-group"}},
		},
	},
	{
		kind: graph.ContainerService, cfn: (*apprunner.Service)(nil), tf: "aws_apprunner_service",
		name:  prop{"ServiceName", "service_name"},
		links: []link{{rel: graph.Assumes, to: prop{"InstanceConfiguration.InstanceRoleArn", "instance_configuration.instance_role_arn"}}},
	},
	{
		kind: graph.Job, cfn: (*batch.JobDefinition)(nil), tf: "aws_batch_job_definition",
		name:  prop{"JobDefinitionName", "name"},
		attrs: []attr{jobType("batch")},
		links: []link{{rel: graph.Assumes, to: prop{"ContainerProperties.JobRoleArn", "container_properties.jobRoleArn"}}},
	},
	{
		kind: graph.Job, cfn: (*glue.Job)(nil), tf: "aws_glue_job",
		name:  prop{"Name", "name"},
		attrs: []attr{jobType("glue")},
		links: []link{{rel: graph.Assumes, to: prop{"Role", "role_arn"}}},
	},
	{
		kind: graph.Job, cfn: (*glue.Crawler)(nil), tf: "aws_glue_crawler",
		name:  prop{"Name", "name"},
		attrs: []attr{jobType("crawler")},
		links: []link{{rel: graph.Assumes, to: prop{"Role", "role"}}},
	},
	{
		kind: graph.Job, cfn: (*emr.Cluster)(nil), tf: "aws_emr_cluster",
		name:  prop{"Name", "name"},
		attrs: []attr{jobType("emr")},
	},
	{
		kind: graph.Job, cfn: (*emrserverless.Application)(nil), tf: "aws_emrserverless_application",
		name:  prop{"Name", "name"},
		attrs: []attr{jobType("emr_serverless")},
	},
	{
		kind: graph.Job, cfn: (*codebuild.Project)(nil), tf: "aws_codebuild_project",
		name:  prop{"Name", "name"},
		attrs: []attr{jobType("build")},
		links: []link{{rel: graph.Assumes, to: prop{"ServiceRole", "service_role"}}},
	},
}

func jobType(t string) attr {
	return attr{name: "type", typ: text, enum: []string{t}, always: t, doc: "What runs the job."}
}

// serviceOfTask is the service that runs a task definition, or nil where it is run
// on demand: the two are one component.
func serviceOfTask(b *builder, task *resource) *resource {
	if b.services == nil {
		b.services = map[*resource]*resource{}
		for _, r := range b.resources {
			if r.Type != "AWS::ECS::Service" && r.Type != "aws_ecs_service" {
				continue
			}
			for _, t := range b.resourcesOf(r.stack, r.get(r.Properties, prop{"TaskDefinition", "task_definition"})) {
				if b.services[t] == nil {
					b.services[t] = r
				}
			}
		}
	}
	return b.services[task]
}
