package terraform

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// fileError is a file that cannot be read.
type fileError struct {
	name, reason string
	missing      bool
}

func (e fileError) Error() string { return fmt.Sprintf("%s: %s", e.name, e.reason) }

// read reads a file as Terraform would from the folder of the root, inside the
// tree only.
func (p *project) read(name string) (file string, content []byte, err error) {
	file, ok := p.resolvePath(name)
	if !ok {
		return "", nil, fileError{name: p.show(name), reason: "outside the folder that is scanned"}
	}
	content, err = p.tree.Read(file)
	if err != nil {
		return file, nil, fileError{p.show(name), reason(err), errors.Is(err, fs.ErrNotExist)}
	}
	return file, content, nil
}

// resolvePath is the name in the tree of a path that an expression gives.
func (p *project) resolvePath(name string) (string, bool) {
	if cwd := tokenText(p.symbols.named("path.cwd")); strings.HasPrefix(name, cwd) {
		name = strings.TrimPrefix(strings.TrimPrefix(name, cwd), "/")
	}
	if path.IsAbs(name) || strings.ContainsRune(name, 0) {
		return "", false
	}
	file := path.Join(p.root, name)
	return file, filepath.IsLocal(filepath.FromSlash(file))
}

// fileFunction makes a function over the content of a file. A file that is not
// there makes the result unknown, not the whole expression.
func (p *project) fileFunction(impl func(name string, content []byte) (cty.Value, error)) function.Function {
	return stringFunction(1, cty.String, func(a []string) (cty.Value, error) {
		file, content, err := p.read(a[0])
		if err != nil {
			return p.unread(a[0], err)
		}
		return impl(file, content)
	})
}

// unread is the result of a function whose file cannot be read.
func (p *project) unread(name string, err error) (cty.Value, error) {
	if p.strict > 0 { // inside try and can the error is the answer
		return cty.NilVal, err
	}
	if !token.MatchString(name) {
		p.unreadable = append(p.unreadable, err)
	}
	v, _ := p.symbols.derived("file("+p.show(name)+")", nil).Unmark()
	return v, nil
}

func (p *project) fileFunctions() map[string]function.Function {
	table := map[string]function.Function{
		"file": p.fileFunction(func(name string, content []byte) (cty.Value, error) {
			if !utf8.Valid(content) {
				return cty.NilVal, fmt.Errorf("contents of %q are not valid UTF-8", name)
			}
			return cty.StringVal(string(content)), nil
		}),
		"filebase64": p.fileFunction(func(_ string, content []byte) (cty.Value, error) { return cty.StringVal(base64Text(content)), nil }),
		"fileexists": stringFunction(1, cty.Bool, func(a []string) (cty.Value, error) {
			file, ok := p.resolvePath(a[0])
			if !ok || token.MatchString(a[0]) && !strings.HasPrefix(a[0], tokenText(p.symbols.named("path.cwd"))) {
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.BoolVal(p.tree.Has(file)), nil
		}),
		"fileset":    stringFunction(2, cty.Set(cty.String), func(a []string) (cty.Value, error) { return p.fileset(a[0], a[1]) }),
		"basename":   text1(func(s string) (string, error) { return path.Base(s), nil }),
		"dirname":    text1(func(s string) (string, error) { return path.Dir(s), nil }),
		"pathexpand": text1(func(s string) (string, error) { return s, nil }),
		"abspath": text1(func(s string) (string, error) {
			if path.IsAbs(s) || token.MatchString(s) {
				return path.Clean(s), nil
			}
			return path.Join(tokenText(p.symbols.named("path.cwd")), s), nil
		}),
		"templatefile": templateFunction(func(name string, vars cty.Value) (cty.Value, error) {
			file, content, err := p.read(name)
			if err != nil {
				return p.unread(name, err)
			}
			return p.render(file, content, vars)
		}),
		"templatestring": templateFunction(func(text string, vars cty.Value) (cty.Value, error) {
			return p.render("a template", []byte(text), vars)
		}),
	}
	for name := range digests {
		table["file"+name] = p.fileFunction(func(_ string, content []byte) (cty.Value, error) {
			return cty.StringVal(hex.EncodeToString(digest(name, content))), nil
		})
	}
	for _, name := range []string{"sha256", "sha512"} {
		table["filebase64"+name] = p.fileFunction(func(_ string, content []byte) (cty.Value, error) {
			return cty.StringVal(base64Text(digest(name, content))), nil
		})
	}
	return table
}

func templateFunction(impl func(text string, vars cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "template", Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl:   func(a []cty.Value, _ cty.Type) (cty.Value, error) { return impl(a[0].AsString(), a[1]) },
	})
}

// render evaluates a template with variables.
func (p *project) render(file string, content []byte, vars cty.Value) (cty.Value, error) {
	e := p.template(file, content)
	if e == nil {
		return cty.NilVal, errors.New("the template has syntax errors")
	}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: p.closedFunctions(p.mentioned(e).calls)}
	if !vars.IsNull() && vars.IsKnown() && (vars.Type().IsObjectType() || vars.Type().IsMapType()) {
		ctx.Variables = vars.AsValueMap()
	}
	v, diags := e.Value(ctx)
	if diags.HasErrors() {
		return cty.NilVal, fmt.Errorf("%s: %s", path.Base(file), firstSentence(diags[0].Summary+": "+diags[0].Detail))
	}
	return v, nil
}

// template parses a template, once for each text; nil where it cannot be parsed.
func (p *project) template(file string, content []byte) hclsyntax.Expression {
	key := file + "\x00" + string(content)
	if e, ok := p.templates[key]; ok {
		return e
	}
	if p.texts[file] == nil {
		p.texts[file] = newText(file, content)
	}
	p.templates[key] = nil
	tokens, _ := hclsyntax.LexTemplate(content, file, hcl.InitialPos)
	if _, deep := tooDeep(tokens); deep {
		return nil
	}
	e, diags := hclsyntax.ParseTemplate(content, file, hcl.InitialPos)
	if e == nil || diags.HasErrors() {
		return nil
	}
	p.own.rewrite(e)
	p.templates[key] = e
	return e
}

// maxFileset bounds the files that fileset looks at.
const maxFileset = 20_000

var errEnough = errors.New("enough files")

func (p *project) fileset(dir, pattern string) (cty.Value, error) {
	base, ok := p.resolvePath(dir)
	match, err := glob(pattern)
	if !ok || err != nil {
		return cty.UnknownVal(cty.Set(cty.String)), nil
	}
	var found []cty.Value
	n := 0
	closed := func(_ string, err error) error { return err }
	err = p.tree.Walk(base, func(string) bool { return false }, closed, func(name string, _ int64) error {
		if n++; n > maxFileset {
			return errEnough
		}
		if base != "." {
			name = strings.TrimPrefix(name, base+"/")
		}
		if match.MatchString(name) {
			found = append(found, cty.StringVal(name))
		}
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return cty.UnknownVal(cty.Set(cty.String)), nil
	case len(found) == 0:
		return cty.SetValEmpty(cty.String), nil
	}
	return cty.SetVal(found), nil
}

// glob is a pattern of fileset as a regular expression.
func glob(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > 1000 {
		return nil, errors.New("pattern too long")
	}
	r := regexp.QuoteMeta(pattern)
	for _, x := range [][2]string{{`\*\*/`, "(?:.*/)?"}, {`\*\*`, ".*"}, {`\*`, "[^/]*"}, {`\?`, "[^/]"}, {`\[`, "["}, {`\]`, "]"}} {
		r = strings.ReplaceAll(r, x[0], x[1])
	}
	if strings.Contains(r, `\{`) {
		r = strings.NewReplacer(`\{`, "(?:", `\}`, ")", ",", "|").Replace(r)
	}
	return regexp.Compile("^" + r + "$")
}
