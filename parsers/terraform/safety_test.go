package terraform

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/serverlens/serverlens/parsers/source"
)

// TestHostile evaluates what a careless evaluator dies of. Each case must end,
// keep the queue that stands beside it, and say what it did not analyse.
func TestHostile(t *testing.T) {
	doubling := func(n int) string {
		var b strings.Builder
		b.WriteString("locals {\n a0 = \"0123456789abcdef\"\n")
		for i := range n {
			fmt.Fprintf(&b, " a%d = \"${local.a%d}${local.a%d}\"\n", i+1, i, i)
		}
		fmt.Fprintf(&b, "}\nresource \"x_y\" \"z\" { v = local.a%d }\n", n)
		return b.String()
	}
	chain := func(n int) string {
		var b strings.Builder
		b.WriteString("locals {\n a0 = \"end\"\n")
		for i := range n {
			fmt.Fprintf(&b, " a%d = local.a%d\n", i+1, i)
		}
		fmt.Fprintf(&b, "}\nresource \"x_y\" \"z\" { v = local.a%d }\n", n)
		return b.String()
	}
	expr := func(e string) string { return "resource \"x_y\" \"z\" {\n v = " + e + "\n}\n" }
	nestedIf := "0"
	for range 24 {
		nestedIf = "(var.u ? " + nestedIf + " : (var.u ? 1 : 2))"
	}
	tests := map[string]struct{ text, problem string }{
		"syntax error":           {"resource \"x_y\" \"z\" {\n v = [1, \n}\n", "error"},
		"self reference":         {"locals {\n a = local.b\n b = local.a\n}\n" + expr("local.a"), "local.a depends on itself"},
		"resource cycle":         {"resource \"x_y\" \"a\" { v = x_y.b.id }\nresource \"x_y\" \"b\" { v = x_y.a.id }\n", "resources that need each other: x_y.a, x_y.b"},
		"count":                  {"resource \"x_y\" \"z\" { count = 1e9 }\n", "more than 512 instances"},
		"for_each":               {"resource \"x_y\" \"z\" { for_each = toset([for i in range(1000) : \"k${i}\"]) }\n", "more than 512 instances"},
		"doubling":               {doubling(40), "treated as unknown"},
		"setproduct":             {expr("length(setproduct(range(1000), range(1000), range(1000), range(1000)))"), "setproduct would make more"},
		"replace":                {expr("replace(join(\"\", [for i in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]), \"a\", join(\"\", [for i in range(1000) : \"bbbbbbbbbbbb\"]))"), "replace would make more"},
		"join":                   {expr("length(join(join(\"\", [for i in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]), [for i in range(1000) : \"b\"]))"), "join would make more"},
		"many pieces":            {"variable \"u\" { type = string }\n" + expr("\""+strings.Repeat("${var.u}", 20_000)+"\""), ""},
		"many problems":          {strings.Repeat("resource \"x_y\" {}\n", 1000), "needs 2 labels"},
		"many syntax errors":     {strings.Repeat("x = = ]\n", 1000), "more syntax errors"},
		"missing file":           {expr("file(\"missing.txt\")"), "missing.txt is not here"},
		"missing template":       {expr("templatefile(\"missing.tftpl\", { a = aws_sqs_queue.q.arn })"), "missing.tftpl is not here"},
		"outside: fileexists":    {expr("fileexists(\"/etc/passwd\") ? \"yes\" : \"no\""), ""},
		"missing module":         {"module \"m\" { source = \"example.com/acme/none/aws\" }\n" + expr("module.m.arn"), "is not here (terraform init brings it)"},
		"wide format":            {expr("format(\"%1000000000d\", 1)"), "format would make more"},
		"star format":            {expr("format(\"%*d\", 1000000000, 1)"), "format would make more"},
		"indent":                 {expr("indent(1000000000, \"a\\nb\")"), "indent would make more"},
		"power":                  {expr("pow(10, 1000000000)"), "pow would make more"},
		"nested for":             {expr("length([for a in range(1024) : [for b in range(1024) : [for c in range(1024) : a]]])"), "turns of for expressions"},
		"nested conditionals":    {"variable \"u\" { type = bool }\n" + expr(nestedIf), ""},
		"brackets":               {expr(strings.Repeat("[", 50_000)), "nested more than 200 levels deep"},
		"not":                    {expr(strings.Repeat("!", 100_000) + "true"), "nested more than 200 levels deep"},
		"minus":                  {expr(strings.Repeat("-", 100_000) + "1"), "nested more than 200 levels deep"},
		"minus, line by line":    {expr("(" + strings.Repeat("-\n", 50_000) + "1)"), "nested more than 200 levels deep"},
		"brackets after braces":  {strings.Repeat("}", 50_000) + "\n" + expr(strings.Repeat("[", 50_000)), "nested more than 200 levels deep"},
		"splats":                 {expr("x_y.z" + strings.Repeat("[*]", 50_000)), "nested more than 200 levels deep"},
		"conditionals of calls":  {expr(strings.Repeat("true ? max(1, 2) : ", 100_000) + "1"), "nested more than 200 levels deep"},
		"brackets after comment": {expr("[" + strings.Repeat("-#\n", 50_000) + "1]"), "nested more than 200 levels deep"},
		"conditionals in a row":  {expr(strings.Repeat("true ? 1 : ", 50_000) + "1"), "nested more than 200 levels deep"},
		"nested templates":       {expr(strings.Repeat("\"${", 5_000)), "nested more than 200 levels deep"},
		"dynamic blocks":         {"resource \"x_y\" \"z\" {\n dynamic \"b\" {\n for_each = range(1000)\n content { v = b.value }\n }\n}\n", "more than 512 blocks"},
		"outside: relative":      {expr("file(\"../../../etc/passwd\")"), "outside the folder that is scanned"},
		"outside: absolute":      {expr("file(\"/etc/passwd\")"), "outside the folder that is scanned"},
		"outside: fileset":       {expr("fileset(\"/\", \"**\")"), ""},
		"outside: module":        {"module \"m\" { source = \"../../..\" }\n", "is not here"},
		"provider function":      {expr("provider::aws::arn_parse(\"x\")"), "warning"},
		"unknown function":       {expr("nothing(1)"), "warning"},
		"moved and import":       {"moved {\n from = x_y.a\n to = x_y.b\n}\nimport {\n to = x_y.z\n id = \"1\"\n}\nremoved {\n from = x_y.q\n}\ncheck \"c\" {\n data \"x_y\" \"d\" {}\n assert {\n condition = data.x_y.d.id != \"\"\n error_message = \"no\"\n }\n}\nephemeral \"x_y\" \"e\" {}\n", ""},
		"byte order mark":        {"\ufeff" + expr("1"), ""},
		"carriage returns":       {"resource \"x_y\" \"z\" {\r\n  v = <<E\r\na\r\nE\r\n}\r\n", ""},
		"latin-1":                {"# caf\xe9\n" + expr("\"caf\xe9\""), ""},
		"binary":                 {"\x00\x01\x02\xff\xfe{{{\n", "error"},
		"deep policy":            {"data \"aws_iam_policy_document\" \"a\" { source_policy_documents = [data.aws_iam_policy_document.a.json] }\n" + expr("data.aws_iam_policy_document.a.json"), ""},
		"long chain":             {chain(3_000), ""},
		"too long a chain":       {chain(20_000), "wait for each other"},
		"huge string to a regex": {expr("regex(\"(a*)*b\", join(\"\", [for i in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaa\"]))"), ""},
		"many conditions":        {"variable \"u\" { type = list(bool) }\n" + expr("["+strings.Repeat("var.u[0] ? 1 : 2,", 1000)+"]"), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := loadFiles(t, map[string]string{"bad.tf": test.text, "good.tf": "resource \"aws_sqs_queue\" \"q\" { name = \"q\" }\n"}, Options{})
			if !declares(s, "aws_sqs_queue.q") {
				t.Error("the queue beside it is lost")
			}
			if text := problems(s); test.problem != "" && !strings.Contains(text, test.problem) {
				t.Errorf("problems do not say %q:\n%s", test.problem, text)
			}
			if n := len(s.Problems); n > maxProblems {
				t.Errorf("%d problems", n)
			}
		})
	}
}

func declares(s *source.Stack, address string) bool {
	for _, r := range s.Resources {
		if r.Address == address {
			return true
		}
	}
	return false
}

func problems(s *source.Stack) string {
	var b strings.Builder
	for _, p := range s.Problems {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}

// TestHostileJSON does the same with the JSON syntax.
func TestHostileJSON(t *testing.T) {
	for name, test := range map[string]struct{ text, problem string }{
		"nesting":   {`{"locals": {"a": ` + strings.Repeat("[", 50_000), "nested more than 200 levels deep"},
		"templates": {`{"locals": {"a": "` + strings.Repeat("${[", 50_000) + `"}}`, "nested more than 200 levels deep"},
		"cut off":   {`{"resource": {"x_y"`, "not JSON"},
		"no object": {`[1, "a", null]`, ""},
		"empty":     {``, "not JSON"},
		"shapes":    {`{"resource": 1, "variable": [], "module": {"m": 2}, "locals": "x", "output": {"o": {"value": {"a": [null]}}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := loadFiles(t, map[string]string{"bad.tf.json": test.text, "good.tf": "resource \"aws_sqs_queue\" \"q\" {}\n"}, Options{})
			if !declares(s, "aws_sqs_queue.q") {
				t.Error("the queue beside it is lost")
			}
			if text := problems(s); !strings.Contains(text, test.problem) {
				t.Errorf("problems do not say %q:\n%s", test.problem, text)
			}
		})
	}
}

// TestHostileFolder holds modules that call themselves, files that are none and
// links that lead out.
func TestHostileFolder(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	write("main.tf", `
module "self" { source = "./m" }
module "linked" { source = "./linked" }
resource "x_y" "z" {
  link = file("link")
  fifo = file("fifo")
  huge = file("huge")
  up   = file("m/../../../../etc/passwd")
  zip  = filebase64sha256("build/out.zip")
  out  = fileexists("/etc/passwd") ? "yes" : "no"
  deep = templatefile("deep.tftpl", {})
  try  = try(file("nothing"), "default")
  is   = fileexists("nothing") ? file("nothing") : "none"
}
`)
	write("deep.tftpl", strings.Repeat("${[", 50_000))
	write("deep.auto.tfvars", "x = "+strings.Repeat("[", 50_000))
	write("m/main.tf", "module \"again\" { source = \"../m\" }\nresource \"aws_sqs_queue\" \"q\" {}\n")
	for _, err := range []error{
		os.Symlink(secret, filepath.Join(dir, "link")),
		os.Symlink(filepath.Dir(secret), filepath.Join(dir, "linked")),
		os.WriteFile(filepath.Join(filepath.Dir(secret), "main.tf"), []byte("resource \"aws_sqs_queue\" \"outside\" {}\n"), 0o600),
		makePipe(filepath.Join(dir, "pipe.tf")),
		makePipe(filepath.Join(dir, "fifo")),
		os.WriteFile(filepath.Join(dir, "huge"), bytes.Repeat([]byte("a"), source.DefaultMaxFileSize+1), 0o600),
	} {
		if err != nil {
			t.Skip("cannot make the files:", err)
		}
	}
	s := load(t, dir, Options{})
	text := problems(s)
	for _, want := range []string{"module.self.module.again calls itself", "fifo: not a regular file", "link:", "huge: ", "outside the folder",
		"module.linked: the source \"./linked\" is not here",
		"main.tf:11:10: warning: Error in function call", "deep.auto.tfvars:1:205: error: nested more than 200 levels deep"} {
		if !strings.Contains(text, want) {
			t.Errorf("problems do not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "out.zip") || strings.Contains(text, "nothing") || strings.Contains(describe(s), `"secret"`) {
		t.Errorf("says too much:\n%s", text)
	}
	if v := property(t, s, "x_y.z", "try"); v.Text != "default" {
		t.Errorf("try = %q", v.Text)
	}
	if v := property(t, s, "x_y.z", "is"); v.Text != "none" {
		t.Errorf("is = %q", v.Text)
	}
	if v := property(t, s, "x_y.z", "out"); v.Kind != source.Unknown {
		t.Errorf("a file outside is known to be there, or not: %q", v.Text)
	}
	if !declares(s, "module.self.aws_sqs_queue.q") || declares(s, "module.linked.aws_sqs_queue.outside") {
		t.Error("the module is lost, or the one outside is read")
	}
}

// property is a property of a resource.
func property(t testing.TB, s *source.Stack, address string, path ...string) source.Value {
	t.Helper()
	for _, r := range s.Resources {
		if r.Address == address {
			return r.Properties.Get(path...)
		}
	}
	t.Fatalf("no %s", address)
	return source.Value{}
}

// TestMemory bounds what modules that multiply may take.
func TestMemory(t *testing.T) {
	s := loadFiles(t, map[string]string{
		"main.tf":   "module \"a\" {\n source = \"./a\"\n count = 500\n}\n",
		"a/main.tf": "resource \"x_y\" \"z\" {\n count = 500\n v = \"0123456789\"\n}\n",
	}, Options{})
	if len(s.Resources) > maxResources || !strings.Contains(problems(s), "resources than the limit") {
		t.Errorf("%d resources; problems:\n%s", len(s.Resources), problems(s))
	}
}

// TestBudget: what runs out is told, and all that is left is unknown, not wrong.
func TestBudget(t *testing.T) {
	files := map[string][]byte{"main.tf": []byte("locals { l = range(1000) }\nresource \"x_y\" \"z\" {\n v = [for i in range(10) : local.l]\n}\nresource \"aws_sqs_queue\" \"q\" { name = \"q\" }\n")}
	for what, spend := range map[string]func(*budget){
		"values":                   func(b *budget) { b.leaves = 5_000 },
		"time":                     func(b *budget) { b.deadline = time.Now().Add(-time.Second) },
		"turns of for expressions": func(b *budget) { b.steps = 5 },
	} {
		p := newProject(source.MemoryTree(files), ".", Options{})
		spend(p.budget)
		s := p.load(Options{})
		if !declares(s, "aws_sqs_queue.q") || !strings.Contains(problems(s), "more "+what+" than the limit") {
			t.Errorf("%s: problems:\n%s", what, problems(s))
		}
		if v := property(t, s, "x_y.z", "v"); v.Kind == source.Null || v.Kind == source.List && len(v.Items) == 0 {
			t.Errorf("%s: what was not evaluated is %s", what, v.Kind)
		}
	}
}

// TestDeepModules: modules that call each other deeper than anyone would are cut off.
func TestDeepModules(t *testing.T) {
	files := map[string]string{"main.tf": "module \"m\" { source = \"./m\" }\nresource \"aws_sqs_queue\" \"q\" {}\n"}
	dir := ""
	for range maxModules + 5 {
		dir += "m/"
		files[dir+"main.tf"] = "module \"m\" { source = \"./m\" }\n"
	}
	s := loadFiles(t, files, Options{})
	if !declares(s, "aws_sqs_queue.q") || !strings.Contains(problems(s), fmt.Sprintf("more than %d levels of modules", maxModules)) {
		t.Errorf("problems:\n%s", problems(s))
	}
}

// TestSideBySide: roots that are read at the same time share nothing, though the
// built-in shims of one are lent to the next.
func TestSideBySide(t *testing.T) {
	for _, dir := range []string{"testdata/conditions", "testdata/shims"} {
		tree, err := source.OpenTree(dir, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := describe(Load(tree, ".", Options{}))
		got := make([]string, 4)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() { got[i] = describe(Load(tree, ".", Options{})) })
		}
		all.Wait()
		for _, text := range got {
			if text != want {
				t.Errorf("%s: %s", dir, firstDifference(text, want))
			}
		}
		tree.Close()
	}
}

// TestSensitive: what is sensitive is marked all the way, and no problem says it.
func TestSensitive(t *testing.T) {
	s := loadFiles(t, map[string]string{"main.tf": `
variable "password" {
  default   = "hunter2"
  sensitive = true
}
locals { deep = { a = [var.password] } }
resource "x_y" "z" {
  plain    = var.password
  text     = "p=${var.password}"
  inside   = jsonencode({ a = local.deep })
  number   = parseint(var.password, 10)
  harmless = "x"
}
`}, Options{})
	for _, name := range []string{"plain", "text", "inside"} {
		if v := property(t, s, "x_y.z", name); !v.Sensitive {
			t.Errorf("%s is not sensitive", name)
		}
	}
	if property(t, s, "x_y.z", "harmless").Sensitive {
		t.Error("harmless is sensitive")
	}
	if strings.Contains(problems(s), "hunter2") {
		t.Errorf("a problem says the password:\n%s", problems(s))
	}
}
