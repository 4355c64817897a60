# What service_integrations grants, by integration and part, and what true stands
# for where it is not every resource.
locals {
  rule_actions = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]
  rules        = "arn:aws:events:${local.region}:${data.aws_caller_identity.current.account_id}:rule/StepFunctionsGetEvent"
  athena = {
    s3 = [for a in ["GetBucketLocation", "GetObject", "ListBucket", "ListBucketMultipartUploads", "ListMultipartUploadParts",
    "AbortMultipartUpload", "CreateBucket", "PutObject"] : "s3:${a}"]
    glue = [for a in ["CreateDatabase", "GetDatabase", "GetDatabases", "UpdateDatabase", "DeleteDatabase", "CreateTable", "UpdateTable",
      "GetTable", "GetTables", "DeleteTable", "BatchDeleteTable", "BatchCreatePartition", "CreatePartition", "UpdatePartition",
    "GetPartition", "GetPartitions", "BatchGetPartition", "DeletePartition", "BatchDeletePartition"] : "glue:${a}"]
    lakeformation = ["lakeformation:GetDataAccess"]
  }
  training = [for a in ["CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob"] : "sagemaker:${a}"]
  batch    = [for a in ["CreateTransformJob", "DescribeTransformJob", "StopTransformJob"] : "sagemaker:${a}"]
  build    = ["codebuild:StartBuild", "codebuild:StopBuild", "codebuild:BatchGetBuilds"]

  everything = {
    "s3"                                       = "arn:aws:s3:::*"
    "batch_Sync events"                        = "${local.rules}sForBatchJobsRule"
    "ecs_Sync events"                          = "${local.rules}sForECSTaskRule"
    "sagemaker_CreateTransformJob_Sync events" = "${local.rules}sForSageMakerTransformJobsRule"
    "emr_AddStep events"                       = "${local.rules}ForEMRAddJobFlowStepsRule"
    "emr_CreateCluster events"                 = "${local.rules}ForEMRRunJobFlowRule"
    "stepfunction_Sync events"                 = "${local.rules}sForStepFunctionsExecutionRule"
  }

  integrations = {
    lambda       = { lambda = ["lambda:InvokeFunction"] }
    sns          = { sns = ["sns:Publish"] }
    sqs          = { sqs = ["sqs:SendMessage"] }
    xray         = { xray = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"] }
    dynamodb     = { dynamodb = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"] }
    eventbridge  = { eventbridge = ["events:PutEvents"] }
    apigateway   = { apigateway = ["execute-api:Invoke"] }
    stepfunction = { stepfunction = ["states:StartExecution"] }
    stepfunction_Sync = {
      stepfunction          = [var.version < 4 ? "states:StartExecution" : "states:StartSyncExecution"]
      stepfunction_Wildcard = ["states:DescribeExecution", "states:StopExecution"]
      events                = local.rule_actions
    }
    athena_StartQueryExecution_Sync = merge(local.athena, {
      athena = ["athena:startQueryExecution", "athena:stopQueryExecution", "athena:getQueryExecution", "athena:getDataCatalog"]
    })
    athena_StartQueryExecution = merge(local.athena, { athena = ["athena:startQueryExecution", "athena:getDataCatalog"] })
    athena_StopQueryExecution  = { athena = ["athena:stopQueryExecution"] }
    athena_GetQueryExecution   = { athena = ["athena:stopQueryExecution"] } # what the module grants
    athena_GetQueryResults     = { athena = ["athena:getQueryResults"], s3 = ["s3:GetObject"] }
    batch_Sync                 = { batch = ["batch:SubmitJob", "batch:DescribeJobs", "batch:TerminateJob"], events = local.rule_actions }
    batch_WaitForTaskToken     = { batch = ["batch:SubmitJob"] }
    ecs_Sync = {
      ecs          = ["ecs:RunTask"]
      ecs_Wildcard = ["ecs:StopTask", "ecs:DescribeTasks"]
      iam_PassRole = ["iam:PassRole"]
      events       = local.rule_actions
    }
    ecs_WaitForTaskToken  = { ecs = ["ecs:RunTask"], iam_PassRole = ["iam:PassRole"] }
    glue_Sync             = { glue = ["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"] }
    glue_WaitForTaskToken = { glue = ["glue:StartJobRun"] }
    sagemaker_CreateTrainingJob_Sync = {
      sagemaker             = local.training
      sagemaker_Wildcard    = ["sagemaker:ListTags"]
      sagemaker_IamPassRole = ["iam:PassRole"]
      events                = local.rule_actions
    }
    sagemaker_CreateTrainingJob_WaitForTaskToken = {
      sagemaker             = [local.training[0]]
      sagemaker_Wildcard    = ["sagemaker:ListTags"]
      sagemaker_IamPassRole = ["iam:PassRole"]
    }
    sagemaker_CreateTransformJob_Sync = {
      sagemaker             = local.batch
      sagemaker_Wildcard    = ["sagemaker:ListTags"]
      sagemaker_IamPassRole = ["iam:PassRole"]
      events                = local.rule_actions
    }
    sagemaker_CreateTransformJob_WaitForTaskToken = {
      sagemaker             = [local.batch[0]]
      sagemaker_Wildcard    = ["sagemaker:ListTags"]
      sagemaker_IamPassRole = ["iam:PassRole"]
    }
    emr_AddStep = {
      emr    = ["elasticmapreduce:AddJobFlowSteps", "elasticmapreduce:DescribeStep", "elasticmapreduce:CancelSteps"]
      events = local.rule_actions
    }
    emr_CancelStep = { emr = ["elasticmapreduce:CancelSteps"] }
    emr_CreateCluster = {
      emr          = ["elasticmapreduce:RunJobFlow", "elasticmapreduce:DescribeCluster", "elasticmapreduce:TerminateJobFlows"]
      iam_PassRole = ["iam:PassRole"]
      events       = local.rule_actions
    }
    emr_SetClusterTerminationProtection = { emr = ["elasticmapreduce:SetTerminationProtection"] }
    emr_ModifyInstanceFleetByName       = { emr = ["elasticmapreduce:ModifyInstanceFleet", "elasticmapreduce:ListInstanceFleets"] }
    emr_ModifyInstanceGroupByName       = { emr = ["elasticmapreduce:ModifyInstanceGroups", "elasticmapreduce:ListInstanceGroups"] }
    emr_TerminateCluster                = { emr = ["elasticmapreduce:TerminateJobFlows", "elasticmapreduce:DescribeCluster"], events = local.rule_actions }
    codebuild_StartBuild_Sync           = { codebuild = local.build, events = local.rule_actions }
    codebuild_StartBuild                = { codebuild = local.build }
    codebuild_StopBuild                 = { codebuild = local.build }
    codebuild_BatchDeleteBuilds         = { codebuild = ["codebuild:BatchDeleteBuilds"] }
    codebuild_BatchGetReports           = { codebuild = ["codebuild:BatchGetReports"] }
    eks_CreateCluster                   = { eks = ["eks:CreateCluster"], eks_Wildcard = ["eks:DescribeCluster", "eks:DeleteCluster"], eks_IamPassRole = ["iam:PassRole"] }
    eks_CreateNodeGroup = {
      eks             = ["ec2:DescribeSubnets", "eks:CreateNodegroup"]
      eks_Wildcard    = ["eks:DescribeNodegroup", "eks:DeleteNodegroup"]
      iam_Role        = ["iam:GetRole", "iam:ListAttachedRolePolicies"]
      eks_IamPassRole = ["iam:PassRole"]
    }
    eks_DeleteCluster   = { eks = ["eks:DeleteCluster", "eks:DescribeCluster"] }
    eks_DeleteNodegroup = { eks = ["eks:DeleteNodegroup", "eks:DescribeNodegroup"] }
    no_tasks            = { deny_all = ["*"] }
  }
}
