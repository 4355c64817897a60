package terraform

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"
)

func networkFunctions() map[string]function.Function {
	prefix := function.Parameter{Name: "prefix", Type: cty.String}
	number := function.Parameter{Name: "number", Type: cty.Number}
	text := func(params []function.Parameter, impl func(n network, numbers []int) (string, error)) function.Function {
		return function.New(&function.Spec{Params: params, Type: function.StaticReturnType(cty.String),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				n, numbers, err := networkArguments(args)
				if err != nil {
					return cty.NilVal, err
				}
				s, err := impl(n, numbers)
				return cty.StringVal(s), err
			}})
	}
	return map[string]function.Function{
		"cidrhost":    text([]function.Parameter{prefix, number}, func(n network, a []int) (string, error) { return n.host(a[0]) }),
		"cidrnetmask": text([]function.Parameter{prefix}, func(n network, _ []int) (string, error) { return n.mask() }),
		"cidrsubnet": text([]function.Parameter{prefix, number, number}, func(n network, a []int) (string, error) {
			return n.subnet(a[0], a[1])
		}),
		"cidrsubnets": function.New(&function.Spec{Params: []function.Parameter{prefix}, VarParam: &number,
			Type: function.StaticReturnType(cty.List(cty.String)),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				n, bits, err := networkArguments(args)
				if err != nil {
					return cty.NilVal, err
				}
				return n.subnets(bits)
			}}),
		"uuidv5": stringFunction(2, cty.String, func(a []string) (cty.Value, error) { return uuidV5(a[0], a[1]) }),
	}
}

// network is a prefix of addresses: its first address as a number, its length
// and the number of bits of an address.
type network struct {
	first      *big.Int
	bits, size int
}

func networkArguments(args []cty.Value) (n network, numbers []int, err error) {
	p, err := netip.ParsePrefix(args[0].AsString())
	if err != nil {
		return n, nil, fmt.Errorf("invalid CIDR expression: %w", err)
	}
	p = p.Masked()
	n = network{new(big.Int).SetBytes(p.Addr().AsSlice()), p.Bits(), p.Addr().BitLen()}
	for _, a := range args[1:] {
		var x int
		if err := gocty.FromCtyValue(a, &x); err != nil {
			return n, nil, err
		}
		numbers = append(numbers, x)
	}
	return n, numbers, nil
}

func (n network) address(number *big.Int) string {
	b := number.FillBytes(make([]byte, n.size/8))
	a, _ := netip.AddrFromSlice(b)
	return a.String()
}

// span is the number of addresses of a prefix of so many bits.
func (n network) span(bits int) *big.Int {
	return new(big.Int).Lsh(big.NewInt(1), uint(n.size-bits))
}

func (n network) host(number int) (string, error) {
	at := big.NewInt(int64(number))
	if number < 0 {
		at.Add(at, n.span(n.bits))
	}
	if at.Sign() < 0 || at.Cmp(n.span(n.bits)) >= 0 {
		return "", fmt.Errorf("prefix of %d does not accommodate a host numbered %d", n.bits, number)
	}
	return n.address(at.Add(at, n.first)), nil
}

func (n network) mask() (string, error) {
	if n.size != 32 {
		return "", errors.New("only IPv4 networks are supported")
	}
	ones := new(big.Int).Sub(n.span(0), n.span(n.bits))
	return n.address(ones), nil
}

func (n network) subnet(newBits, number int) (string, error) {
	bits := n.bits + newBits
	if newBits < 0 || newBits > 32 || bits > n.size {
		return "", fmt.Errorf("not enough remaining address space to extend a prefix of %d bits by %d", n.bits, newBits)
	}
	at := big.NewInt(int64(number))
	if number < 0 || at.BitLen() > newBits {
		return "", fmt.Errorf("prefix extension of %d does not accommodate a subnet numbered %d", newBits, number)
	}
	at.Mul(at, n.span(bits))
	return fmt.Sprintf("%s/%d", n.address(at.Add(at, n.first)), bits), nil
}

// subnets lays out prefixes one after the other, each aligned to its own size.
func (n network) subnets(newBits []int) (cty.Value, error) {
	if len(newBits) == 0 {
		return cty.ListValEmpty(cty.String), nil
	}
	next, end := new(big.Int).Set(n.first), new(big.Int).Add(n.first, n.span(n.bits))
	var out []cty.Value
	for _, more := range newBits {
		bits := n.bits + more
		if more < 1 || more > 32 || bits > n.size {
			return cty.NilVal, fmt.Errorf("cannot extend a prefix of %d bits by %d", n.bits, more)
		}
		span := n.span(bits)
		if rest := new(big.Int).Mod(next, span); rest.Sign() > 0 {
			next.Add(next, span.Sub(span, rest))
			span = n.span(bits)
		}
		after := new(big.Int).Add(next, span)
		if after.Cmp(end) > 0 {
			return cty.NilVal, errors.New("not enough remaining address space")
		}
		out = append(out, cty.StringVal(fmt.Sprintf("%s/%d", n.address(next), bits)))
		next = after
	}
	return cty.ListVal(out), nil
}

// namespaces are the namespaces that RFC 4122, appendix C, names.
var namespaces = map[string]string{
	"dns": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "url": "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
	"oid": "6ba7b812-9dad-11d1-80b4-00c04fd430c8", "x500": "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
}

// uuidV5 is a name-based UUID (RFC 4122, section 4.3).
func uuidV5(namespace, name string) (cty.Value, error) {
	if known, ok := namespaces[namespace]; ok {
		namespace = known
	}
	space, err := hex.DecodeString(strings.ReplaceAll(namespace, "-", ""))
	if err != nil || len(space) != 16 {
		return cty.NilVal, fmt.Errorf("%q is no UUID", namespace)
	}
	sum := sha1.Sum(append(space, name...))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return cty.StringVal(strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")), nil
}
