package graph

import "github.com/serverlens/serverlens/parsers/source"

// Secrets is where values stand that must not be read: sensitive ones, and, as the
// attributes that are maps are environments, those in a map.
func (g *Graph) Secrets() []source.Location {
	var out []source.Location
	for _, n := range g.Nodes {
		for _, v := range n.Attrs {
			out = secrets(out, v, false)
		}
	}
	for _, e := range g.Edges {
		for _, v := range e.Attrs {
			out = secrets(out, v, false)
		}
	}
	return out
}

func secrets(out []source.Location, v source.Value, inMap bool) []source.Location {
	if v.Sensitive || inMap && (v.Kind == source.String || v.Kind == source.Number) {
		places := []source.Location{v.At}
		if v.Def() != nil {
			places = append(places, *v.Def())
		}
		for _, p := range v.Parts() {
			places = append(places, p.In)
		}
		for _, at := range places {
			if !at.IsZero() {
				out = append(out, at)
			}
		}
	}
	for i := range v.Items {
		out = secrets(out, v.Items[i], inMap)
	}
	for i := range v.Entries {
		out = secrets(out, v.Entries[i].Value, true)
	}
	for _, a := range v.Alts() {
		out = secrets(out, a.Value, inMap)
	}
	return out
}
