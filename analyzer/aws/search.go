package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/elasticsearch"
	"github.com/awslabs/goformation/v7/cloudformation/opensearchserverless"
	"github.com/awslabs/goformation/v7/cloudformation/opensearchservice"
	"github.com/awslabs/goformation/v7/cloudformation/redshift"
	"github.com/awslabs/goformation/v7/cloudformation/redshiftserverless"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var searchRows = []*row{
	{
		kind: graph.SearchDomain, cfn: (*opensearchservice.Domain)(nil), tf: "aws_opensearch_domain",
		name:  prop{"DomainName", "domain_name"},
		attrs: []attr{serverless(false)},
	},
	{
		kind: graph.SearchDomain, cfn: (*elasticsearch.Domain)(nil), tf: "aws_elasticsearch_domain",
		name:  prop{"DomainName", "domain_name"},
		attrs: []attr{serverless(false)},
	},
	{
		kind: graph.SearchDomain, cfn: (*opensearchserverless.Collection)(nil), tf: "aws_opensearchserverless_collection",
		name:  prop{"Name", "name"},
		attrs: []attr{serverless(true)},
	},
}

var warehouseRows = []*row{
	{
		kind: graph.Warehouse, cfn: (*redshift.Cluster)(nil), tf: "aws_redshift_cluster",
		name:  prop{"ClusterIdentifier", "cluster_identifier"},
		attrs: []attr{serverless(false)},
	},
	{
		kind: graph.Warehouse, cfn: (*redshiftserverless.Workgroup)(nil), tf: "aws_redshiftserverless_workgroup",
		name:  prop{"WorkgroupName", "workgroup_name"},
		attrs: []attr{serverless(true)},
	},
	{
		kind: graph.Warehouse, cfn: (*redshiftserverless.Namespace)(nil), tf: "aws_redshiftserverless_namespace",
		name:  prop{"NamespaceName", "namespace_name"},
		attrs: []attr{serverless(true)},
	},
}
