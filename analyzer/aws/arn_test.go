package aws

import (
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

func TestARNNames(t *testing.T) {
	for text, want := range map[string]string{
		"arn:aws:sqs:eu-west-1:123456789012:orders":                         "orders",
		"arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/*":      "orders",
		"arn:aws:lambda:eu-west-1:123456789012:function:orders:live":        "orders",
		"arn:aws:s3:::uploads/in/*":                                         "uploads",
		"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:*":     "/aws/lambda/f",
		"arn:aws:events:eu-west-1:123456789012:event-bus/shop":              "shop",
		"arn:aws:events:eu-west-1:123456789012:rule/paid":                   "paid",
		"arn:aws:events:eu-west-1:123456789012:rule/shop/paid":              "paid",
		"arn:aws:scheduler:eu-west-1:123456789012:schedule/default/nightly": "nightly",
		"arn:aws:ssm:eu-west-1:123456789012:parameter/shop/setting":         "/shop/setting",
		"arn:aws:ssm:eu-west-1:123456789012:parameter/setting":              "setting",
		"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:depth":             "depth",
		"arn:aws:kinesis:eu-west-1:123456789012:stream/clicks/consumer/x:1": "clicks",
		"arn:aws:sqs:eu-west-1:123456789012:orders-*":                       "",
	} {
		a, ok := parseARN(source.StringOf(text, source.Location{}).Pieces())
		if !ok {
			t.Errorf("%s is no ARN", text)
		}
		name, ok := a.name()
		if !ok {
			name = ""
		}
		if name != want {
			t.Errorf("%s: name %q, want %q", text, name, want)
		}
	}
}
