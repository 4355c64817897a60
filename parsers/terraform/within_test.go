package terraform

import (
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// TestPlacesInDocuments: whatever way a document is written in, each of its
// values leads to its own place, and mentions stay mentions.
func TestPlacesInDocuments(t *testing.T) {
	s := loadFiles(t, map[string]string{"main.tf": `
resource "aws_sqs_queue" "q" { name = "orders" }
locals {
  arn = aws_sqs_queue.q.arn
}
resource "x_y" "z" {
  heredoc = <<EOF
{
  "Statement": [{
    "Resource": "${aws_sqs_queue.q.arn}", "Name": "a-${aws_sqs_queue.q.name}", "Key": ["é", "value"]
  }]
}
EOF
  indented = <<-EOF
    {
      "Statement": [{
        "Resource": "${local.arn}", "Name": "a-${aws_sqs_queue.q.name}", "Key": ["é", "value"]
      }]
    }
  EOF
  quoted = "{\"Statement\": [{\"Resource\": \"${aws_sqs_queue.q.arn}\", \"Name\": \"a-${aws_sqs_queue.q.name}\", \"Key\": [\"é\", \"value\"]}]}"
  encoded = jsonencode({
    Statement = [{
      Resource = aws_sqs_queue.q.arn, Name = "a-${aws_sqs_queue.q.name}", Key = ["é", "value"]
    }]
  })
  template = templatefile("t.json", { arn = aws_sqs_queue.q.arn, name = aws_sqs_queue.q.name })
  trimmed = trimspace(<<EOF

{"Statement": [{"Resource": "${aws_sqs_queue.q.arn}", "Name": "a-${aws_sqs_queue.q.name}", "Key": ["é", "value"]}]}
EOF
  )
}
`, "t.json": "{\n  \"Statement\": [{\n    \"Resource\": \"${arn}\", \"Name\": \"a-${name}\",\n    \"Key\": [\"é\", \"value\"]}]}\n",
	}, Options{})
	slice := func(v source.Location) string { return string(s.Files[v.File()][v.Offset:v.EndOffset]) }
	for _, name := range []string{"heredoc", "indented", "quoted", "encoded", "template", "trimmed"} {
		t.Run(name, func(t *testing.T) {
			doc, problems := document.Within(func(name string) []byte { return s.Files[name] }, property(t, s, "x_y.z", name))
			if len(problems) > 0 || len(doc.Get("Statement").Items) != 1 {
				t.Fatal(doc, problems)
			}
			x := doc.Get("Statement").Items[0]
			if r := x.Get("Resource"); len(r.Refs()) != 1 || r.Refs()[0].Address != "aws_sqs_queue.q" || !strings.Contains(slice(r.Refs()[0].At), "arn") ||
				r.Refs()[0].At.Line() != r.Refs()[0].At.EndLine() {
				t.Errorf("Resource = %v at %v", r.Refs(), r.At)
			}
			if n := x.Get("Name"); n.Text != "a-orders" || len(n.Refs()) != 1 || n.Refs()[0].Attribute != "name" {
				t.Errorf("Name = %v %q %v", n.Kind, n.Text, n.Refs())
			}
			key := x.Get("Key")
			if len(key.Items) != 2 || strings.Trim(slice(key.Items[1].At), `\"`) != "value" || strings.Trim(slice(key.Items[0].At), `\"`) != "é" {
				t.Errorf("Key = %v", key.Items)
			}
		})
	}
}

// TestEmptyPieces: a piece of a document that is empty is known to be so.
func TestEmptyPieces(t *testing.T) {
	s := loadFiles(t, map[string]string{"main.tf": `
variable "prefix" { default = "" }
resource "aws_sqs_queue" "q" { name = "orders" }
resource "x_y" "z" {
  template = templatefile("t.json", { queue = aws_sqs_queue.q.arn, key = "", prefix = var.prefix })
}
`, "t.json": `{
  "Name": "${prefix}orders",
  "Statement": [
    {"Resource": "${queue}"
%{ if key != "" ~}
    }, {"Resource": "${key}"
%{ endif ~}
    }
  ]
}`}, Options{})
	doc, problems := document.Within(func(name string) []byte { return s.Files[name] }, property(t, s, "x_y.z", "template"))
	if name := doc.Get("Name"); len(problems) > 0 || name.Kind != source.String || name.Text != "orders" || len(doc.Get("Statement").Items) != 1 {
		t.Error(problems, name.Kind, name.Text, doc)
	}
}
