package terraform

import (
	"embed"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// A shim stands in for a registry module that is not there: the resources that the
// module creates, under the names that it gives them, the variables that decide
// about them and its outputs, written as a Terraform module. What it declares has
// the place of the call. It may call other folders of shims by local paths, and
// learns from the variable "version", which no other module can have, which major
// version is called.
//
//go:embed shims
var shimFiles embed.FS

// shimRoot is the folder of shims among the files of a project. No file of a tree
// has such a name.
const shimRoot = "\x00shims"

var builtinShims = sync.OnceValue(func() *source.Tree {
	files := map[string][]byte{}
	_ = fs.WalkDir(shimFiles, "shims", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[path.Join(shimNamespace, strings.TrimPrefix(name, "shims"))], err = shimFiles.ReadFile(name)
		}
		return err
	})
	return source.MemoryTree(files)
})

// shimNamespace is whose modules the built-in shims stand for.
const shimNamespace = "terraform-aws-modules"

// shimFor is the stand-in for a module source; nil where there is none. Those of
// the user go before the built-in ones.
func (p *project) shimFor(src string) *config {
	namespace, name, ok := moduleName(src)
	if !ok {
		return nil
	}
	return p.shimIn(path.Join(namespace, name))
}

// shimIn is the shim in a folder; nil where there is none.
func (p *project) shimIn(dir string) *config {
	c, known := p.shims[dir]
	if !known {
		if p.userShims != nil {
			c = p.readShim(p.userShims, dir)
		}
		if c == nil {
			c = p.borrowShim(dir)
		}
		p.shims[dir] = c
	}
	return c
}

// lentShim is a parsed built-in shim. Its trees hold the state of an evaluation:
// one project at a time has it.
type lentShim struct {
	dir    string
	config *config
	owner  *owner
	texts  texts
}

// idleShims are the parsed built-in shims that no project has, by folder.
var idleShims = struct {
	sync.Mutex
	of map[string][]*lentShim
}{of: map[string][]*lentShim{}}

// borrowShim is a built-in shim, parsed anew where all that are parsed are lent.
func (p *project) borrowShim(dir string) *config {
	idleShims.Lock()
	var l *lentShim
	if idle := idleShims.of[dir]; len(idle) > 0 {
		l, idleShims.of[dir] = idle[len(idle)-1], idle[:len(idle)-1]
	}
	idleShims.Unlock()
	if l == nil {
		l = &lentShim{dir: dir, owner: &owner{}, texts: texts{}}
		reader := newProject(nil, ".", Options{})
		reader.own, reader.texts = l.owner, l.texts
		if l.config = reader.readShim(builtinShims(), dir); l.config == nil {
			return nil
		}
	}
	l.owner.project = p
	maps.Copy(p.texts, l.texts)
	p.lent = append(p.lent, l)
	return l.config
}

// giveBack ends the use of what was lent.
func (p *project) giveBack() {
	idleShims.Lock()
	defer idleShims.Unlock()
	for _, l := range p.lent {
		l.owner.project = nil
		idleShims.of[l.dir] = append(idleShims.of[l.dir], l)
	}
	p.lent = nil
}

// readShim reads the folder of a shim under a name that no file of the tree has.
func (p *project) readShim(tree *source.Tree, dir string) *config {
	names, err := tree.Names(dir)
	if err != nil {
		return nil
	}
	files := map[string][]byte{}
	for _, name := range configFiles(names) {
		if b, err := tree.Read(path.Join(dir, name)); err == nil {
			files[path.Join(shimRoot, dir, name)] = b
		}
	}
	if len(files) == 0 {
		return nil
	}
	return p.readConfig(source.MemoryTree(files), path.Join(shimRoot, dir))
}

// moduleName takes the namespace and the name out of a module's address, whatever
// the host: example.com/NAMESPACE/NAME/aws, the same from a Git server as
// NAMESPACE/terraform-aws-NAME. A module inside it adds its own name.
func moduleName(src string) (namespace, name string, ok bool) {
	src, _, _ = strings.Cut(src, "?")
	src = strings.TrimPrefix(src, "git::")
	if i := strings.Index(src, "://"); i >= 0 {
		src = src[i+3:]
	}
	src, inner, _ := strings.Cut(src, "//")
	src = strings.ReplaceAll(strings.TrimSuffix(src, ".git"), ":", "/")
	parts := strings.Split(src, "/")
	if n := len(parts); n >= 2 && strings.HasPrefix(parts[n-1], "terraform-aws-") {
		namespace, name = parts[n-2], strings.TrimPrefix(parts[n-1], "terraform-aws-")
	} else if n >= 3 && parts[n-1] == "aws" {
		namespace, name = parts[n-3], parts[n-2]
	} else {
		return "", "", false
	}
	if inner != "" {
		name = path.Join(name, path.Base(inner))
	}
	return namespace, name, !strings.Contains(namespace+name, "..")
}

// version is the major version of the module that a shim stands for, where the
// call says one.
func (m *module) version() (node, bool) {
	text, at := "", m.call.at
	if a := m.call.body.attr("version"); a != nil {
		text, at = literalText(a), a.expr.Range()
	} else if _, query, ok := strings.Cut(callSource(m.call), "?"); ok {
		if values, err := url.ParseQuery(query); err == nil {
			text = strings.TrimPrefix(values.Get("ref"), "v")
		}
	}
	major, ok := highestMajor(text)
	if !ok {
		return node{}, false
	}
	return node{m: m.parent, e: &hclsyntax.LiteralValueExpr{Val: cty.NumberIntVal(int64(major)), SrcRange: at}, sc: scope{closed: true}}, true
}

var versionTerm = regexp.MustCompile(`^\s*(=|~>|<=|<|)\s*v?(\d{1,6})((?:\.\d+)*)`)

// highestMajor is the highest major version that a version constraint allows
// (Terraform language documentation, Version Constraints), if there is one.
func highestMajor(constraint string) (major int, ok bool) {
	for term := range strings.SplitSeq(constraint, ",") {
		parts := versionTerm.FindStringSubmatch(term)
		if parts == nil || parts[1] == "~>" && parts[3] == "" { // ~> 4 allows version 5
			continue
		}
		n, _ := strconv.Atoi(parts[2])
		if parts[1] == "<" && strings.Trim(parts[3], ".0") == "" {
			n--
		}
		if !ok || n < major {
			major, ok = n, true
		}
	}
	return major, ok
}

// unknownArguments notes the arguments of a call that its shim knows nothing of: what goes
// into them may be used in any way.
func (p *project) unknownArguments(s *source.Stack, m *module) {
	n := node{m: m.parent}
	o := source.Opaque{Address: m.address, Source: callSource(m.call), At: p.place(n, m.call.at)}
	o.Inputs = m.parent.body(m.call.body, m.callScope, around{at: o.At})
	var unknown []source.Entry
	for _, e := range o.Inputs.Entries {
		if m.c.variables[e.Key] == nil && !callArguments[e.Key] {
			unknown = append(unknown, e)
		}
	}
	if o.Inputs.Entries = unknown; len(unknown) > 0 {
		s.Opaque = append(s.Opaque, o)
	}
}
