package policy

import "testing"

func TestX(t *testing.T) {
	e, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range e.Rules() {
		t.Log(r.ID, r.needs, r.reads)
	}
}
