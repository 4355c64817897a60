package sam

import (
	"slices"

	"github.com/serverlens/serverlens/parsers/source"
)

// keyed is entries in order that are found by their key.
type keyed struct {
	items []source.Entry
	index map[string]int // nil as long as there are few
}

// fewItems is how many items are searched one by one.
const fewItems = 16

// find is the place of a key among the items, and whether it is there.
func (k *keyed) find(key string) (int, bool) {
	if len(k.items) <= fewItems {
		i := slices.IndexFunc(k.items, func(e source.Entry) bool { return e.Key == key })
		return i, i >= 0
	}
	if k.index == nil {
		k.index = make(map[string]int, 2*len(k.items))
		for i := range k.items {
			k.index[k.items[i].Key] = i
		}
	}
	i, ok := k.index[key]
	return i, ok
}

// add adds an item whose key is not there.
func (k *keyed) add(e source.Entry) {
	k.items = append(k.items, e)
	if k.index != nil {
		k.index[e.Key] = len(k.items) - 1
	}
}

// at is the place of a key among the items; the key is added where it is missing.
func (k *keyed) at(key string, keyAt source.Location) int {
	i, ok := k.find(key)
	if !ok {
		i = len(k.items)
		k.add(source.Entry{Key: key, KeyAt: keyAt})
	}
	return i
}

// set sets the value of a key.
func (k *keyed) set(key string, keyAt source.Location, v source.Value) {
	i := k.at(key, keyAt)
	k.items[i].Value = v
}

// overlay is a document with entries set in the map at a path, all at once.
func overlay(doc source.Value, entries []source.Entry, path ...string) source.Value {
	if len(entries) == 0 || doc.Kind != source.Map {
		return doc
	}
	var k keyed
	for _, e := range slices.Concat(doc.Get(path...).Entries, entries) {
		k.set(e.Key, e.KeyAt, e.Value)
	}
	at := entries[0].KeyAt
	return setIn(doc, at, source.MapOf(at, k.items...), path...)
}

// routes is the paths of an OpenAPI document while events add to them.
type routes struct {
	keyed
	entry source.Entry // "paths" as the document has it
	fixed bool         // an intrinsic decides the paths: nothing can be added
}

func routesOf(doc source.Value) routes {
	var r routes
	entry, ok := doc.Entry("paths")
	if r.entry = entry; !ok {
		r.entry = source.Entry{Key: "paths", KeyAt: doc.At}
	}
	r.fixed = entry.Value.Kind == source.Unknown
	for _, item := range entry.Value.Entries {
		r.set(item.Key, item.KeyAt, item.Value)
	}
	return r
}

// item is what a path has: Unset if nothing.
func (r *routes) item(path string) source.Value {
	if i, ok := r.find(path); ok {
		return r.items[i].Value
	}
	return source.Value{}
}

// operation is what a path has under a method: Unset if nothing.
func (r *routes) operation(path, method string) source.Value {
	for _, item := range r.item(path).Cases() {
		for _, m := range item.Entries[:min(len(item.Entries), maxCompared)] {
			if methodName(m.Key) == method {
				return m.Value
			}
		}
	}
	return source.Value{}
}

// add adds an operation. What the document says of it already stays, unless the
// operation says it too.
func (r *routes) add(path, method place, op source.Value) {
	if old := r.operation(path.text, method.text); old.Kind == source.Map {
		op = op.Apply(func(c source.Value) source.Value {
			for _, o := range old.Entries {
				if _, ok := c.Entry(o.Key); !ok && c.Kind == source.Map {
					c = with(c, o)
				}
			}
			return c
		})
	}
	r.put(path, method, op)
}

// put sets the operation of a method of a path.
func (r *routes) put(path, method place, op source.Value) {
	i := r.at(path.text, path.at)
	if absent(r.items[i].Value) {
		r.items[i].Value = source.MapOf(path.at)
	}
	r.items[i].Value = r.items[i].Value.Apply(func(c source.Value) source.Value {
		if c.Kind != source.Map {
			return c
		}
		for _, m := range c.Entries[:min(len(c.Entries), maxCompared)] {
			if methodName(m.Key) == method.text {
				return with(c, source.Entry{Key: m.Key, KeyAt: m.KeyAt, Value: op})
			}
		}
		if len(c.Entries) >= maxCompared {
			return c
		}
		return with(c, source.Entry{Key: method.text, KeyAt: method.at, Value: op})
	})
}

// each applies f to each path item.
func (r *routes) each(f func(path string, item source.Value) source.Value) {
	for i, p := range r.items {
		r.items[i].Value = p.Value.Apply(func(item source.Value) source.Value {
			if item.Kind != source.Map {
				return item
			}
			return f(p.Key, item)
		})
	}
}

// eachOperation applies f to each operation that has an integration.
func (r *routes) eachOperation(f func(method string, op source.Value) source.Value) {
	r.each(func(_ string, item source.Value) source.Value {
		item.Entries = slices.Clone(item.Entries)
		for i, m := range item.Entries {
			if !isMethod(m.Key) {
				continue
			}
			item.Entries[i].Value = m.Value.Apply(func(op source.Value) source.Value {
				if op.Kind != source.Map || absent(op.Get(integrationKey)) {
					return op
				}
				return f(methodName(m.Key), op)
			})
		}
		return item
	})
}

// in is a document with these paths.
func (r *routes) in(doc source.Value) source.Value {
	if r.fixed || doc.Kind != source.Map || len(r.items) == 0 {
		return doc
	}
	entry := r.entry
	entry.Value = source.MapOf(entry.Value.At, r.items...).WithDef(entry.Value.Def())
	if entry.Value.At.IsZero() {
		entry.Value.At = doc.At
	}
	return with(doc, entry)
}
