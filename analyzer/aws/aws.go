// Package aws turns resources into the service graph. What a resource type is,
// in which attributes and edges, stands in one row (one file per service); what
// no row can say (policies, workflow definitions, API definitions, environment
// variables) in one function each, on values, the same for every format.
package aws

import (
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// rows is the whole catalogue, service by service.
var rows = concat(
	alarmRows,
	analyticsRows,
	apiGatewayRows,
	apiGatewayV2Rows,
	appSyncRows,
	bedrockRows,
	brokerRows,
	callerRows,
	cloudFrontRows,
	cognitoRows,
	computeRows,
	cacheRows,
	databaseRows,
	dynamoDBRows,
	eventRows,
	firehoseRows,
	iamRows,
	iotRows,
	kinesisRows,
	lambdaRows,
	latticeRows,
	loadBalancerRows,
	logRows,
	notifierRows,
	pipelineRows,
	pipeRows,
	refactorSpacesRows,
	s3Rows,
	scalingRows,
	schedulerRows,
	searchRows,
	secretRows,
	sesRows,
	snsRows,
	sqsRows,
	stepFunctionsRows,
	wafRows,
	warehouseRows,
)

func concat(services ...[]*row) (all []*row) {
	for _, s := range services {
		all = append(all, s...)
	}
	return all
}

var byType = func() map[string]*row {
	m := map[string]*row{}
	for _, r := range rows {
		for _, t := range r.types() {
			m[t] = r
		}
	}
	return m
}()

// Build makes the service graph of a system: stacks that are read together. The
// ids of several stacks' nodes start with the stack's name and "#".
func Build(stacks []*source.Stack) *graph.Graph {
	b := newBuilder(stacks)
	b.nodes()
	b.modules()
	for _, r := range b.resources {
		if r.row == nil {
			continue
		}
		for i := range r.row.links {
			b.link(r, &r.row.links[i])
		}
	}
	for _, r := range b.resources {
		if r.row != nil && r.row.make != nil {
			r.row.make(b, r)
		}
	}
	for _, read := range passes {
		read(b)
	}
	// A resource of no kind of its own is a node for what it does to others.
	b.g.Prune(func(n *graph.Node) bool { return n.Stack != nil && n.Kind != graph.Resource })
	b.openness()
	limitedStores(b)
	shardsRead(b)
	b.g.Sort()
	return b.g
}

// passes read what depends on the edges of several resources, in this order.
var passes = []func(*builder){defaultLogGroups, unusedDataSources, readDefinitions, readWorkflows, readEnvironments, polledTables, readPolicies, grantsForOthers}
