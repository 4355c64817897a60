package terraform

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// dynamic makes a function of n parameters of any type whose result says its own
// type.
func dynamicFunction(n int, impl func(args []cty.Value) (cty.Value, error)) function.Function {
	params := make([]function.Parameter, n)
	for i := range params {
		params[i] = function.Parameter{Name: fmt.Sprintf("p%d", i), Type: cty.DynamicPseudoType, AllowNull: true}
	}
	return function.New(&function.Spec{
		Params: params,
		Type: func(args []cty.Value) (cty.Type, error) {
			for _, a := range args {
				if !a.IsWhollyKnown() {
					return cty.DynamicPseudoType, nil
				}
			}
			v, err := impl(args)
			if err != nil {
				return cty.DynamicPseudoType, err
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return impl(args) },
	})
}

func collectionFunctions() map[string]function.Function {
	return map[string]function.Function{
		"length":    lengthFunction(),
		"lookup":    lookupFunction(),
		"coalesce":  coalesceFunction(),
		"index":     dynamicFunction(2, indexOf),
		"one":       oneFunction(),
		"sum":       dynamicFunction(1, sum),
		"alltrue":   dynamicFunction(1, func(a []cty.Value) (cty.Value, error) { return fold(a[0], true) }),
		"anytrue":   dynamicFunction(1, func(a []cty.Value) (cty.Value, error) { return fold(a[0], false) }),
		"transpose": dynamicFunction(1, transpose),
		"matchkeys": dynamicFunction(3, matchKeys),
	}
}

// lengthFunction counts the elements of a collection; what they are does not
// matter, so their marks do not either.
func lengthFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{anything},
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, marks := args[0].Unmark()
			t := v.Type()
			switch {
			case t.IsTupleType():
				return cty.NumberIntVal(int64(t.Length())).WithMarks(marks), nil
			case t.IsObjectType():
				return cty.NumberIntVal(int64(len(t.AttributeTypes()))).WithMarks(marks), nil
			case !v.IsKnown():
				return cty.UnknownVal(cty.Number).WithMarks(marks), nil
			case v.IsNull():
				return cty.NilVal, errors.New("argument must not be null")
			case t == cty.String:
				n, err := stdlib.Strlen(v)
				return n.WithMarks(marks), err
			case t.IsCollectionType():
				return v.Length().WithMarks(marks), nil
			}
			return cty.NilVal, errors.New("argument must be a string, a collection type, or a structural type")
		},
	})
}

func lookupFunction() function.Function {
	marked := function.Parameter{Name: "map", Type: cty.DynamicPseudoType, AllowMarked: true}
	return function.New(&function.Spec{
		Params:   []function.Parameter{marked, {Name: "key", Type: cty.String, AllowMarked: true}},
		VarParam: &anything,
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			m, mapMarks := args[0].Unmark()
			key, keyMarks := args[1].Unmark()
			switch {
			case !m.IsKnown() || !key.IsKnown():
				return cty.DynamicVal.WithMarks(mapMarks, keyMarks), nil
			case m.Type().IsObjectType() && m.Type().HasAttribute(key.AsString()):
				return m.GetAttr(key.AsString()).WithMarks(mapMarks, keyMarks), nil
			case m.Type().IsMapType() && m.HasIndex(key).True():
				return m.Index(key).WithMarks(mapMarks, keyMarks), nil
			case len(args) < 3:
				return cty.NilVal, fmt.Errorf("lookup failed to find key %q", key.AsString())
			}
			value := args[2]
			if m.Type().IsMapType() {
				if converted, err := convert.Convert(value, m.Type().ElementType()); err == nil {
					value = converted
				}
			}
			return value.WithMarks(mapMarks, keyMarks), nil
		},
	})
}

func coalesceFunction() function.Function {
	return function.New(&function.Spec{
		VarParam: &anything,
		Type: func(args []cty.Value) (cty.Type, error) {
			types := make([]cty.Type, len(args))
			for i, a := range args {
				types[i] = a.Type()
			}
			t, _ := convert.UnifyUnsafe(types)
			if t == cty.NilType {
				return t, errors.New("all arguments must have the same type")
			}
			return t, nil
		},
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			for _, a := range args {
				v, err := convert.Convert(a, t)
				if err != nil {
					return cty.NilVal, err
				}
				switch bare, marks := v.Unmark(); {
				case !bare.IsKnown():
					return cty.UnknownVal(t).WithMarks(marks), nil
				case bare.IsNull() || bare.Type() == cty.String && bare.AsString() == "":
				default:
					return v, nil
				}
			}
			return cty.NilVal, errors.New("no non-null, non-empty-string arguments")
		},
	})
}

func indexOf(args []cty.Value) (cty.Value, error) {
	t := args[0].Type()
	if args[0].IsNull() || !(t.IsListType() || t.IsTupleType()) {
		return cty.NilVal, errors.New("argument must be a list or tuple")
	}
	for it := args[0].ElementIterator(); it.Next(); {
		i, v := it.Element()
		if eq := v.Equals(args[1]); eq.IsKnown() && !eq.IsNull() && eq.True() {
			return i, nil
		}
	}
	return cty.NilVal, errors.New("item not found")
}

// oneFunction takes the only element of a list, with the element's own marks.
func oneFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{anything},
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, marks := args[0].Unmark()
			if !v.IsKnown() {
				return cty.DynamicVal.WithMarks(marks), nil
			}
			if t := v.Type(); v.IsNull() || !(t.IsListType() || t.IsSetType() || t.IsTupleType()) || v.LengthInt() > 1 {
				return cty.NilVal, errors.New("must be a list, set, or tuple value with either zero or one elements")
			}
			if v.LengthInt() == 0 {
				return cty.NullVal(cty.DynamicPseudoType).WithMarks(marks), nil
			}
			it := v.ElementIterator()
			it.Next()
			_, x := it.Element()
			return x.WithMarks(marks), nil
		},
	})
}

func sum(args []cty.Value) (cty.Value, error) {
	v := args[0]
	if v.IsNull() || !v.CanIterateElements() || v.LengthInt() == 0 {
		return cty.NilVal, errors.New("cannot sum an empty list")
	}
	total := new(big.Float)
	for it := v.ElementIterator(); it.Next(); {
		_, x := it.Element()
		x, err := convert.Convert(x, cty.Number)
		if err != nil || x.IsNull() {
			return cty.NilVal, errors.New("argument must be list, set, or tuple of number values")
		}
		total.Add(total, x.AsBigFloat())
	}
	return cty.NumberVal(total), nil
}

// fold is whether all elements are true, or any.
func fold(v cty.Value, all bool) (cty.Value, error) {
	if v.IsNull() || !v.CanIterateElements() {
		return cty.NilVal, errors.New("argument must be a list of bool")
	}
	for it := v.ElementIterator(); it.Next(); {
		_, x := it.Element()
		x, err := convert.Convert(x, cty.Bool)
		if err != nil {
			return cty.NilVal, err
		}
		if x.IsNull() && all || !x.IsNull() && x.True() != all {
			return cty.BoolVal(!all), nil
		}
	}
	return cty.BoolVal(all), nil
}

func transpose(args []cty.Value) (cty.Value, error) {
	v, err := convert.Convert(args[0], cty.Map(cty.List(cty.String)))
	if err != nil || v.IsNull() {
		return cty.NilVal, errors.New("argument must be a map of lists of strings")
	}
	lists := map[string][]cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		key, list := it.Element()
		if list.IsNull() {
			continue
		}
		for in := list.ElementIterator(); in.Next(); {
			_, s := in.Element()
			if s.IsNull() {
				return cty.NilVal, errors.New("input must not contain null string")
			}
			lists[s.AsString()] = append(lists[s.AsString()], key)
		}
	}
	if len(lists) == 0 {
		return cty.MapValEmpty(cty.List(cty.String)), nil
	}
	out := map[string]cty.Value{}
	for s, list := range lists {
		out[s] = cty.ListVal(list)
	}
	return cty.MapVal(out), nil
}

func matchKeys(args []cty.Value) (cty.Value, error) {
	for _, a := range args {
		if a.IsNull() || !a.CanIterateElements() || a.Type().IsObjectType() || a.Type().IsMapType() {
			return cty.NilVal, errors.New("arguments must be lists")
		}
	}
	values, keys := args[0].AsValueSlice(), args[1].AsValueSlice()
	if len(values) != len(keys) {
		return cty.NilVal, errors.New("length of keys and values should be equal")
	}
	var out []cty.Value
	for i, k := range keys {
		for _, wanted := range args[2].AsValueSlice() {
			if k.RawEquals(wanted) {
				out = append(out, values[i])
				break
			}
		}
	}
	if args[0].Type().IsListType() {
		if len(out) == 0 {
			return cty.ListValEmpty(args[0].Type().ElementType()), nil
		}
		return cty.ListVal(out), nil
	}
	return cty.TupleVal(out), nil
}
