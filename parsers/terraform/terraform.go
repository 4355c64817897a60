// Package terraform reads a Terraform or OpenTofu root module, native and JSON
// syntax, into a source.Stack: without providers, without init, and without
// running anything.
//
// It evaluates the whole language. What only a provider would know is a mention
// of the resource that would tell, and such mentions survive every expression:
// functions, templates, JSON documents and calls of modules.
//
// A managed resource has its Terraform type as Type and its full address:
// `module.api.aws_lambda_function.this["eu"]`. A data source has the type
// "data.aws_x" and the address data.aws_x.y. Where the number of instances is
// unknown there are those whose keys the configuration names; where it names none
// one stands for all, with the key [*]. What only the default of a variable of the
// root leaves out is there under a condition that is false. Nested blocks are a
// List of one Map for each block, as they are written; dynamic blocks are
// expanded. What Terraform itself reads of a resource, depends_on, lifecycle and
// provider, is its Metadata. The default tags of the provider are merged into
// tags_all.
package terraform

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/serverlens/serverlens/parsers/source"
)

// Options say what a root module does not.
type Options struct {
	Inputs []Input      // values of root variables; later ones win
	Plan   *Plan        // a plan or state of this root; nil for none
	Shims  *source.Tree // NAMESPACE/NAME/*.tf in it stands in for that registry module; nil for none
}

// Input is the value of a root variable, as after --var, or a file of values, as
// after --var-file.
type Input struct {
	Name, Value string
	File        *File
}

// File is a file that the caller has read, wherever it lies. Name is how places in
// it are told.
type File struct {
	Name string
	Text []byte
}

// project is one evaluation of a root module.
type project struct {
	tree       *source.Tree
	root       string // folder of the root module
	userShims  *source.Tree
	rootModule *module
	inputs     map[string]node     // values of the root's variables
	installed  map[string]string   // what terraform init has put where
	hasPlan    bool                // a plan will say which instances there are
	switches   map[string]position // variables of the root whose defaults leave something out
	turned     map[string]position // those of an earlier evaluation, as they are in this one

	texts      texts
	configs    map[string]*config
	shims      map[string]*config
	own        *owner      // of what is parsed for this project
	lent       []*lentShim // to this project, until it ends
	templates  map[string]hclsyntax.Expression
	mentions   map[hclsyntax.Expression]*mentions
	usage      usage
	symbols    symbols
	budget     *budget
	busy       map[string]bool // what is being evaluated
	refused    int             // how often something asked for itself
	missing    map[string]bool // undeclared names that were reported
	documents  map[string]*node
	problems   []source.Problem
	conditions []source.Condition

	funcs      map[string]function.Function // by the names that expressions call them by
	allFuncs   bool                         // funcs holds all that there are
	current    node                         // the expression that is being evaluated
	strict     int                          // depth of calls of try and can
	pieces     int                          // of the text at hand
	unreadable []error                      // files that a function could not read
	overflows  []string                     // functions that would have made too much
}

func newProject(tree *source.Tree, root string, opts Options) *project {
	p := &project{tree: tree, root: path.Clean(root), userShims: opts.Shims, hasPlan: opts.Plan != nil, texts: texts{}, configs: map[string]*config{}, shims: map[string]*config{},
		templates: map[string]hclsyntax.Expression{}, mentions: map[hclsyntax.Expression]*mentions{}, funcs: map[string]function.Function{}, usage: newUsage(),
		symbols: symbols{index: map[[2]string]int{}}, budget: newBudget(), busy: map[string]bool{}, missing: map[string]bool{},
		documents: map[string]*node{}, switches: map[string]position{}}
	p.own = &owner{p}
	return p
}

// Load reads the root module in the folder dir of the tree. It never fails: what
// cannot be read is a Problem of the stack.
func Load(tree *source.Tree, dir string, opts Options) *source.Stack {
	return newProject(tree, dir, opts).load(opts)
}

func (p *project) load(opts Options) *source.Stack {
	defer p.giveBack()
	c := p.config(p.root)
	if c == nil {
		p.problem(source.Error, hcl.Range{Filename: p.root}, "cannot read the folder")
		return p.stack()
	}
	p.readManifest()
	p.enterRoot(c, opts)
	s := p.stack()
	if opts.Plan != nil {
		p.overlay(s, opts.Plan)
		p.finish(s)
		return s
	}
	p.addSwitched(s, opts)
	return s
}

// enterRoot makes a configuration the root module, with the values of its variables.
func (p *project) enterRoot(c *config, opts Options) {
	p.usage.merge(c.usage)
	p.rootModule = p.newModule(c, nil, nil, instance{})
	p.readInputs(opts)
}

// readManifest reads where terraform init has put the modules.
func (p *project) readManifest() {
	p.installed = map[string]string{}
	b, err := p.tree.Read(path.Join(p.root, ".terraform/modules/modules.json"))
	if err != nil {
		return
	}
	var manifest struct{ Modules []struct{ Key, Dir string } }
	if json.Unmarshal(b, &manifest) != nil {
		return
	}
	for _, m := range manifest.Modules {
		if m.Key != "" {
			p.installed[m.Key] = m.Dir
		}
	}
}

// files are those that were read, by the names of their locations.
func (p *project) files() map[string][]byte {
	out := map[string][]byte{}
	for name, t := range p.texts {
		if t.outer == nil && name == t.Name() && !strings.HasPrefix(name, shimRoot) {
			out[name] = t.src
		}
	}
	return out
}
