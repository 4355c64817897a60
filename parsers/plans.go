package parsers

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
	"github.com/serverlens/serverlens/parsers/terraform"
)

// readPlans finds the root that the plan which the options name is of, and leaves out
// the plans that a search has found beside their roots: else all would be there twice.
func (r *Reader) readPlans(o Options) error {
	roots := roots{r, map[*candidate]map[string]bool{}}
	var given *terraform.Plan
	if o.Plan != "" {
		f, err := o.read(o.Plan)
		if err != nil {
			return err
		}
		plan, problems := terraform.ReadPlan(f)
		r.problems = append(r.problems, problems...)
		if given = plan; plan != nil {
			r.problems = append(r.problems, roots.assign(plan)...)
		}
	}
	left := map[string]bool{}
	for _, c := range r.candidates {
		root := roots.beside(c)
		if root == nil {
			continue
		}
		left[c.unit] = true
		if given == nil || given.File() != c.unit {
			root.notes = append(root.notes, source.Problem{Summary: "left out: a plan of what is read itself (--plan reads both together)", At: source.InFile(c.unit)})
		}
	}
	r.candidates = slices.DeleteFunc(r.candidates, func(c candidate) bool { return c.format == plans && left[c.unit] })
	return nil
}

// roots is the Terraform roots among the candidates, and what those declare that a
// plan was held against.
type roots struct {
	*Reader
	declared map[*candidate]map[string]bool
}

// assign gives a plan to the root that it fits best, or of those that it fits alike
// to the one that it lies in.
func (r roots) assign(plan *terraform.Plan) []source.Problem {
	var best []*candidate
	most := 0.0
	for i := range r.candidates {
		c := &r.candidates[i]
		fit := r.fit(plan, c)
		if fit > most {
			best, most = nil, fit
		}
		if fit > 0 && fit == most {
			best = append(best, c)
		}
	}
	if own := slices.IndexFunc(best, func(c *candidate) bool { return c.unit == path.Dir(plan.File()) }); own >= 0 {
		best = best[own : own+1]
	}
	problem := func(format string, args ...any) []source.Problem {
		return []source.Problem{{Severity: source.Error, Summary: fmt.Sprintf(format, args...), At: source.InFile(plan.File())}}
	}
	switch len(best) {
	case 0:
		return problem("this is the plan of no Terraform root here: none declares most of what it names (%s)", cmp.Or(plan.Names(), "nothing"))
	case 1:
		best[0].plan = plan
		return nil
	}
	var units []string
	for _, c := range best {
		units = append(units, c.unit)
	}
	return problem("this may be the plan of %s alike: name the one that it is of", strings.Join(units, " and "))
}

// fit is how well a plan fits a candidate; see terraform.Plan.Fit.
func (r roots) fit(plan *terraform.Plan, c *candidate) float64 {
	if c.format != configurations {
		return 0
	}
	declared, known := r.declared[c]
	if !known {
		if stack := c.load(r.settings).stack; stack != nil {
			declared = terraform.Components(stack)
		}
		r.declared[c] = declared
	}
	return plan.Fit(declared)
}

// beside is the root in the folder of a plan that a search has found, where it is a
// plan of that root.
func (r roots) beside(c candidate) *candidate {
	if c.named || c.format != plans {
		return nil
	}
	i := slices.IndexFunc(r.candidates, func(x candidate) bool { return x.format == configurations && x.unit == path.Dir(c.unit) })
	if i < 0 {
		return nil
	}
	text, err := c.tree.Read(c.unit)
	if err != nil {
		return nil
	}
	plan, _ := terraform.ReadPlan(terraform.File{Name: c.unit, Text: text})
	if plan == nil || r.fit(plan, &r.candidates[i]) == 0 {
		return nil
	}
	return &r.candidates[i]
}
