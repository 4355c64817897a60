package sam_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// pair is a SAM template and what AWS's translator made of it.
type pair struct{ name, sam, cfn string }

// pairs lists the pairs of the folders in SERVERLENS_PAIRS.
func pairs(t *testing.T) (out []pair) {
	t.Helper()
	dir := os.Getenv("SERVERLENS_PAIRS")
	if dir == "" {
		t.Skip("SERVERLENS_PAIRS names no folder with pairs of the SAM oracle")
	}
	indexes, _ := filepath.Glob(filepath.Join(dir, "*", "index.jsonl"))
	for _, index := range indexes {
		text, err := os.ReadFile(index)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			var rec struct{ Slug, Status string }
			if json.Unmarshal(lines.Bytes(), &rec) == nil && rec.Status == "ok" {
				base := filepath.Join(filepath.Dir(index), rec.Slug)
				out = append(out, pair{filepath.Base(filepath.Dir(index)) + "/" + rec.Slug, base + ".sam.json", base + ".cfn.json"})
			}
		}
	}
	return out
}

func load(t *testing.T, file string) *source.Stack {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stack, ok := cloudformation.Load(source.MemoryTree(map[string][]byte{"template.json": text}), "template.json", cloudformation.Options{})
	if !ok {
		t.Fatalf("%s: no template: %v", file, stack.Problems)
	}
	return stack
}

// spelled writes a value so that equal values of both sides are equal texts.
func spelled(v source.Value) string {
	var b strings.Builder
	write(&b, v)
	return b.String()
}

func write(b *strings.Builder, v source.Value) {
	switch {
	case len(v.Alts()) > 0:
		var cases []string
		for g, c := range v.Cases() {
			if c.Kind != source.Unset {
				cases = append(cases, g.String()+"?"+spelled(c))
			}
		}
		sort.Strings(cases)
		b.WriteString("IF(" + strings.Join(slices.Compact(cases), "|") + ")")
	case v.Kind == source.List:
		var items []string
		for _, x := range v.Items {
			items = append(items, spelled(x))
		}
		if len(items) == 1 {
			b.WriteString(items[0])
			return
		}
		sort.Strings(items)
		b.WriteString("[" + strings.Join(items, ",") + "]")
	case v.Kind == source.Map:
		var items []string
		for _, e := range v.Entries {
			empty := slices.Contains(optional, e.Key) && (e.Value.Kind == source.Map || e.Value.Kind == source.List) && len(e.Value.Items)+len(e.Value.Entries) == 0
			if empty || e.Key == "Version" && e.Value.Text == "2012-10-17" {
				continue
			}
			if e.Key == "options" && e.Value.Get("x-amazon-apigateway-integration", "type").Text == "mock" { // of CORS
				params := e.Value.Get("x-amazon-apigateway-integration", "responses", "default", "responseParameters")
				items = append(items, e.Key+":"+spelled(params)+spelled(e.Value.Get("security")))
				continue
			}
			items = append(items, e.Key+":"+spelled(e.Value))
		}
		sort.Strings(items)
		b.WriteString("{" + strings.Join(items, ",") + "}")
	default:
		for _, p := range v.Pieces() {
			switch {
			case p.Ref != nil:
				b.WriteString("${" + plain(p.Ref.Address))
				if p.Ref.Attribute != "" {
					b.WriteString("." + p.Ref.Attribute)
				}
				b.WriteString(p.Ref.Import + "}")
			case p.Text != "":
				b.WriteString(strings.ReplaceAll(common.Replace(p.Text), "\n", " "))
			default:
				b.WriteString("${" + p.Expr + "}")
			}
		}
	}
}

var (
	hash   = regexp.MustCompile(`[0-9a-f]{10}$`)
	tilde  = regexp.MustCompile(`~([0-9]+~)?$`)
	common = strings.NewReplacer("arn:aws:", "arn:${AWS::Partition}:", "sns:publish", "sns:Publish")
)

// plain is an address without what AWS hashes.
func plain(address string) string {
	return hash.ReplaceAllString(tilde.ReplaceAllString(address, ""), "")
}

// optional are keys whose empty value says nothing.
var optional = []string{"ManagedPolicyArns", "DestinationConfig", "responses", "paths", "Policies"}

// ignored are properties that say nothing of the architecture, or that one side
// writes in another form.
var ignored = map[string][]string{
	"AWS::Lambda::Function":            {"Code"},
	"AWS::Lambda::LayerVersion":        {"Content"},
	"AWS::ApiGateway::Deployment":      {"Description", "StageName"},
	"AWS::ApiGateway::RestApi":         {"Parameters"},
	"AWS::StepFunctions::StateMachine": {"Definition", "DefinitionString", "DefinitionSubstitutions"},
	"AWS::CloudFormation::Stack":       {"TemplateURL"},
	"AWS::AppSync::Resolver":           {"Code"},
}

// summary is a stack's resources, spelled, by type and address.
func summary(s *source.Stack) map[string]string {
	out := map[string]string{}
	for _, r := range s.Resources {
		p := r.Properties
		p.Entries = slices.DeleteFunc(slices.Clone(p.Entries), func(e source.Entry) bool {
			return e.Key == "Tags" || slices.Contains(ignored[r.Type], e.Key)
		})
		out[r.Type+" "+plain(r.Address)] = spelled(p)
	}
	return out
}

// TestTranslatedResources compares what Expand makes with what AWS's translator
// makes, resource by resource, and prints the types of which some differ.
func TestTranslatedResources(t *testing.T) {
	type tally struct{ equal, differ, missing, extra int }
	byType := map[string]*tally{}
	count := func(key string) *tally {
		typ, _, _ := strings.Cut(key, " ")
		if byType[typ] == nil {
			byType[typ] = &tally{}
		}
		return byType[typ]
	}
	all, equal := 0, 0
	for _, p := range pairs(t) {
		ours, theirs := summary(load(t, p.sam)), summary(load(t, p.cfn))
		for key, want := range theirs {
			all++
			switch got, ok := ours[key]; {
			case !ok:
				count(key).missing++
			case got == want:
				count(key).equal++
				equal++
			default:
				count(key).differ++
			}
		}
		for key := range ours {
			if _, ok := theirs[key]; !ok {
				count(key).extra++
			}
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(byType)) {
		if c := byType[typ]; c.differ+c.missing+c.extra > 0 {
			t.Logf("%-40s equal %5d differ %3d missing %3d extra %3d", typ, c.equal, c.differ, c.missing, c.extra)
		}
	}
	t.Logf("%d of %d resources are equal (%.1f %%)", equal, all, 100*float64(equal)/float64(all))
	if 100*equal < 98*all {
		t.Error("less than 98 % of the resources are equal")
	}
}
