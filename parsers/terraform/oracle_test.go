package terraform

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// knownShare is the least share of what a plan knows, data sources aside, that
// must be known to us and equal.
const knownShare = 0.98

// TestPlans holds evaluated roots against real plans of them: the same instances,
// and no value that contradicts the plan's. The environment variable
// SERVERLENS_PLANS names a folder with one JSON file for each root: "scope", a
// folder, "copy", the root's folder, "ok", and "plan", what terraform show -json
// prints. The provider behind the plans answers "stub-…" for data sources.
func TestPlans(t *testing.T) {
	dir := os.Getenv("SERVERLENS_PLANS")
	if dir == "" {
		t.Skip("SERVERLENS_PLANS does not name a folder of plans")
	}
	files, err := filepath.Glob(filepath.Join(dir, "out", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	total := tally{}
	roots := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var run struct {
			Scope, Copy string
			OK          bool
			Plan        struct {
				Changes []struct {
					Address, Mode string
					Change        struct {
						After   any
						Unknown any `json:"after_unknown"`
					}
				} `json:"resource_changes"`
			}
		}
		if err := json.Unmarshal(b, &run); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if !run.OK {
			continue
		}
		roots++
		root, err := filepath.Rel(run.Scope, filepath.Join(dir, run.Copy))
		if err != nil {
			t.Fatal(err)
		}
		tree, err := source.OpenTree(run.Scope, 0)
		if err != nil {
			t.Fatal(err)
		}
		s := Load(tree, filepath.ToSlash(root), Options{})
		checkOverlay(t, file, b, s, tree, filepath.ToSlash(root))
		tree.Close()
		ours := map[string]source.Value{}
		for _, r := range s.Resources {
			if !strings.Contains(r.Type, ".") && !offByDefault(s, r) {
				ours[r.Address] = r.Properties
			}
		}
		for _, c := range run.Plan.Changes {
			v, ok := ours[c.Address]
			switch {
			case c.Mode != "managed":
			case !ok:
				t.Errorf("%s: only the plan has %s", root, c.Address)
			default:
				delete(ours, c.Address)
				total.value(v, c.Change.After, c.Change.Unknown, root+": "+c.Address)
			}
		}
		for _, address := range slices.Sorted(maps.Keys(ours)) {
			t.Errorf("%s: the plan has no %s", root, address)
		}
	}
	t.Logf("%d roots: %v", roots, total.count)
	for _, d := range total.differing {
		t.Error(d)
	}
	if known := total.count["equal"] + total.count["known to the plan only"]; known > 0 && float64(total.count["equal"]) < knownShare*float64(known) {
		t.Errorf("%d of %d leaves that the plan knows are known to us", total.count["equal"], known)
	}
}

// tally counts leaves by how they compare with the plan's.
type tally struct {
	count     map[string]int
	differing []string
}

func (c *tally) add(kind string) {
	if c.count == nil {
		c.count = map[string]int{}
	}
	c.count[kind]++
}

func (c *tally) differs(v source.Value, after any, at string) {
	c.add("differing")
	c.differing = append(c.differing, fmt.Sprintf("%s: ours %.200q, the plan's %.200q", at, v.Text, fmt.Sprint(after)))
}

// fromData reports whether the plan's value is what the stub says of a data
// source.
func fromData(after any) bool {
	b, _ := json.Marshal(after)
	return strings.Contains(string(b), "stub-")
}

func (c *tally) value(v source.Value, after, unknown any, at string) {
	switch {
	case strings.HasSuffix(at, ".timeouts"): // an object in the plan, a block in the source
	case v.Sensitive:
		c.add("sensitive")
	case unknown == true && v.Kind == source.Unknown:
		c.add("unknown to both")
	case unknown == true && (v.Kind == source.String || v.Kind == source.Number || v.Kind == source.Bool):
		c.add("known to us only")
	case fromData(after) && v.Kind != source.Map && v.Kind != source.List:
		c.add("from a data source")
	case v.Kind == source.Unknown:
		c.unknown(v, after, unknown)
	case v.Kind == source.Map:
		c.object(v, after, unknown, at)
	case v.Kind == source.List:
		c.list(v, after, unknown, at)
	case sameText(v.Text, after):
		c.add("equal")
	default:
		c.differs(v, after, at)
	}
}

func (c *tally) unknown(v source.Value, after, unknown any) {
	ofData := func(r source.Ref) bool { return strings.Contains(r.Address, "data.") }
	inText := func(x source.Part) bool { return strings.Contains(x.Expr, "data.") }
	switch {
	case slices.ContainsFunc(v.AllRefs(), ofData) || slices.ContainsFunc(v.Parts(), inText):
		c.add("from a data source")
	case after == nil || unknown != nil && unknown != false:
		c.add("unknown to both")
	default:
		c.add("known to the plan only")
	}
}

func (c *tally) object(v source.Value, after, unknown any, at string) {
	if l, ok := after.([]any); ok && len(l) == 1 {
		after, unknown = l[0], element0(unknown)
	}
	theirs, _ := after.(map[string]any)
	gaps, _ := unknown.(map[string]any)
	for _, e := range v.Entries {
		if e.Key != "tags_all" {
			c.value(e.Value, theirs[e.Key], gaps[e.Key], at+"."+e.Key)
		}
	}
}

func element0(v any) any {
	if l, ok := v.([]any); ok && len(l) > 0 {
		return l[0]
	}
	return nil
}

// list compares element by element; of a set, each element with the one that it
// differs least from.
func (c *tally) list(v source.Value, after, unknown any, at string) {
	theirs, ok := after.([]any)
	gaps, _ := unknown.([]any)
	switch {
	case !ok && len(v.Items) == 1 && after != nil:
		c.value(v.Items[0], after, unknown, at)
		return
	case len(theirs) != len(v.Items):
		if len(v.Items) > 0 && v.IsKnown() && unknown != true && !(len(v.Items) == 1 && after == nil) {
			c.differs(v, after, at)
		}
		return
	}
	left := make([]int, len(theirs))
	for i := range left {
		left[i] = i
	}
	for _, x := range v.Items {
		best, at0 := tally{}, -1
		for k, i := range left {
			var gap any
			if i < len(gaps) {
				gap = gaps[i]
			}
			trial := tally{}
			trial.value(x, theirs[i], gap, at+"[]")
			if at0 < 0 || len(trial.differing) < len(best.differing) {
				best, at0 = trial, k
			}
			if len(best.differing) == 0 {
				break
			}
		}
		left = slices.Delete(left, at0, at0+1)
		for kind, n := range best.count {
			for range n {
				c.add(kind)
			}
		}
		c.differing = append(c.differing, best.differing...)
	}
}

// sameText reports whether a text is the plan's value, or the same JSON document.
func sameText(text string, after any) bool {
	if after == nil {
		return text == "" // what the provider takes for unset
	}
	theirs := fmt.Sprint(after)
	if f, ok := after.(float64); ok {
		theirs = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return same(source.StringOf(text, source.Location{}), source.StringOf(theirs, source.Location{}))
}

// checkOverlay lays a plan over its root: it fits, and no resource comes or goes.
func checkOverlay(t *testing.T, file string, run []byte, s *source.Stack, tree *source.Tree, root string) {
	t.Helper()
	var raw struct{ Plan json.RawMessage }
	if err := json.Unmarshal(run, &raw); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	plan, problems := ReadPlan(File{"plan.json", raw.Plan})
	if plan == nil {
		t.Errorf("%s: %v", file, problems)
		return
	}
	if fit := plan.Fit(Components(s)); fit < 0.5 {
		t.Errorf("%s fits its root by %v", file, fit)
	}
	over := Load(tree, root, Options{Plan: plan})
	for _, p := range over.Problems {
		if strings.Contains(p.Summary, "the plan has no") {
			t.Errorf("%s: %v", file, p)
		}
	}
	byDefault := slices.DeleteFunc(slices.Clone(s.Resources), func(r source.Resource) bool { return offByDefault(s, r) })
	if len(over.Resources) < len(byDefault) {
		t.Errorf("%s: %d resources under the plan, %d without", file, len(over.Resources), len(byDefault))
	}
}

// offByDefault reports whether a resource is there only when a switch is turned.
func offByDefault(s *source.Stack, r source.Resource) bool {
	return slices.ContainsFunc(s.Conditions, func(c source.Condition) bool {
		return c.Expr.Op == source.False && slices.Contains(r.If, source.Term{Condition: c.Name})
	})
}
