package analyzer_test

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// renamer calls what the author of a root has named r1, r2 and so on: resources,
// variables, locals, outputs, modules, physical names, states, files.
type renamer struct {
	to       map[string]string // by kind and name: "var.x", "aws_x.y", "data.aws_x.y", "output.x", "=physical"
	local    map[string]bool   // "folder module": its source is a folder
	written  map[string][]hclsyntax.Expression
	keys     map[string]bool // of objects: names are looked up by them
	physical []string        // the longest first
	states   map[string]string
	files    map[string]string // by base name
}

// renamedRoot is a root in which everything that an author names is called otherwise.
func renamedRoot(x root, s *source.Stack) root {
	n := &renamer{to: map[string]string{}, local: map[string]bool{}, written: map[string][]hclsyntax.Expression{}, keys: map[string]bool{}, states: map[string]string{}, files: map[string]string{}}
	all := x.configurations(s)
	for _, c := range all {
		n.declare(c)
	}
	for _, c := range all {
		n.collect(c)
	}
	n.readStates(s)
	n.compose(s)
	n.renameFiles(x, s)
	out := map[string][]byte{}
	for _, c := range all {
		out[c.file] = nil
	}
	for file := range s.Files {
		if to := n.files[path.Base(file)]; to != "" && x.files[file] != nil {
			out[file] = nil
			out[path.Join(path.Dir(file), to)] = []byte(n.document(string(x.files[file])))
		}
	}
	for i, c := range all {
		file := c.file
		if movable(file) {
			file = path.Join(path.Dir(file), fmt.Sprintf("r%d.tf", i+1))
		}
		out[file] = edited(c.src, n.edits(c))
	}
	return x.with(out)
}

func (n *renamer) name(key string) string {
	if n.to[key] == "" {
		n.to[key] = fmt.Sprintf("r%d", len(n.to)+1)
	}
	return n.to[key]
}

// declare notes what a file declares.
func (n *renamer) declare(c configuration) {
	attributes(c.body, nil, func(a *hclsyntax.Attribute, _ []*hclsyntax.Block) {
		visit(a.Expr, func(x hclsyntax.Node) bool {
			if e, ok := x.(*hclsyntax.ObjectConsExpr); ok {
				for _, i := range e.Items {
					n.keys[hcl.ExprAsKeyword(i.KeyExpr)] = true
				}
			}
			return true
		})
	})
	for _, b := range c.body.Blocks {
		switch b.Type {
		case "resource":
			n.name(b.Labels[0] + "." + b.Labels[1])
		case "data":
			n.name("data." + b.Labels[0] + "." + b.Labels[1])
		case "variable":
			n.name("var." + b.Labels[0])
		case "output":
			n.name("output." + b.Labels[0])
		case "module":
			n.name("module." + b.Labels[0])
			if a := b.Body.Attributes["source"]; a != nil {
				v, _ := a.Expr.Value(nil)
				n.local[path.Dir(c.file)+" "+b.Labels[0]] = strings.HasPrefix(v.AsString(), ".")
			}
		case "locals":
			for name, a := range b.Body.Attributes {
				n.name("local." + name)
				n.written["local."+name] = append(n.written["local."+name], a.Expr)
			}
		}
		for _, a := range b.Body.Attributes {
			switch {
			case b.Type == "variable" && a.Name == "default":
				n.written["var."+b.Labels[0]] = append(n.written["var."+b.Labels[0]], a.Expr)
			case b.Type == "module":
				n.written["var."+a.Name] = append(n.written["var."+a.Name], a.Expr)
			}
		}
	}
}

var (
	namesIt = regexp.MustCompile(`^((function|table|queue|topic|bucket|state_machine|role|policy|stream|rule|cluster|user_pool|api|event_bus)_)?name$|^bucket$|identifier$|^name_prefix$`)
	bare    = regexp.MustCompile(`^[-_]?([A-Za-z][\w-]{3,}?)[-_]?(\.fifo)?$`)
	telling = regexp.MustCompile(`(?i)^(default_)?(common_)?tags$`)
)

// ofAWS are names that are words of AWS as well.
var ofAWS = []string{"default", "lambda", "dynamodb", "events", "states", "apigateway", "firehose", "kinesis", "logs", "sqs", "sns", "ecs-tasks", "scheduler", "pipes", "cloudfront", "true", "false", "string", "number", "function", "table", "resource", "name", "step"}

// collect finds the physical names of resources, and the pieces that they are made of.
func (n *renamer) collect(c configuration) {
	for _, b := range c.body.Blocks {
		if b.Type != "resource" {
			continue
		}
		for _, a := range inOrder(b.Body) {
			if namesIt.MatchString(a.Name) {
				n.pieces(a.Expr, 0)
			}
		}
	}
}

func (n *renamer) pieces(e hclsyntax.Expression, depth int) {
	visit(e, func(x hclsyntax.Node) bool {
		switch x := x.(type) {
		case *hclsyntax.LiteralValueExpr:
			v, _ := x.Value(nil)
			if v.Type().FriendlyName() != "string" {
				return true
			}
			m := bare.FindStringSubmatch(v.AsString())
			if m != nil && !n.keys[m[1]] && !slices.Contains(ofAWS, strings.ToLower(m[1])) && !slices.Contains(n.physical, m[1]) {
				n.physical = append(n.physical, m[1])
				n.to["="+m[1]] = fmt.Sprintf("r%d-named", len(n.to)+1) // as telling as a name is
			}
		case *hclsyntax.ScopeTraversalExpr:
			if m := x.Traversal; depth < 5 && len(m) > 1 {
				if a, ok := m[1].(hcl.TraverseAttr); ok {
					for _, w := range n.written[m.RootName()+"."+a.Name] {
						n.pieces(w, depth+1)
					}
				}
			}
		}
		return true
	})
}

// compose adds the names that are put together of pieces, as other texts may have them.
func (n *renamer) compose(s *source.Stack) {
	longest := func(a, b string) int { return len(b) - len(a) }
	slices.SortFunc(n.physical, longest)
	pieces := slices.Clone(n.physical)
	for _, r := range s.Resources {
		for _, e := range r.Properties.Entries {
			if strings.HasPrefix(r.Type, "data.") || !namesIt.MatchString(e.Key) || e.Value.Kind != source.String || slices.Contains(n.physical, e.Value.Text) {
				continue
			}
			to := e.Value.Text
			for _, piece := range pieces {
				to = strings.ReplaceAll(to, piece, n.to["="+piece])
			}
			if to != e.Value.Text {
				n.to["="+e.Value.Text] = to
				n.physical = append(n.physical, e.Value.Text)
			}
		}
	}
	slices.SortFunc(n.physical, longest)
}

// ofStates are words of the Amazon States Language.
var ofStates = []string{"Parameters", "Retry", "Catch", "Choices", "Iterator", "ItemProcessor", "Branches", "States", "ResultSelector", "Arguments", "Output", "Assign", "ItemSelector", "ItemReader", "ResultWriter", "ProcessorConfig", "Task", "Pass", "Wait", "Choice", "Succeed", "Fail", "Map", "Parallel", "Key", "Item"}

func (n *renamer) readStates(s *source.Stack) {
	_, g := found(s)
	for _, x := range g.Nodes {
		if name := x.ID[strings.LastIndexByte(x.ID, '/')+1:]; x.Kind == graph.State && !slices.Contains(ofStates, name) && !slices.Contains(ofAWS, strings.ToLower(name)) {
			n.states[name] = n.name("state " + name)
		}
	}
}

// renameFiles gives other names to what the configuration reads.
func (n *renamer) renameFiles(x root, s *source.Stack) {
	for file := range s.Files {
		switch ext := path.Ext(file); ext {
		case ".json", ".yaml", ".yml", ".tpl", ".tftpl", ".asl":
			if x.files[file] != nil && !strings.Contains(file, ".terraform/") && !strings.HasSuffix(file, ".tf.json") && !strings.HasSuffix(file, "tfvars.json") {
				n.files[path.Base(file)] = n.name("file "+path.Base(file)) + ext
			}
		}
	}
}

var (
	commentInText = regexp.MustCompile(`("Comment"|Comment)(\s*[:=]\s*)"[^"]*"`)
	stateInText   = regexp.MustCompile(`"([^"]+)"(\s*:\s*\{)`)
	nextInText    = regexp.MustCompile(`("(?:Next|Default|StartAt)"\s*:\s*)"([^"]+)"`)
)

// document is the text of a definition, or a piece of it.
func (n *renamer) document(s string) string {
	s = commentInText.ReplaceAllString(s, `${1}${2}"r"`)
	s = stateInText.ReplaceAllStringFunc(s, func(m string) string {
		p := stateInText.FindStringSubmatch(m)
		if to := n.states[p[1]]; to != "" {
			return `"` + to + `"` + p[2]
		}
		return m
	})
	s = nextInText.ReplaceAllStringFunc(s, func(m string) string {
		p := nextInText.FindStringSubmatch(m)
		if to := n.states[p[2]]; to != "" {
			return p[1] + `"` + to + `"`
		}
		return m
	})
	var out strings.Builder
	for s != "" { // what a template interpolates are names of its own
		begin := strings.Index(s, "${")
		end := strings.IndexByte(s[begin+1:], '}') + begin + 2
		if begin < 0 || end < begin+2 {
			break
		}
		out.WriteString(n.text(s[:begin]) + s[begin:end])
		s = s[end:]
	}
	return out.String() + n.text(s)
}

// text is a piece of text with the names in it.
func (n *renamer) text(s string) string {
	if to := n.files[path.Base(s)]; to != "" {
		return strings.TrimSuffix(s, path.Base(s)) + to
	}
	if m := bare.FindStringSubmatch(s); m != nil && n.to["="+m[1]] != "" {
		return strings.Replace(s, m[1], n.to["="+m[1]], 1)
	}
	for _, name := range n.physical {
		if strings.Contains(s, name) {
			s = regexp.MustCompile(`(^[-_]?|[^\w-])`+regexp.QuoteMeta(name)+`([-_]?$|[^\w-])`).ReplaceAllString(s, "${1}"+n.to["="+name]+"${2}")
		}
	}
	return s
}

// edits are those of one file.
func (n *renamer) edits(c configuration) (out []edit) {
	tokens, _ := hclsyntax.LexConfig(c.src, c.file, hcl.InitialPos)
	for _, x := range tokens {
		if x.Type == hclsyntax.TokenComment {
			text := " "
			if strings.HasSuffix(string(x.Bytes), "\n") {
				text = "\n"
			}
			out = append(out, replace(x.Range, text))
		}
	}
	for _, b := range c.body.Blocks {
		key := map[string]string{"variable": "var.", "output": "output.", "module": "module."}[b.Type]
		switch {
		case b.Type == "data":
			out = append(out, replace(b.LabelRanges[1], `"`+n.to["data."+b.Labels[0]+"."+b.Labels[1]]+`"`))
		case b.Type == "resource":
			out = append(out, replace(b.LabelRanges[1], `"`+n.to[b.Labels[0]+"."+b.Labels[1]]+`"`))
		case key != "":
			out = append(out, replace(b.LabelRanges[0], `"`+n.to[key+b.Labels[0]]+`"`))
		}
	}
	attributes(c.body, nil, func(a *hclsyntax.Attribute, in []*hclsyntax.Block) {
		if e, ok := n.attribute(c, a, in); ok {
			out = append(out, e)
			return
		}
		visit(a.Expr, func(x hclsyntax.Node) bool {
			out = append(out, n.expression(c, a, x)...)
			return true
		})
		switch {
		case len(in) == 1 && in[0].Type == "locals":
			out = append(out, replace(a.NameRange, n.to["local."+a.Name]))
		case len(in) == 0 && strings.HasSuffix(c.file, ".tfvars"), len(in) == 1 && in[0].Type == "module" && n.local[path.Dir(c.file)+" "+in[0].Labels[0]]:
			if to := n.to["var."+a.Name]; to != "" {
				out = append(out, replace(a.NameRange, to))
			}
		}
	})
	return out
}

// attribute replaces an argument as a whole: what is said to people.
func (n *renamer) attribute(c configuration, a *hclsyntax.Attribute, in []*hclsyntax.Block) (edit, bool) {
	if a.Name == "description" || a.Name == "comment" {
		return replace(a.Expr.Range(), `"r"`), len(in) > 0 && in[0].Type != "locals" && in[0].Type != "module"
	}
	return edit{}, false
}

func (n *renamer) expression(c configuration, a *hclsyntax.Attribute, x hclsyntax.Node) (out []edit) {
	switch e := x.(type) {
	case *hclsyntax.LiteralValueExpr:
		if v, _ := e.Value(nil); v.Type().FriendlyName() == "string" && a.Name != "source" {
			raw := string(e.SrcRange.SliceBytes(c.src))
			out = append(out, replace(e.SrcRange, cmp.Or(n.states[raw], n.document(raw))))
		}
	case *hclsyntax.ScopeTraversalExpr:
		out = append(out, n.traversal(c, e.Traversal)...)
	case *hclsyntax.RelativeTraversalExpr: // module.x[each.key].output
		if i, ok := e.Source.(*hclsyntax.IndexExpr); ok {
			out = append(out, n.ofModule(c, i.Collection, e.Traversal)...)
		}
	case *hclsyntax.SplatExpr: // module.x[*].output
		if each, ok := e.Each.(*hclsyntax.RelativeTraversalExpr); ok {
			out = append(out, n.ofModule(c, e.Source, each.Traversal)...)
		}
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			out = append(out, n.item(c, a, item)...)
		}
	}
	return out
}

// item replaces the names of states, and what tags say.
func (n *renamer) item(c configuration, a *hclsyntax.Attribute, item hclsyntax.ObjectConsItem) (out []edit) {
	key := strings.Trim(string(item.KeyExpr.Range().SliceBytes(c.src)), `"`)
	value := strings.Trim(string(item.ValueExpr.Range().SliceBytes(c.src)), `"`)
	_, isObject := item.ValueExpr.(*hclsyntax.ObjectConsExpr)
	if to := n.states[key]; to != "" && isObject {
		out = append(out, replace(item.KeyExpr.Range(), `"`+to+`"`))
	}
	if to := n.states[value]; to != "" && slices.Contains(stateKeys, key) {
		out = append(out, replace(item.ValueExpr.Range(), `"`+to+`"`))
	}
	if _, isText := item.ValueExpr.(*hclsyntax.TemplateExpr); isText && (telling.MatchString(a.Name) || key == "Comment") {
		out = append(out, replace(item.ValueExpr.Range(), `"r"`))
	}
	return out
}

// step replaces one name of a mention.
func step(c configuration, t hcl.Traverser, to string) []edit {
	a, ok := t.(hcl.TraverseAttr)
	if !ok || to == "" {
		return nil
	}
	return []edit{{a.SrcRange.End.Byte - len(a.Name), a.SrcRange.End.Byte, to}}
}

func nameOf(t hcl.Traverser) string {
	a, _ := t.(hcl.TraverseAttr)
	return a.Name
}

func (n *renamer) traversal(c configuration, t hcl.Traversal) []edit {
	kind := t.RootName()
	switch {
	case kind == "data" && len(t) > 2:
		return step(c, t[2], n.to["data."+nameOf(t[1])+"."+nameOf(t[2])])
	case kind == "module" && len(t) > 1:
		out := step(c, t[1], n.to["module."+nameOf(t[1])])
		for i := 2; i < len(t) && i < 4; i++ {
			if out := append(out, n.output(c, nameOf(t[1]), t[i])...); nameOf(t[i]) != "" {
				return out
			}
		}
		return out
	case len(t) > 1:
		return step(c, t[1], n.to[kind+"."+nameOf(t[1])])
	}
	return nil
}

func (n *renamer) output(c configuration, module string, t hcl.Traverser) []edit {
	if !n.local[path.Dir(c.file)+" "+module] {
		return nil
	}
	return step(c, t, n.to["output."+nameOf(t)])
}

// ofModule replaces the output that is asked of some instances of a module.
func (n *renamer) ofModule(c configuration, of hclsyntax.Expression, t hcl.Traversal) []edit {
	m, ok := of.(*hclsyntax.ScopeTraversalExpr)
	if !ok || m.Traversal.RootName() != "module" || len(m.Traversal) < 2 || len(t) == 0 {
		return nil
	}
	return n.output(c, nameOf(m.Traversal[1]), t[0])
}
