package aws

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/cloudfront"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var cloudFrontRows = []*row{
	{
		kind: graph.Distribution, cfn: (*cloudfront.Distribution)(nil), tf: "aws_cloudfront_distribution",
		attrs: []attr{
			{name: "waf", typ: flag, at: prop{"DistributionConfig.WebACLId", "web_acl_id"}, as: present, doc: "Whether a web ACL of AWS WAF stands before it."},
			{name: "comment", typ: text, at: prop{"DistributionConfig.Comment", "comment"}, doc: "What its author says it does."},
		},
		links: append([]link{
			{rel: graph.Fronts, each: prop{"DistributionConfig.Origins", "origin"}, findTo: origin, attrs: []attr{
				{name: "path", typ: text, read: behaviours, doc: "Path patterns that lead to the origin, apart by a comma; /* for the default."},
			}},
		}, append(
			edgeFunctions(prop{"DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations", "default_cache_behavior.lambda_function_association"},
				prop{"DistributionConfig.DefaultCacheBehavior.FunctionAssociations", "default_cache_behavior.function_association"}),
			edgeFunctions(prop{"DistributionConfig.CacheBehaviors[].LambdaFunctionAssociations", "ordered_cache_behavior[].lambda_function_association"},
				prop{"DistributionConfig.CacheBehaviors[].FunctionAssociations", "ordered_cache_behavior[].function_association"})...)...),
	},
}

// edgeFunctions is the links of one behaviour to Lambda@Edge and CloudFront
// functions; CloudFront waits for both.
func edgeFunctions(lambda, function prop) []link {
	event := []attr{{name: "event", typ: text, at: prop{"EventType", "event_type"}, doc: "When a function at the edge runs, such as viewer-request."}}
	return []link{
		{rel: graph.Triggers, each: lambda, to: prop{"LambdaFunctionARN", "lambda_arn"}, mode: "sync", attrs: event},
		{rel: graph.Triggers, each: function, to: prop{"FunctionARN", "function_arn"}, mode: "sync", attrs: event},
	}
}

// origin is what an origin's domain name names; a bucket also by its literal name.
func origin(b *builder, r *resource, in source.Value) []end {
	v := r.get(in, prop{"DomainName", "domain_name"})
	if name, _, ok := strings.Cut(v.Text, ".s3"); ok && v.Kind == source.String {
		if buckets := b.named(name, []graph.Kind{graph.Bucket}); len(buckets) == 1 {
			return []end{{node: buckets[0], at: v.At}}
		}
	}
	return b.resolve(r, v, partnersOf(graph.Fronts, true))
}

// behaviours is the path patterns of the behaviours that lead to an origin.
func behaviours(_ *builder, r *resource, in source.Value) source.Value {
	id := r.get(in, prop{"Id", "origin_id"})
	target := prop{"TargetOriginId", "target_origin_id"}
	same := func(v source.Value) bool { return v.Kind != source.Unset && v.Text == id.Text }
	var paths []string
	for _, c := range r.get(r.Properties, prop{"DistributionConfig.CacheBehaviors", "ordered_cache_behavior"}).Elements() {
		if same(r.get(c, target)) {
			paths = append(paths, r.get(c, prop{"PathPattern", "path_pattern"}).Text)
		}
	}
	if same(r.get(r.get(r.Properties, prop{"DistributionConfig.DefaultCacheBehavior", "default_cache_behavior"}), target)) {
		paths = append(paths, "/*")
	}
	if len(paths) == 0 {
		return source.Value{At: in.At}
	}
	return source.StringOf(strings.Join(paths, ", "), in.At)
}
