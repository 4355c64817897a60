package terraform

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// stringFunction makes a function of n strings.
func stringFunction(n int, result cty.Type, impl func(a []string) (cty.Value, error)) function.Function {
	params := make([]function.Parameter, n)
	for i := range params {
		params[i] = function.Parameter{Name: fmt.Sprintf("p%d", i), Type: cty.String}
	}
	return function.New(&function.Spec{
		Params: params,
		Type:   function.StaticReturnType(result),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			texts := make([]string, n)
			for i, a := range args {
				texts[i] = a.AsString()
			}
			return impl(texts)
		},
	})
}

// text makes a function from text to text.
func text1(impl func(s string) (string, error)) function.Function {
	return stringFunction(1, cty.String, func(a []string) (cty.Value, error) {
		s, err := impl(a[0])
		return cty.StringVal(s), err
	})
}

// predicate makes a function of two texts that is true or false.
func predicate(f func(a, b string) bool) function.Function {
	return stringFunction(2, cty.Bool, func(a []string) (cty.Value, error) { return cty.BoolVal(f(a[0], a[1])), nil })
}

// undecided makes a function whose result only a run decides.
func undecided(params int) function.Function {
	return stringFunction(params, cty.String, func([]string) (cty.Value, error) { return cty.UnknownVal(cty.String), nil })
}

func base64Text(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// digests are the hash functions by name.
var digests = map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}

func digest(name string, content []byte) []byte {
	h := digests[name]()
	h.Write(content)
	return h.Sum(nil)
}

func textFunctions() map[string]function.Function {
	table := map[string]function.Function{
		"startswith":       predicate(strings.HasPrefix),
		"endswith":         predicate(strings.HasSuffix),
		"strcontains":      predicate(strings.Contains),
		"replace":          replaceFunction(),
		"base64encode":     text1(func(s string) (string, error) { return base64Text([]byte(s)), nil }),
		"base64decode":     text1(decodeBase64),
		"base64gzip":       text1(gzipped),
		"urlencode":        text1(func(s string) (string, error) { return url.QueryEscape(s), nil }),
		"urldecode":        text1(url.QueryUnescape),
		"textencodebase64": stringFunction(2, cty.String, encodeText),
		"textdecodebase64": stringFunction(2, cty.String, decodeText),
		"timestamp":        undecided(0),
		"plantimestamp":    undecided(0),
		"uuid":             undecided(0),
		"rsadecrypt":       undecided(2),
		"timecmp":          stringFunction(2, cty.Number, compareTimes),
		"nonsensitive":     stripSensitive(),
		"issensitive":      isSensitive(),
		"ephemeralasnull":  dynamicFunction(1, func(a []cty.Value) (cty.Value, error) { return a[0], nil }),
		"sensitive": function.New(&function.Spec{Params: []function.Parameter{anything}, Type: function.StaticReturnType(cty.DynamicPseudoType),
			Impl: func(a []cty.Value, _ cty.Type) (cty.Value, error) { return a[0].Mark(sensitiveMark{}), nil }}),
		"bcrypt": function.New(&function.Spec{Params: []function.Parameter{{Name: "text", Type: cty.String}},
			VarParam: &function.Parameter{Name: "cost", Type: cty.Number}, Type: function.StaticReturnType(cty.String),
			Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.UnknownVal(cty.String), nil }}),
	}
	for name := range digests {
		table[name] = text1(func(s string) (string, error) { return hex.EncodeToString(digest(name, []byte(s))), nil })
	}
	for _, name := range []string{"sha256", "sha512"} {
		table["base64"+name] = text1(func(s string) (string, error) { return base64Text(digest(name, []byte(s))), nil })
	}
	return table
}

// replaceFunction takes text between slashes as a regular expression.
func replaceFunction() function.Function {
	return stringFunction(3, cty.String, func(a []string) (cty.Value, error) {
		if s := a[1]; len(s) > 1 && s[0] == '/' && s[len(s)-1] == '/' {
			return stdlib.RegexReplace(cty.StringVal(a[0]), cty.StringVal(s[1:len(s)-1]), cty.StringVal(a[2]))
		}
		return cty.StringVal(strings.ReplaceAll(a[0], a[1], a[2])), nil
	})
}

func decodeBase64(s string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", errors.New("failed to decode base64 data")
	}
	if !utf8.Valid(b) {
		return "", errors.New("the result of decoding the provided string is not valid UTF-8")
	}
	return string(b), nil
}

// gzipped flushes before it closes, as Terraform does: the bytes differ else.
func gzipped(s string) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(s))
	err = errors.Join(err, w.Flush(), w.Close())
	return base64Text(b.Bytes()), err
}

// charset is how an IANA name of a character set that is likely to occur is
// encoded: the order of the bytes of UTF-16, nil for UTF-8 and its subsets.
func charset(name string) (order binary.ByteOrder, single bool, err error) {
	switch strings.ToUpper(name) {
	case "UTF-8", "US-ASCII":
		return nil, false, nil
	case "ISO-8859-1", "LATIN1":
		return nil, true, nil
	case "UTF-16LE":
		return binary.LittleEndian, false, nil
	case "UTF-16BE", "UTF-16":
		return binary.BigEndian, false, nil
	}
	return nil, false, fmt.Errorf("%q is not a supported IANA encoding name", name)
}

func encodeText(a []string) (cty.Value, error) {
	order, single, err := charset(a[1])
	if err != nil {
		return cty.NilVal, err
	}
	var out []byte
	switch {
	case order != nil:
		for _, unit := range utf16.Encode([]rune(a[0])) {
			out = binary.BigEndian.AppendUint16(out, unit)
			if order == binary.LittleEndian {
				n := len(out)
				out[n-2], out[n-1] = out[n-1], out[n-2]
			}
		}
	case single:
		for _, r := range a[0] {
			if r > 0xFF {
				return cty.NilVal, errors.New("the given string contains characters that cannot be represented")
			}
			out = append(out, byte(r))
		}
	default:
		out = []byte(a[0])
	}
	return cty.StringVal(base64Text(out)), nil
}

func decodeText(a []string) (cty.Value, error) {
	order, single, err := charset(a[1])
	if err != nil {
		return cty.NilVal, err
	}
	b, err := base64.StdEncoding.DecodeString(a[0])
	if err != nil {
		return cty.NilVal, errors.New("the given value is not valid base64")
	}
	switch {
	case order != nil:
		var units []uint16
		for ; len(b) > 1; b = b[2:] {
			units = append(units, order.Uint16(b))
		}
		return cty.StringVal(string(utf16.Decode(units))), nil
	case single:
		var runes []rune
		for _, c := range b {
			runes = append(runes, rune(c))
		}
		return cty.StringVal(string(runes)), nil
	}
	return cty.StringVal(string(b)), nil
}

func compareTimes(a []string) (cty.Value, error) {
	x, err1 := time.Parse(time.RFC3339, a[0])
	y, err2 := time.Parse(time.RFC3339, a[1])
	if err1 != nil || err2 != nil {
		return cty.NilVal, errors.New("not a valid RFC3339 timestamp")
	}
	return cty.NumberIntVal(int64(x.Compare(y))), nil
}

func stripSensitive() function.Function {
	return function.New(&function.Spec{Params: []function.Parameter{anything}, Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(a []cty.Value, _ cty.Type) (cty.Value, error) {
			v, marks := a[0].Unmark()
			delete(marks, sensitiveMark{})
			return v.WithMarks(marks), nil
		}})
}

func isSensitive() function.Function {
	return function.New(&function.Spec{Params: []function.Parameter{anything}, Type: function.StaticReturnType(cty.Bool),
		Impl: func(a []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(a[0].HasMark(sensitiveMark{})), nil
		}})
}
