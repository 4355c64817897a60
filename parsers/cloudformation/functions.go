package cloudformation

import (
	"net/netip"
	"strconv"

	"github.com/serverlens/serverlens/parsers/source"
)

// selectItem is Fn::Select: an index and a list.
func (t *template) selectItem(c call, s scope) source.Value {
	args, ok := t.operands(c, s, 2, 2)
	if !ok {
		return unknown(describeCall(c), c.at)
	}
	return combine(describeCall(c), c.at, args, func(args []source.Value) source.Value {
		index, list := args[0], args[1]
		if index.Kind == source.Unknown || list.Kind == source.Unknown {
			return unknown(describeCall(c), c.at, args...)
		}
		text, _ := index.AsString()
		i, err := strconv.Atoi(text)
		if err != nil || list.Kind != source.List {
			return t.fail(c, "takes an index and a list")
		}
		if mayShrink(list) {
			return unknown(describeCall(c), c.at, list)
		}
		if i < 0 || i >= len(list.Items) {
			if list.Default {
				return unknown(describeCall(c), c.at, list) // a default that only says that nothing is given
			}
			return t.fail(c, "has no item %d in a list of %d", i, len(list.Items))
		}
		v := list.Items[i]
		inherit(&v, index)
		return v
	})
}

// mayShrink reports whether an open condition takes items out of a list.
func mayShrink(list source.Value) bool {
	for _, item := range list.Items {
		for _, v := range item.Cases() {
			if v.Kind == source.Unset {
				return true
			}
		}
	}
	return false
}

func (t *template) length(c call, s scope) source.Value {
	arg := t.eval(c.arg, s)
	return combine(describeCall(c), c.at, []source.Value{arg}, func(args []source.Value) source.Value {
		switch list := args[0]; {
		case list.Kind == source.Unknown || list.Kind == source.List && mayShrink(list):
			return unknown(describeCall(c), c.at, list)
		case list.Kind != source.List:
			return t.fail(c, "takes a list")
		default:
			n := source.NumberOf(float64(len(list.Items)), c.at)
			inherit(&n, list)
			return n
		}
	})
}

// findInMap is Fn::FindInMap: the name of a mapping, two keys, and maybe
// {DefaultValue: …} of the language extensions.
func (t *template) findInMap(c call, s scope) source.Value {
	args, ok := t.operands(c, s, 3, 4)
	if !ok {
		return unknown(describeCall(c), c.at)
	}
	text := describeCall(c)
	keys, fallback := args[:3], source.Value{}
	if len(args) == 4 {
		fallback = args[3].Get("DefaultValue")
	}
	return combine(text, c.at, keys, func(keys []source.Value) source.Value {
		v := t.sections.mappings
		var path [3]string
		for i, key := range keys {
			name, ok := key.AsString()
			if !ok && key.Kind != source.Unknown {
				return t.fail(c, "takes the name of a mapping and two keys")
			}
			if !ok {
				return unknown(text, c.at, keys...)
			}
			path[i] = name
		}
		if v = v.Get(path[:]...); v.Kind == source.Unset {
			if fallback.Kind != source.Unset {
				return fallback
			}
			t.problem(source.Warning, c.at, "the mappings have no %s.%s.%s", path[0], path[1], path[2])
			return unknown(text, c.at, keys...)
		}
		v = placed(v, c.at)
		for _, key := range keys {
			inherit(&v, key)
		}
		return v
	})
}

// cidr is Fn::Cidr: a block, how many, and how many bits each leaves to hosts.
func (t *template) cidr(c call, s scope) source.Value {
	args, ok := t.operands(c, s, 2, 3)
	if !ok {
		return unknown(describeCall(c), c.at)
	}
	return combine(describeCall(c), c.at, args, func(args []source.Value) source.Value {
		open := unknown(describeCall(c), c.at, args...)
		for _, a := range args {
			if _, known := a.AsString(); !known && a.Kind != source.Unknown {
				return t.fail(c, "takes a block, a count and bits")
			} else if !known {
				return open
			}
		}
		block, err := netip.ParsePrefix(args[0].Text)
		count, err2 := strconv.Atoi(args[1].Text)
		bits := 8
		var err3 error
		if len(args) == 3 {
			bits, err3 = strconv.Atoi(args[2].Text)
		}
		if err != nil || err2 != nil || err3 != nil || count < 1 || count > 256 || bits < 1 {
			return t.fail(c, "takes a block, a count from 1 to 256 and bits")
		}
		if !block.Addr().Is4() || bits > 31 { // whole numbers of 32 bits do below
			return open
		}
		out := source.Value{Kind: source.List, At: c.at}
		first := block.Masked().Addr().As4()
		start := uint64(first[0])<<24 | uint64(first[1])<<16 | uint64(first[2])<<8 | uint64(first[3])
		for i := range uint64(count) {
			n := start + i<<bits
			if n+1<<bits > start+1<<(32-block.Bits()) {
				return t.fail(c, "does not find %d blocks of %d bits in %s", count, bits, block)
			}
			addr := netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
			item := source.StringOf(netip.PrefixFrom(addr, 32-bits).String(), c.at)
			for _, a := range args {
				inherit(&item, a)
			}
			out.Items = append(out.Items, item)
		}
		return out
	})
}
