package source

import (
	"math"
	"strings"
	"testing"
)

func TestAsNumber(t *testing.T) {
	for _, tt := range []struct {
		kind Kind
		text string
		want float64
		ok   bool
	}{
		{Number, "1_000", 1000, true},
		{Number, "0x1F", 31, true},
		{Number, "0o17", 15, true},
		{String, " 2.5 ", 2.5, true},
		{Number, strings.Repeat("9", 308), 1e308, true},
		{Number, strings.Repeat("9", 310), 0, false},
		{Number, strings.Repeat("9", 4<<20), 0, false},
		{Number, "1e999", 0, false},
		{String, "NaN", 0, false},
		{String, "-Infinity", 0, false},
		{String, "ten", 0, false},
		{Bool, "1", 0, false},
	} {
		got, ok := Value{Kind: tt.kind, Text: tt.text}.AsNumber()
		if ok != tt.ok || ok && math.Abs(got-tt.want) > 1e-9*math.Abs(tt.want) {
			t.Errorf("AsNumber of the %s %.20q = %v, %v; want %v, %v", tt.kind, tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

// What lies below an alternative flows into the whole, however deep.
func TestGetKeepsReferencesBelowAlternatives(t *testing.T) {
	at := Location{}
	deep := MapOf(at, Entry{Key: "Variables", Value: MapOf(at, Entry{Key: "TABLE", Value: RefOf(Ref{Address: "Table"})})})
	v := Value{Kind: Unknown}.With(Trace{Alts: []Alternative{
		{If: If("Prod"), Value: MapOf(at, Entry{Key: "Environment", Value: deep})},
		{If: Unless("Prod"), Value: MapOf(at)},
	}})
	refs := v.Get("Environment").AllRefs()
	if len(refs) != 1 || refs[0].Address != "Table" {
		t.Errorf("AllRefs = %v; want the reference to Table", refs)
	}
}

func TestConcealed(t *testing.T) {
	doc := MapOf(Location{}, Entry{Key: "k", Value: StringOf("in a document", Location{})})
	alts := []Alternative{{If: If("c"), Value: StringOf("in an alternative", Location{})}}
	v := ListOf(Location{}, Value{Kind: Unknown}.With(Trace{Alts: alts, Doc: &doc}))
	var open func(v Value)
	open = func(v Value) {
		if !v.Sensitive {
			t.Errorf("%s %q may be read", v.Kind, v.Text)
		}
		v.Below(func(x Value) Value { open(x); return x })
	}
	open(v.Concealed())
	if doc.Entries[0].Value.Sensitive || alts[0].Value.Sensitive {
		t.Error("what was concealed has changed for others")
	}
}
