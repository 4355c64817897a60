package terraform

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// show is a value as a reader would write it.
func show(v source.Value) string {
	switch {
	case len(v.Alts()) > 0:
		var out []string
		for _, a := range v.Alts() {
			out = append(out, a.If.String()+": "+show(a.Value))
		}
		return strings.Join(out, " | ")
	case v.Kind == source.List:
		var out []string
		for _, x := range v.Items {
			out = append(out, show(x))
		}
		return "[" + strings.Join(out, " ") + "]"
	case v.Kind == source.Map:
		var out []string
		for _, e := range v.Entries {
			out = append(out, e.Key+":"+show(e.Value))
		}
		return "{" + strings.Join(out, " ") + "}"
	case v.Kind == source.Unknown:
		var refs []string
		for _, r := range v.Refs() {
			refs = append(refs, r.Address+"."+r.Attribute)
		}
		return fmt.Sprintf("?%s(%s)", v.Text, strings.Join(refs, " "))
	}
	return v.Text
}

// TestValues: what an expression over resources, variables and nothing gives.
func TestValues(t *testing.T) {
	const around = `
variable "flag" { type = bool }
variable "text" { type = string }
variable "list" { type = list(string) }
variable "any" {}
resource "aws_sqs_queue" "q" {
  name  = "q"
  delay = 5
  tags  = { a = "b" }
}
resource "aws_sqs_queue" "two" { count = 2 }
resource "aws_sqs_queue" "each" { for_each = toset(["arn"]) }
resource "aws_x" "block" {
  nested { value = 1 }
}
data "aws_caller_identity" "me" {}
data "aws_sns_topic" "t" { name = "t" }
`
	for expr, want := range map[string]string{
		`aws_sqs_queue.q.name`:                                         `q`,
		`aws_sqs_queue.q.delay + 1`:                                    `6`,
		`aws_sqs_queue.q.arn`:                                          `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`aws_sqs_queue.two[1].arn`:                                     `?aws_sqs_queue.two[1].arn(aws_sqs_queue.two[1].arn)`,
		`aws_sqs_queue.q["arn"]`:                                       `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`aws_sqs_queue.q["tags"].a`:                                    `b`,
		`data.aws_sns_topic.t["arn"]`:                                  `?data.aws_sns_topic.t.arn(data.aws_sns_topic.t.arn)`,
		`aws_sqs_queue.each["arn"].url`:                                `?aws_sqs_queue.each["arn"].url(aws_sqs_queue.each["arn"].url)`,
		`aws_sqs_queue.two[*].arn`:                                     `[?aws_sqs_queue.two[0].arn(aws_sqs_queue.two[0].arn) ?aws_sqs_queue.two[1].arn(aws_sqs_queue.two[1].arn)]`,
		`length(aws_sqs_queue.two)`:                                    `2`,
		`"${aws_sqs_queue.q.arn}:*"`:                                   `?${aws_sqs_queue.q.arn}:*(aws_sqs_queue.q.arn)`,
		`split(":", aws_sqs_queue.q.arn)[5]`:                           `?split(":", aws_sqs_queue.q.arn)[5](aws_sqs_queue.q.arn)`,
		`upper(aws_sqs_queue.q.arn)`:                                   `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`md5(aws_sqs_queue.q.arn)`:                                     `?md5(…)(aws_sqs_queue.q.arn)`,
		`substr(aws_sqs_queue.q.arn, 0, 3)`:                            `?substr(…)(aws_sqs_queue.q.arn)`,
		`aws_sqs_queue.q.arn == "x"`:                                   `?aws_sqs_queue.q.arn == "x"(aws_sqs_queue.q.arn)`,
		`aws_sqs_queue.q.name == "q"`:                                  `true`,
		`aws_sqs_queue.q.arn == null ? "no" : "yes"`:                   `yes`,
		`aws_sqs_queue.q.arn == "" ? "no" : "yes"`:                     `yes`,
		`true ? "a" : aws_sqs_queue.q.arn`:                             `a`,
		`var.flag ? aws_sqs_queue.q.arn : "none"`:                      `var.flag: ?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn) | not var.flag: none`,
		`!var.flag ? 1 : 2`:                                            `not var.flag: 1 | var.flag: 2`,
		`var.flag ? var.flag ? 1 : 2 : 3`:                              `var.flag: 1 | not var.flag: 3`,
		`var.text == "x" ? 1 : 2`:                                      `var.text == "x": 1 | not var.text == "x": 2`,
		`var.text`:                                                     `?var.text()`,
		`var.list`:                                                     `?var.list()`,
		`var.any`:                                                      `?var.any()`,
		`[for x in var.list : x]`:                                      `?[for x in var.list : x]()`,
		`"${var.text}-x"`:                                              `?${var.text}-x()`,
		`try(aws_sqs_queue.two[7].arn, "none")`:                        `none`,
		`try(aws_sqs_queue.q.arn, "none")`:                             `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`coalesce(null, aws_sqs_queue.q.arn)`:                          `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`one([aws_sqs_queue.q.arn])`:                                   `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`lookup({ a = aws_sqs_queue.q.arn }, "a", "b")`:                `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`merge({ a = 1 }, { b = aws_sqs_queue.q.arn })`:                `{a:1 b:?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)}`,
		`toset([aws_sqs_queue.q.arn])`:                                 `[?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)]`,
		`flatten([["a"], [aws_sqs_queue.q.arn]])`:                      `[a ?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)]`,
		`{ for k, v in { a = aws_sqs_queue.q.arn } : v => k }`:         `{${aws_sqs_queue.q.arn}:a}`,
		`jsondecode(jsonencode({ a = aws_sqs_queue.q.arn })).a`:        `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`replace(aws_sqs_queue.q.arn, ":", "-")`:                       `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`regex("[a-z]+", "abc1")`:                                      `abc`,
		`aws_x.block.nested[0].value`:                                  `?aws_x.block.nested[0].value(aws_x.block.nested[0].value)`,
		`data.aws_caller_identity.me.account_id`:                       `?data.aws_caller_identity.me.account_id()`,
		`data.aws_sns_topic.t.arn`:                                     `?data.aws_sns_topic.t.arn(data.aws_sns_topic.t.arn)`,
		`[timestamp(), uuid(), bcrypt("x"), rsadecrypt("a", "b")]`:     `[?timestamp()() ?uuid()() ?bcrypt("x")() ?rsadecrypt("a", "b")()]`,
		`"${path.module}/${path.root}/${terraform.workspace}"`:         `././default`,
		`abspath("x")`:                                                 `?${path.cwd}/x()`,
		`nothing.at.all`:                                               `?nothing.at.all()`,
		`aws_sqs_queue.missing.arn`:                                    `?aws_sqs_queue.missing.arn()`,
		`local.missing`:                                                `?local.missing()`,
		`resource.aws_sqs_queue.q.arn`:                                 `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`sensitive(aws_sqs_queue.q.arn)`:                               `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`trimspace(" ${aws_sqs_queue.q.arn} ")`:                        `?aws_sqs_queue.q.arn(aws_sqs_queue.q.arn)`,
		`yamlencode({ a = "b" })`:                                      "\"a\": \"b\"\n",
		`contains(["a"], aws_sqs_queue.q.arn)`:                         `?contains(["a"], aws_sqs_queue.q.arn)(aws_sqs_queue.q.arn)`,
		`aws_sqs_queue.q.tags.a`:                                       `b`,
		`element(aws_sqs_queue.two[*].arn, 3)`:                         `?aws_sqs_queue.two[1].arn(aws_sqs_queue.two[1].arn)`,
		`base64encode(jsonencode({ a = aws_sqs_queue.q.arn }))`:        `?base64encode(…)(aws_sqs_queue.q.arn)`,
		`formatlist("%s:*", [aws_sqs_queue.q.arn])`:                    `[?${aws_sqs_queue.q.arn}:*(aws_sqs_queue.q.arn)]`,
		`provider::aws::arn_parse(aws_sqs_queue.q.arn).account_id`:     `?provider::aws::arn_parse(aws_sqs_queue.q.arn).account_id(aws_sqs_queue.q.arn)`,
		`templatestring("$${a}-$${b}", { a = 1, b = var.text })`:       `?1-${var.text}()`,
		`"%{ for q in aws_sqs_queue.two }${q.arn},%{ endfor }"`:        `?${aws_sqs_queue.two[0].arn},${aws_sqs_queue.two[1].arn},(aws_sqs_queue.two[0].arn aws_sqs_queue.two[1].arn)`,
		`"%{ if var.flag }${aws_sqs_queue.q.arn}%{ else }-%{ endif }"`: `?%{ if var.flag }${aws_sqs_queue.q.arn}%{ else }-%{ endif }(aws_sqs_queue.q.arn)`,
	} {
		t.Run(expr, func(t *testing.T) {
			s := loadFiles(t, map[string]string{"main.tf": around + "resource \"x_y\" \"z\" {\n  v = " + expr + "\n}\n"}, Options{})
			if got := show(property(t, s, "x_y.z", "v")); got != want {
				t.Errorf("got  %s\nwant %s\n%s", got, want, problems(s))
			}
		})
	}
}

// TestVariables: the later source of a value wins, and values from the command
// line are of the type of their variable.
func TestVariables(t *testing.T) {
	files := map[string]string{
		"main.tf": `
variable "a" { default = "default" }
variable "b" { default = "default" }
variable "c" { default = "default" }
variable "n" { type = number }
variable "l" { type = list(string) }
variable "o" {
  type    = object({ x = string, y = optional(number, 7) })
  default = { x = "d" }
}
variable "wrong" {
  type    = number
  default = "no number"
}
variable "null" {
  default  = "d"
  nullable = "false"
}
resource "x_y" "z" {
  v = [var.a, var.b, var.c, var.n, var.l, var.o, var.null]
  w = var.wrong
}
`,
		"terraform.tfvars":   "a = \"tfvars\"\nb = \"tfvars\"\nc = \"tfvars\"\nnull = null\n",
		"b.auto.tfvars.json": `{"b": "json", "c": "json"}`,
	}
	s := loadFiles(t, files, Options{
		Inputs: []Input{{Name: "c", Value: "early"}, {File: &File{"x.tfvars", []byte("c = \"file\"\nn = 1\n")}}, {Name: "n", Value: "42"}, {Name: "l", Value: `["x", "y"]`}},
	})
	if got, want := show(property(t, s, "x_y.z", "v")), "[tfvars json file 42 [x y] {x:d y:7} d]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !strings.Contains(problems(s), "var.wrong is not of the type") {
		t.Errorf("problems:\n%s", problems(s))
	}
	if want := []string{"a", "b", "c", "l", "n", "null", "o", "wrong"}; !slices.Equal(s.Parameters, want) {
		t.Errorf("parameters %v", s.Parameters)
	}
}

// TestModules: what init has installed, providers that are handed on, modules
// that exist under a condition, and stand-ins of the user.
func TestModules(t *testing.T) {
	files := map[string]string{
		"main.tf": `
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "us"
  region = "us-east-1"
  default_tags {
    tags = { where = "us" }
  }
}
variable "on" { type = bool }
module "installed" {
  source = "example.com/acme/installed/aws"
  providers = { aws = aws.us }
}
module "maybe" {
  count  = var.on ? 1 : 0
  source = "./m"
}
module "own" {
  source = "git@example.com:acme/terraform-aws-own.git//modules/inner?ref=v1"
  name   = "n"
}
module "opaque" {
  for_each = { a = 1 }
  source   = "example.com/acme/other/aws"
  in       = module.own.arn
}
resource "x_y" "z" {
  maybe  = module.maybe[0].region
  own    = module.own.arn
  opaque = module.opaque["a"].some_arn
  list   = module.opaque["a"].some_arns
}
`,
		".terraform/modules/modules.json": `{"Modules":[{"Key":"","Dir":"."},{"Key":"installed","Dir":".terraform/modules/installed"},{"Key":"installed.inner","Dir":"../../etc"}]}`,
		".terraform/modules/installed/a.tf": `
data "aws_region" "here" {}
resource "aws_sqs_queue" "q" {
  name = data.aws_region.here.name
}
`,
		"m/main.tf": "data \"aws_region\" \"here\" {}\noutput \"region\" { value = data.aws_region.here.name }\nresource \"aws_sqs_queue\" \"q\" {}\n",
	}
	shims := source.MemoryTree(map[string][]byte{"acme/own/inner/main.tf": []byte("variable \"name\" {}\nresource \"aws_sqs_queue\" \"q\" { name = var.name }\noutput \"arn\" { value = aws_sqs_queue.q.arn }\n")})
	s := loadFiles(t, files, Options{Shims: shims})
	for _, test := range []struct{ address, property, want string }{
		{"module.installed.aws_sqs_queue.q", "name", "us-east-1"},
		{"module.installed.aws_sqs_queue.q", "tags_all", "{where:us}"},
		{"module.own.aws_sqs_queue.q", "name", "n"},
		{"x_y.z", "maybe", "eu-west-1"},
		{"x_y.z", "own", "?module.own.aws_sqs_queue.q.arn(module.own.aws_sqs_queue.q.arn)"},
		{"x_y.z", "opaque", `?module.opaque["a"].some_arn(module.opaque["a"].some_arn)`},
		{"x_y.z", "list", `?module.opaque["a"].some_arns(module.opaque["a"].some_arns)`},
	} {
		if got := show(property(t, s, test.address, test.property)); got != test.want {
			t.Errorf("%s.%s is %s, want %s", test.address, test.property, got, test.want)
		}
	}
	for _, r := range s.Resources {
		if r.Address == "module.maybe[0].aws_sqs_queue.q" && r.If.String() != "var.on" {
			t.Errorf("%s is there if %q", r.Address, r.If)
		}
		if r.Address == "module.own.aws_sqs_queue.q" && (r.From != "module.own" || !strings.HasPrefix(r.At.String(), "main.tf:")) {
			t.Errorf("%s comes from %q at %s", r.Address, r.From, r.At)
		}
	}
	if len(s.Opaque) != 1 || s.Opaque[0].Address != `module.opaque["a"]` || len(s.Opaque[0].Inputs.AllRefs()) != 1 {
		t.Errorf("opaque %v", s.Opaque)
	}
}

// TestShimVersion: a shim learns which major version of its module is called.
func TestShimVersion(t *testing.T) {
	for text, want := range map[string]string{
		`"acme/own/aws"`: "99",
		"\"acme/own/aws\"\n  version = \"~> 4.1\"":                                 "4",
		"\"acme/own/aws\"\n  version = \"~> 4\"":                                   "99",
		"\"acme/own/aws\"\n  version = \">= 3.0, < 6.0.0\"":                        "5",
		"\"acme/own/aws\"\n  version = \">= 3, <= 6.2\"":                           "6",
		"\"acme/own/aws\"\n  version = \"2.0.1\"":                                  "2",
		"\"acme/own/aws\"\n  version = \"= v7.0\"":                                 "7",
		"\"acme/own/aws\"\n  version = \"!= 1.0, > 2\"":                            "99",
		"\"acme/own/aws\"\n  version = var.x":                                      "99",
		`"git::https://example.com/acme/terraform-aws-own.git?depth=1&ref=v3.2.0"`: "3",
		`"git::https://example.com/acme/terraform-aws-own.git?ref=main"`:           "99",
	} {
		shims := source.MemoryTree(map[string][]byte{
			"acme/own/main.tf":        []byte("variable \"version\" { default = 99 }\nmodule \"part\" {\n  source = \"./part\"\n  number = var.version\n}\n"),
			"acme/own/part/main.tf":   []byte("variable \"number\" {}\nresource \"x_y\" \"z\" { version = var.number }\nmodule \"again\" { source = \"../\" }\n"),
			"acme/own/other/main.tf":  []byte("module \"missing\" { source = \"../../../../etc\" }\n"),
			"acme/own/part/more.yaml": []byte("nothing"),
		})
		s := loadFiles(t, map[string]string{"main.tf": "variable \"x\" {}\nmodule \"m\" {\n  source = " + text + "\n}\nmodule \"n\" { source = \"acme/own/aws//other\" }\n"}, Options{Shims: shims})
		if got := show(property(t, s, "module.m.module.part.x_y.z", "version")); got != want {
			t.Errorf("%s: version %s, want %s", text, got, want)
		}
		for _, r := range s.Resources {
			if len(r.Via) != 1 {
				t.Errorf("%s is called at %v", r.Address, r.Via)
			}
		}
		if !slices.ContainsFunc(s.Problems, func(p source.Problem) bool { return strings.Contains(p.Summary, "calls itself") }) {
			t.Errorf("%s: no word of the shim that calls itself: %v", text, s.Problems)
		}
	}
}

// TestColumns: columns count code points, whatever the bytes and whatever looks
// like one character.
func TestColumns(t *testing.T) {
	s := loadFiles(t, map[string]string{"main.tf": "\ufeffresource \"x_y\" \"z\" {\n  a = [\"👨‍👩‍👧\", \"é\", \"e\u0301\", 1]\n}\n"}, Options{})
	if got := s.Resources[0].At.String(); got != "main.tf:1:1" {
		t.Errorf("the resource is at %s", got)
	}
	items := property(t, s, "x_y.z", "a").Items
	for i, want := range []int{8, 17, 22, 28} {
		if items[i].At.Column() != want {
			t.Errorf("element %d is in column %d, want %d", i, items[i].At.Column(), want)
		}
	}
}
