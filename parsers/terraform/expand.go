package terraform

import (
	"maps"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/serverlens/serverlens/parsers/source"
)

// expansion is what count or for_each makes of a block.
type expansion struct {
	counted   bool // by count
	keyed     bool // by for_each
	unknown   bool // how many there are is unknown: one instance stands for all
	instances []instance
}

type instance struct {
	key   string // "", `[0]`, `["k"]`, `[*]`
	index string // the key of for_each
	scope scope
	guard source.Guard
	maybe bool
}

// expand evaluates count and for_each of a resource, data source or module call.
func (m *module) expand(key string, b *block) *expansion {
	if x, ok := m.expansions[key]; ok {
		return x
	}
	single := &expansion{instances: []instance{{}}}
	count, each := b.body.attr("count"), b.body.attr("for_each")
	if count == nil && each == nil {
		m.expansions[key] = single
		return single
	}
	if !m.enter("the number of "+key, b.at) {
		return single
	}
	defer m.leave("the number of " + key)
	x := &expansion{counted: count != nil, keyed: count == nil}
	var number node
	if count != nil {
		number = node{m: m, e: count.expr}
		for _, c := range m.p.cases(number) {
			m.count(x, c)
		}
	} else {
		number = node{m: m, e: each.expr}
		for _, c := range m.p.cases(number) {
			m.each(x, c, m.namedKeys(key))
		}
	}
	m.p.switched(x, number)
	if m.p.truncate(&x.instances) {
		m.p.problem(source.Error, b.at, "%s has more than %d instances: the rest is not analysed", m.addr(key), maxInstances)
	}
	m.expansions[key] = x
	return x
}

// truncate cuts a list of instances to the limit and reports whether it did.
func (p *project) truncate(list *[]instance) bool {
	if len(*list) <= maxInstances {
		return false
	}
	*list = (*list)[:maxInstances]
	return true
}

// add adds an instance of one case. One that other cases have too exists
// whatever decides between them.
func (x *expansion) add(inst instance) {
	for i, old := range x.instances {
		if old.key == inst.key {
			x.instances[i].guard = nil
			return
		}
	}
	x.instances = append(x.instances, inst)
}

func (m *module) count(x *expansion, c alternative) {
	v, marks := c.value.Unmark()
	n, err := convert.Convert(v, cty.Number)
	if err != nil || !n.IsKnown() || n.IsNull() {
		x.unknown = true
		x.add(instance{key: "[*]", scope: countScope(0), guard: c.guard, maybe: true})
		return
	}
	most, _ := n.AsBigFloat().Int64()
	for i := range min(most, maxInstances+1) {
		x.add(instance{key: "[" + strconv.FormatInt(i, 10) + "]", scope: countScope(i), guard: c.guard, maybe: uncertain(marks)})
	}
}

func countScope(i int64) scope {
	return scope{}.with("count", bound{value: cty.ObjectVal(map[string]cty.Value{"index": cty.NumberIntVal(i)})})
}

// namedKeys are the keys of a resource or module that the configuration names, none
// where a plan will tell them all.
func (m *module) namedKeys(key string) map[string]bool {
	if m.p.hasPlan {
		return nil
	}
	return m.c.usage.keys[key]
}

// each adds the instances of one case of for_each. Of a collection that is unknown
// the keys are there that expressions name; without any, one instance stands for all.
func (m *module) each(x *expansion, c alternative, named map[string]bool) {
	v, marks := c.value.Unmark()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		x.unknown = true
		value := cty.DynamicVal.WithMarks(marks)
		for _, k := range slices.Sorted(maps.Keys(named)) {
			x.add(instance{key: "[" + strconv.Quote(k) + "]", index: k, scope: eachScope("each", cty.StringVal(k), value, node{}), guard: c.guard, maybe: true})
		}
		if len(named) == 0 {
			x.add(instance{key: "[*]", scope: eachScope("each", m.p.symbols.derived("each.key", marks), value, node{}), guard: c.guard, maybe: true})
		}
		return
	}
	for _, e := range m.p.elements(c.from, v, marks) {
		key, _ := e.key.Unmark()
		if key, err := convert.Convert(key, cty.String); err == nil && key.IsKnown() && !key.IsNull() {
			text := m.p.show(key.AsString())
			inst := instance{key: "[" + strconv.Quote(text) + "]", index: key.AsString(), guard: c.guard, maybe: uncertain(marks)}
			inst.scope = eachScope("each", e.key, e.value, e.from)
			x.add(inst)
		}
		if len(x.instances) > maxInstances {
			return
		}
	}
}

// eachScope is a scope with an iterator: its key and value, and where the value
// was written.
func eachScope(name string, key, value cty.Value, from node) scope {
	object := cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})
	return scope{}.with(name, bound{object, node{made: &made{names: []string{"value"}, kids: []node{from}, value: object}}})
}

// element is one element of a collection with where it was written.
type element struct {
	key, value cty.Value
	from       node
}

// elements takes a known collection apart. Marks that say something of the whole
// go to each element.
func (p *project) elements(n node, v cty.Value, marks cty.ValueMarks) []element {
	var out []element
	k := p.kids(n)
	for it := v.ElementIterator(); it.Next(); {
		if len(out) > maxInstances {
			return out
		}
		key, value := it.Element()
		from := k.of(v.Type(), key, value)
		if v.Type().IsSetType() {
			key = value
		}
		if !key.IsKnown() {
			_, own := key.Unmark()
			key = p.symbols.derived("each.key", own)
			if v.Type().IsSetType() {
				value = key
			}
		}
		if _, ok := marks[sensitiveMark{}]; ok {
			value = value.Mark(sensitiveMark{})
		}
		for _, name := range defaultsIn(marks) {
			value = value.Mark(defaultMark{name})
		}
		out = append(out, element{key, value, from})
	}
	return out
}

// collect makes the value of all instances from the value of each: a tuple for
// count, an object for for_each. Where it is unknown how many there are, it is known
// no more than what was asked for by keys that are written.
func (x *expansion) collect(m *module, address string, asked *asking, one func(i int) cty.Value) cty.Value {
	switch {
	case x.unknown && (asked.all || len(x.instances) == 0 || x.counted && len(x.instances) > 1):
		return x.some(m, address, asked, one)
	case x.unknown && x.counted:
		return sameAt(asked.keys, one(0))
	case x.counted:
		list := make([]cty.Value, len(x.instances))
		for i := range list {
			list[i] = one(i)
		}
		return cty.TupleVal(list)
	case x.keyed:
		object := map[string]cty.Value{}
		for i, inst := range x.instances {
			object[inst.index] = one(i)
		}
		return cty.ObjectVal(object)
	case len(x.instances) == 0:
		return cty.DynamicVal
	}
	return one(0)
}

// some is any number of instances: unknown, with the references of what is asked of
// them where that is one thing.
func (x *expansion) some(m *module, address string, asked *asking, one func(i int) cty.Value) cty.Value {
	var marks cty.ValueMarks
	if len(asked.attrs) == 1 && !asked.attrs["*"] {
		for i := range x.instances {
			_, own := one(i).UnmarkDeep()
			marks = unionMarks(marks, own)
		}
	}
	if len(marks) > 0 {
		return cty.DynamicVal.WithMarks(marks)
	}
	return cty.DynamicVal.Mark(refMark{id: m.p.symbols.of(address+"[*]", "")})
}

// sameAt is a list with the same value up to the last of some indexes.
func sameAt(keys []cty.Value, v cty.Value) cty.Value {
	var list []cty.Value
	for _, k := range keys {
		if k, err := convert.Convert(k, cty.Number); err == nil && k.IsKnown() && !k.IsNull() {
			last, _ := k.AsBigFloat().Int64()
			for len(list) <= int(min(last, maxInstances)) {
				list = append(list, v)
			}
		}
	}
	return cty.TupleVal(list)
}
