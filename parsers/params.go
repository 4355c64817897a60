package parsers

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
	"github.com/serverlens/serverlens/parsers/terraform"
)

const maxParamsFile = 1 << 20 // bytes

// settings are the options as the formats read them, with the content of files
// that the user named, wherever they lie.
type settings struct {
	params map[string]string
	inputs []terraform.Input // of Terraform roots
	shims  *source.Tree
	plan   *terraform.Plan // of the root that is loaded with it
}

func (o Options) settings() (s *settings, err error) {
	s = &settings{}
	if s.params, err = o.params(); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(s.params)) {
		s.inputs = append(s.inputs, terraform.Input{Name: name, Value: s.params[name]})
	}
	for _, v := range o.Vars {
		in := terraform.Input{Name: v.Name, Value: v.Value}
		if v.File != "" {
			f, err := o.read(v.File)
			if err != nil {
				return nil, err
			}
			in.File = &f
		}
		s.inputs = append(s.inputs, in)
	}
	if o.Shims != "" {
		s.shims, err = source.OpenTree(o.Shims, o.MaxFileSize)
	}
	if err == nil && o.Shims != "" && !holdsShims(o.Shims) {
		s.close()
		err = fmt.Errorf("--shims %s: it holds no NAMESPACE/NAME/*.tf", o.Shims)
	}
	return s, err
}

// holdsShims reports whether a folder holds a stand-in for some module.
func holdsShims(folder string) bool {
	files, _ := fs.Glob(os.DirFS(folder), "*/*/*")
	return slices.ContainsFunc(files, func(f string) bool { return terraform.IsConfig(path.Base(f)) })
}

// close lets go of what settings has opened.
func (s *settings) close() {
	if s.shims != nil {
		_ = s.shims.Close()
	}
}

// read reads a file that the user named, up to the largest size.
func (o Options) read(name string) (terraform.File, error) {
	most := o.MaxFileSize
	if most <= 0 {
		most = source.DefaultMaxFileSize
	}
	f, err := os.Open(name)
	if err != nil {
		return terraform.File{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: more than %d bytes (--max-file-size)", name, most)
	}
	return terraform.File{Name: o.named(name), Text: text}, err
}

// named is how places in a file that the user named are told: below the root like
// all others.
func (o Options) named(name string) string {
	if o.Root == "" {
		return filepath.ToSlash(name)
	}
	if rel, err := relative(o.Root, name); err == nil {
		return rel
	}
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	return filepath.ToSlash(name)
}

// params are the values of parameters that the options give.
func (o Options) params() (map[string]string, error) {
	params := map[string]string{}
	if o.ParamsFile != "" {
		var err error
		if params, err = ReadParams(o.ParamsFile); err != nil {
			return nil, err
		}
	}
	maps.Copy(params, o.Params)
	return params, nil
}

// ReadParams reads the values of parameters from a file: the list of
// ParameterKey and ParameterValue that the AWS CLI takes, or its list of
// "Key=Value"; the object {"Parameters": {…}} of CodePipeline, or a plain object;
// or parameter_overrides of the environment "default" of a samconfig.toml.
func ReadParams(file string) (map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxParamsFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxParamsFile {
		return nil, fmt.Errorf("%s: more than %d bytes", file, maxParamsFile)
	}
	if strings.HasSuffix(file, ".toml") {
		return samconfigParams(file, text)
	}
	doc, problems := document.Parse(file, text)
	for _, p := range problems {
		if p.Severity == source.Error {
			return nil, fmt.Errorf("%s: %s", p.At, p.Summary)
		}
	}
	if inner := doc.Get("Parameters"); inner.Kind == source.Map {
		doc = inner
	}
	params, at := documentParams(doc)
	if params == nil {
		return nil, fmt.Errorf("%s: values of parameters are a map, or a list of ParameterKey and ParameterValue", at)
	}
	return params, nil
}

// documentParams takes parameters from a document; nil where it is of no known
// shape, and the place.
func documentParams(doc source.Value) (map[string]string, source.Location) {
	params := map[string]string{}
	switch doc.Kind {
	case source.Map:
		for _, e := range doc.Entries {
			text, ok := paramText(e.Value)
			if !ok {
				return nil, e.Value.At
			}
			params[e.Key] = text
		}
	case source.List:
		for _, item := range doc.Items {
			if key, value, ok := strings.Cut(item.Text, "="); item.Kind == source.String && ok {
				params[key] = value
				continue
			}
			key, isKey := item.Get("ParameterKey").AsString()
			value := item.Get("ParameterValue")
			text, ok := paramText(value)
			if !isKey || !ok && value.Kind != source.Unset { // Unset: UsePreviousValue
				return nil, item.At
			}
			if ok {
				params[key] = text
			}
		}
	default:
		return nil, doc.At
	}
	return params, doc.At
}

// paramText is the value of a parameter as text, a list with commas.
func paramText(v source.Value) (string, bool) {
	if v.Kind != source.List {
		return v.AsString()
	}
	var items []string
	for _, item := range v.Items {
		text, ok := item.AsString()
		if !ok {
			return "", false
		}
		items = append(items, text)
	}
	return strings.Join(items, ","), true
}

func samconfigParams(file string, text []byte) (map[string]string, error) {
	type command struct {
		Parameters struct {
			Overrides any `toml:"parameter_overrides"`
		} `toml:"parameters"`
	}
	var config struct {
		Default map[string]toml.Primitive `toml:"default"`
	}
	meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(&config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	params := map[string]string{}
	for _, name := range []string{"global", "deploy"} { // the later wins
		section, found := config.Default[name]
		if !found {
			continue
		}
		var c command
		if err := meta.PrimitiveDecode(section, &c); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if err := addOverrides(params, c.Parameters.Overrides); err != nil {
			return nil, fmt.Errorf("%s: default.%s.parameters.parameter_overrides: %w", file, name, err)
		}
	}
	return params, nil
}

// addOverrides adds what parameter_overrides says: a text of "Key=Value", or of
// "ParameterKey=Key,ParameterValue=Value", or a list of such texts.
func addOverrides(params map[string]string, overrides any) error {
	switch v := overrides.(type) {
	case nil:
	case string:
		for _, word := range words(v) {
			if err := addOverride(params, word); err != nil {
				return err
			}
		}
	case []any:
		for _, item := range v {
			text, ok := item.(string)
			if !ok {
				return fmt.Errorf("%v is no text", item)
			}
			if err := addOverride(params, unquote(text)); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("%v is neither a text nor a list", v)
	}
	return nil
}

func addOverride(params map[string]string, word string) error {
	if rest, ok := strings.CutPrefix(word, "ParameterKey="); ok {
		key, value, ok := strings.Cut(rest, ",ParameterValue=")
		if !ok {
			return fmt.Errorf("%q lacks a ParameterValue", word)
		}
		params[key] = value
		return nil
	}
	key, value, ok := strings.Cut(word, "=")
	if !ok || key == "" {
		return fmt.Errorf("%q is not Key=Value", word)
	}
	params[key] = value
	return nil
}

// words splits a text at white space outside of quotes and takes the quotes away,
// as a shell does.
func words(text string) []string {
	var out []string
	start := -1
	var quote rune
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
			if start < 0 {
				start = i
			}
		case strings.ContainsRune(" \t\r\n", r):
			if start >= 0 {
				out = append(out, unquote(text[start:i]))
			}
			start = -1
		case start < 0:
			start = i
		}
	}
	if start >= 0 {
		out = append(out, unquote(text[start:]))
	}
	return out
}

// unquote takes the quotes out of a word.
func unquote(word string) string {
	var b strings.Builder
	var quote rune
	for _, r := range word {
		switch {
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case r == quote:
			quote = 0
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
