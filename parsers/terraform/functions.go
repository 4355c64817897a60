package terraform

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/ext/customdecode"
	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions is a table of functions that holds those of the given names, as far as
// Terraform has them. It grows as others are asked for.
func (p *project) functions(names []string) map[string]function.Function {
	for _, name := range names {
		if _, made := p.funcs[name]; !made && !p.allFuncs && !p.makeFunction(name) {
			p.makeFunctions()
		}
	}
	return p.funcs
}

// makeFunctions makes all functions, so that hcl can tell of one with a name like
// that of one that there is not.
func (p *project) makeFunctions() {
	p.allFuncs = true
	for _, table := range []map[string]function.Function{library(), p.fileFunctions(), {"try": {}, "can": {}}} {
		for name := range table {
			p.makeFunction(name)
			p.makeFunction("core::" + name)
		}
	}
}

// closedFunctions is functions for a template, which cannot render templates.
func (p *project) closedFunctions(names []string) map[string]function.Function {
	table := maps.Clone(p.functions(names))
	for _, name := range []string{"templatefile", "templatestring", "core::templatefile", "core::templatestring"} {
		delete(table, name)
	}
	return table
}

// makeFunction makes a function, and reports whether there is one of that name.
func (p *project) makeFunction(name string) bool {
	plain := strings.TrimPrefix(name, "core::")
	switch f, ok := library()[plain]; {
	case ok:
		p.funcs[name] = p.total(plain, f)
	case plain == "try":
		p.funcs[name] = p.try()
	case plain == "can":
		p.funcs[name] = p.can()
	default:
		if f, ok = p.fileFunctions()[plain]; ok {
			p.funcs[name] = p.total(plain, f)
		}
		return ok
	}
	return true
}

// library is Terraform's functions that read no file, but for try and can
// (Terraform language documentation, Functions). Many are cty's own; Terraform's
// differ from those of the same name in length, lookup, coalesce, index and replace.
var library = sync.OnceValue(func() map[string]function.Function {
	table := map[string]function.Function{
		"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "chomp": stdlib.ChompFunc, "chunklist": stdlib.ChunklistFunc,
		"coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc,
		"csvdecode": stdlib.CSVDecodeFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc,
		"floor": stdlib.FloorFunc, "format": stdlib.FormatFunc, "formatdate": stdlib.FormatDateFunc, "formatlist": stdlib.FormatListFunc,
		"indent": stdlib.IndentFunc, "join": stdlib.JoinFunc, "jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc,
		"keys": stdlib.KeysFunc, "log": stdlib.LogFunc, "lower": stdlib.LowerFunc, "max": stdlib.MaxFunc, "merge": stdlib.MergeFunc,
		"min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "range": stdlib.RangeFunc, "regex": stdlib.RegexFunc,
		"regexall": stdlib.RegexAllFunc, "reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc,
		"setproduct": stdlib.SetProductFunc, "setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc, "signum": stdlib.SignumFunc,
		"slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "split": stdlib.SplitFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc,
		"timeadd": stdlib.TimeAddFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc,
		"trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc, "upper": stdlib.UpperFunc, "values": stdlib.ValuesFunc,
		"zipmap": stdlib.ZipmapFunc, "yamldecode": ctyyaml.YAMLDecodeFunc, "yamlencode": ctyyaml.YAMLEncodeFunc,
		"tobool": stdlib.MakeToFunc(cty.Bool), "tonumber": stdlib.MakeToFunc(cty.Number), "tostring": stdlib.MakeToFunc(cty.String),
		"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
	}
	maps.Copy(table, textFunctions())
	maps.Copy(table, collectionFunctions())
	maps.Copy(table, networkFunctions())
	return table
})

// writes are the functions that write their arguments into a document. There an
// unknown part becomes a token, so that the rest stays readable.
var writes = map[string]bool{"jsonencode": true, "yamlencode": true, "templatefile": true, "templatestring": true, "format": true, "join": true, "formatlist": true}

// scrambles are the functions whose result may have lost a token of its input.
var scrambles = map[string]bool{"md5": true, "sha1": true, "sha256": true, "sha512": true, "base64sha256": true, "base64sha512": true,
	"base64encode": true, "base64gzip": true, "base64decode": true, "substr": true, "strrev": true, "uuidv5": true, "textencodebase64": true,
	"cidrhost": true, "trim": true, "replace": true, "formatdate": true, "timeadd": true, "title": true}

// anything is a parameter that takes every value as it is.
var anything = function.Parameter{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true}

// total makes a function that fails on unknown or marked input give something
// unknown that still carries the references.
func (p *project) total(name string, f function.Function) function.Function {
	return function.New(&function.Spec{
		VarParam: &anything,
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl:     func(args []cty.Value, _ cty.Type) (cty.Value, error) { return p.call(name, f, args) },
	})
}

// taint is the marks of all arguments, and whether there are any or something is
// unknown.
func taint(args []cty.Value) (marks cty.ValueMarks, tainted bool) {
	all := make([]cty.ValueMarks, len(args))
	for i, a := range args {
		_, all[i] = a.UnmarkDeep()
		tainted = tainted || len(all[i]) > 0 || !a.IsWhollyKnown()
	}
	return unionMarks(all...), tainted
}

func (p *project) call(name string, f function.Function, args []cty.Value) (cty.Value, error) {
	in := make([]cty.Value, len(args))
	for i, a := range args {
		if writes[name] {
			a = p.symbols.symbolise(a, name+"(…)")
		}
		converted, err := convert.Convert(a, parameterType(f, i))
		if err != nil {
			if marks, tainted := taint(args); tainted {
				return cty.DynamicVal.WithMarks(marks), nil
			}
			return cty.NilVal, function.NewArgError(i, err)
		}
		in[i] = converted
	}
	if grows(name, in) {
		marks, _ := taint(args)
		p.overflows = append(p.overflows, name)
		return p.symbols.derived(name+"(…)", marks), nil
	}
	v, err := f.Call(in)
	if err != nil {
		marks, tainted := taint(args)
		if _, isFile := err.(fileError); isFile || !tainted {
			return cty.NilVal, err
		}
		if t, e := f.ReturnTypeForValues(in); e == nil && t == cty.String {
			return p.symbols.derived(name+"(…)", marks), nil
		}
		return cty.DynamicVal.WithMarks(marks), nil
	}
	if !v.IsWhollyKnown() { // some functions drop marks beside an argument of unknown type
		marks, _ := taint(args)
		return v.WithMarks(marks), nil
	}
	if name == "replace" && !token.MatchString(primitiveText(in[1])) && primitiveText(v) == primitiveText(in[0]) {
		return in[0], nil // nothing was found: what would have taken its place is no part of the result
	}
	if scrambles[name] && lostToken(v, in) {
		marks, _ := taint(args)
		return p.symbols.derived(name+"(…)", marks), nil
	}
	return v, nil
}

func parameterType(f function.Function, i int) cty.Type {
	if ps := f.Params(); i < len(ps) {
		return ps[i].Type
	}
	if v := f.VarParam(); v != nil {
		return v.Type
	}
	return cty.DynamicPseudoType
}

// lostToken reports whether a text holds fewer tokens than what it was made of.
func lostToken(v cty.Value, in []cty.Value) bool {
	bare, _ := v.Unmark()
	if bare.Type() != cty.String || bare.IsNull() {
		return false
	}
	n := 0
	for _, a := range in {
		n += len(token.FindAllString(primitiveText(a), -1))
	}
	return n > 0 && len(token.FindAllString(bare.AsString(), -1)) < n
}

// size is the number of bytes or elements of a value.
func size(v cty.Value) int {
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown() || v.IsNull():
	case v.Type() == cty.String:
		return len(v.AsString())
	case v.CanIterateElements():
		return v.LengthInt()
	}
	return 0
}

var wideVerb = regexp.MustCompile(`%[^%a-zA-Z]*(\d{5,}|\*)`)

// grows reports whether a function would multiply its input beyond all limits,
// which must be known before it runs.
func grows(name string, in []cty.Value) bool {
	switch name {
	case "setproduct":
		n := 1
		for _, a := range in {
			if n *= max(1, size(a)); n > 100_000 {
				return true
			}
		}
	case "replace":
		return len(in) == 3 && size(in[0])*max(1, size(in[2])) > 16*maxValue
	case "join":
		n := 0
		for _, a := range in[min(1, len(in)):] {
			n += size(a)
		}
		return len(in) > 0 && size(in[0])*n > 16*maxValue
	case "indent":
		return len(in) == 2 && (size(in[1]) > maxValue/64 || tooWide(in[0]))
	case "format", "formatlist":
		return len(in) > 0 && wideVerb.MatchString(primitiveText(in[0]))
	case "pow", "parseint":
		return len(in) == 2 && (tooWide(in[1]) || size(in[0]) > 1000)
	}
	return false
}

// tooWide reports whether a number is beyond use as a width or an exponent.
func tooWide(v cty.Value) bool {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.Number {
		return false
	}
	f, _ := v.AsBigFloat().Float64()
	return f > 10_000 || f < -10_000
}

// closures is a parameter that hands over expressions unevaluated.
var closures = function.Parameter{Name: "expressions", Type: customdecode.ExpressionClosureType}

// try is the value of the first expression that has one. Unlike Terraform's, it
// goes on with what is unknown: that is configured, only not known here.
func (p *project) try() function.Function {
	return function.New(&function.Spec{
		VarParam: &closures,
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p.strict++
			defer func() { p.strict-- }()
			for _, a := range args {
				if v, diags := customdecode.ExpressionClosureFromVal(a).Value(); !diags.HasErrors() {
					return v, nil
				}
			}
			return cty.NilVal, fmt.Errorf("no expression succeeded")
		},
	})
}

// can is whether an expression has a value.
func (p *project) can() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{closures},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p.strict++
			defer func() { p.strict-- }()
			v, diags := customdecode.ExpressionClosureFromVal(args[0]).Value()
			if diags.HasErrors() {
				return cty.False, nil
			}
			if bare, marks := v.UnmarkDeep(); !bare.IsWhollyKnown() {
				return cty.UnknownVal(cty.Bool).WithMarks(marks), nil
			}
			return cty.True, nil
		},
	})
}
