package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/wafregional"
	"github.com/awslabs/goformation/v7/cloudformation/wafv2"

	"github.com/serverlens/serverlens/parsers/source"
)

// wafAttr says on an API, stage, load balancer or user pool what the association of
// a web ACL says of it (AWS WAF Developer Guide, Resources that you can protect
// with AWS WAF).
var wafAttr = attr{name: "waf", typ: flag, doc: "Whether a web ACL of AWS WAF stands before it; absent if none in sight does."}

var wafRows = []*row{
	{cfn: (*wafv2.WebACLAssociation)(nil), tf: "aws_wafv2_web_acl_association", of: prop{"ResourceArn", "resource_arn"}, attrs: []attr{guarded}},
	{cfn: (*wafregional.WebACLAssociation)(nil), tf: "aws_wafregional_web_acl_association", of: prop{"ResourceArn", "resource_arn"}, attrs: []attr{guarded}},
}

var guarded = attr{name: wafAttr.name, typ: flag, read: func(_ *builder, r *resource, _ source.Value) source.Value { return source.BoolOf(true, r.At) }}
