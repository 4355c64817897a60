package aws

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// block is the body of a Terraform resource or of a block in it: attributes with
// their type, blocks with their nesting.
type block struct {
	Attributes map[string][]any             `json:"a"`
	Blocks     map[string][]json.RawMessage `json:"b"`
}

// otherTerraform is the arguments that other versions of the provider have than
// that of the schema (6.25.0).
var otherTerraform = []string{
	"aws_kinesis_firehose_delivery_stream s3_configuration.bucket_arn",
	"aws_kinesis_firehose_delivery_stream s3_configuration.cloudwatch_logging_options.log_group_name",
}

// TestTerraformArgumentsExist finds the Terraform side of every row in the schema
// of the provider, where SERVERLENS_TERRAFORM_SCHEMA names one: a JSON object
// {"resources": {type: body}}.
func TestTerraformArgumentsExist(t *testing.T) {
	file := os.Getenv("SERVERLENS_TERRAFORM_SCHEMA")
	if file == "" {
		t.Skip("SERVERLENS_TERRAFORM_SCHEMA names no schema of the Terraform provider")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct{ Resources map[string]block }
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for _, r := range rows {
		for _, typ := range strings.Fields(r.tf) {
			body, ok := schema.Resources[typ]
			if !ok {
				t.Errorf("%s: no such type", typ)
				continue
			}
			blocks = body.below(blocks)
			for _, path := range r.terraformPaths() {
				if slices.Contains(otherTerraform, typ+" "+path) {
					continue
				}
				if why := body.find(strings.Split(path, ".")); why != "" {
					t.Errorf("%s %s: %s", typ, path, why)
				}
			}
		}
	}
	for _, path := range literalPaths(t, 1) {
		if !slices.ContainsFunc(blocks, func(b block) bool { return b.find(strings.Split(path, ".")) == "" }) &&
			!slices.ContainsFunc(otherTerraform, func(o string) bool { return strings.HasSuffix(o, " "+path) }) {
			t.Errorf("%s: in no type", path)
		}
	}
}

// below is b and the blocks in it, behind those of a list.
func (b block) below(list []block) []block {
	list = append(list, b)
	for _, raw := range b.Blocks {
		list = b.inner(raw).below(list)
	}
	return list
}

// terraformPaths is every argument that a row names.
func (r *row) terraformPaths() []string {
	var out []string
	add := func(within string, ps ...prop) {
		for _, p := range ps {
			if p.tf != "" && p.tf != "." {
				out = append(out, strings.Trim(strings.TrimSuffix(within, ".")+"."+p.tf, "."))
			}
		}
	}
	add("", r.name, r.is, r.of)
	for _, a := range r.attrs {
		add("", a.at)
	}
	for _, l := range r.links {
		if l.each.cfn != "" && l.each.tf == "" {
			continue // CloudFormation alone has it
		}
		add("", l.each)
		add(l.each.tf, l.from, l.to, l.dead)
		for _, a := range l.attrs {
			add(l.each.tf, a.at)
		}
	}
	return out
}

// find reports why there is nothing at a path; what lies in JSON text, in maps and
// in free-form arguments is not known.
func (b block) find(path []string) string {
	if len(path) == 0 {
		return ""
	}
	name := strings.TrimSuffix(path[0], "[]")
	if name == "*" {
		for _, raw := range b.Blocks {
			if b.inner(raw).find(path[1:]) == "" {
				return ""
			}
		}
		return "in no block"
	}
	if raw, ok := b.Blocks[name]; ok {
		return b.inner(raw).find(path[1:])
	}
	a, ok := b.Attributes[name]
	if !ok {
		return "no argument " + name
	}
	typ, _ := a[0].(string)
	if len(path) > 1 && (typ == "number" || typ == "bool") {
		return name + " is a " + typ
	}
	return ""
}

func (block) inner(raw []json.RawMessage) (b block) {
	if len(raw) == 2 {
		_ = json.Unmarshal(raw[1], &b)
	}
	return b
}
