package aws

import (
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// TestWithinIsBounded reads texts inside texts until there were too many.
func TestWithinIsBounded(t *testing.T) {
	left := 40
	r := &resource{Resource: &source.Resource{Type: "AWS::SQS::Queue"}, stack: &source.Stack{}, readable: &left}
	policy := source.StringOf(`{"maxReceiveCount": 3}`, source.Location{})
	if v := r.dig(policy, "maxReceiveCount"); v.Text != "3" {
		t.Errorf("the first text says %q", v.Text)
	}
	if v := r.dig(policy, "maxReceiveCount"); v.Kind != source.Unknown {
		t.Errorf("the second text is a %s, not unknown", v.Kind)
	}
	if _, problems := r.within(policy); len(problems) != 1 {
		t.Errorf("problems: %v", problems)
	}
}
