package cloudformation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// TestHostile: templates that grow beyond all bounds end soon, with a problem or
// an unknown value.
func TestHostile(t *testing.T) {
	bomb := "a0: &a0 [!Ref Q, !Ref Q, !Ref Q, !Ref Q]\n"
	for i := 1; i < 30; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n", i, i, i-1, i-1, i-1, i-1)
	}
	product := `{X: !Ref N}`
	doubling := `{"K${N0}": "${N59}"}`
	for i := 59; i >= 0; i-- {
		product = fmt.Sprintf(`{"Fn::ForEach::P%d": [N, [%s], %s]}`, i, strings.TrimSuffix(strings.Repeat("a,", 100), ","), product)
		item := "seed"
		if i > 0 {
			item = fmt.Sprintf("${N%d}${N%d}", i-1, i-1)
		}
		doubling = fmt.Sprintf(`{"Fn::ForEach::D%d": [N%d, ["%s"], %s]}`, i, i, item, doubling)
	}
	var chain strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&chain, "  C%d: !Not [!Condition C%d]\n", i, i+1)
	}
	cases := "Conditions:\n"
	var choices []string
	for i := range 20 {
		cases += fmt.Sprintf("  C%d: !Equals [!Ref AWS::Region, r%d]\n", i, i)
		choices = append(choices, fmt.Sprintf("!If [C%d, a, b]", i))
	}
	resources := "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      X: "
	tests := map[string]struct{ in, want string }{
		"aliases":             {bomb + resources + "*a29\n", "aliases expanded"},
		"product of loops":    {resources + product + "\n", "the loops of the template run more than 20000 times"},
		"doubling texts":      {resources + doubling + "\n", ""},
		"chain of conditions": {"Conditions:\n" + chain.String() + "  C20000: !Equals [!Ref AWS::Region, x]\n" + resources + "!If [C0, 1, 2]\n", ""},
		"product of choices":  {cases + resources + `!Join ["", [` + strings.Join(choices, ", ") + "]]\n", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, _ := Load(source.MemoryTree(map[string][]byte{"t": []byte(tt.in)}), "t", Options{})
			size := 0
			for _, r := range s.Resources {
				size += len(show(r.Properties)) + len(r.Properties.AllRefs())
			}
			if size > 4*maxText {
				t.Errorf("the values have a size of %d", size)
			}
			if got := problems(s); !strings.Contains(got, tt.want) || strings.Count(got, "\n") > 1 || (got == "") != (tt.want == "") {
				t.Errorf("got %.300s, want %q", got, tt.want)
			}
		})
	}
}
