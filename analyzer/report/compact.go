package report

import (
	"io"

	"github.com/serverlens/serverlens/analyzer"
)

// writeCompact writes path:line:column: severity: message [rule], the form that
// editors and problem matchers read.
func writeCompact(w io.Writer, r *analyzer.Report, o Options) error {
	out := o.printer(w)
	for _, sys := range r.Systems {
		for _, f := range sys.Result.Findings {
			out.printf("%s: %s: %s [%s]\n", out.at(f), f.Severity, sentence(f), f.Rule.ID)
		}
	}
	return out.err
}
