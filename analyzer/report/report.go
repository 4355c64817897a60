// Package report writes what was analysed, one file per output format.
//
// It promises that a machine format is always one complete, valid document,
// whatever went wrong before; that the same report gives the same bytes; and that
// no secret is shown: not what the rules found to be one, not the value of any
// environment variable, and nothing that a template marks as sensitive.
package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/parsers/source"
)

// Verb is what the user asked for; each has its own formats.
type Verb string

// The verbs. Rules lists the rules of a report.
const (
	Lint   Verb = "lint"
	Detect Verb = "detect"
	Graph  Verb = "graph"
	Rules  Verb = "rules"
)

// Options are what a user may say about the output.
type Options struct {
	Color       bool   // of text, with ANSI escape sequences
	ShowUnknown bool   // text lists what was left undecided
	Version     string // of serverlens, for the formats that name their tool
	// Seen is the name under which the reader finds a file, for text and compact; the
	// other formats name it from the root. Nil leaves it as it is.
	Seen func(file string) string
}

func (o Options) printer(w io.Writer) *printer {
	return &printer{w: w, color: o.Color, seen: o.Seen}
}

// Format is one way to write a report.
type Format struct {
	Name    string
	Summary string // for the help, without a full stop
	Machine bool   // a document that is written even where there was nothing to analyse
	Input   bool   // needs the input of rules in the report
	write   func(io.Writer, *analyzer.Report, Options) error
}

// formats is the table of formats by verb; the first is the default. Help,
// completion, error messages and documentation read it.
var formats = map[Verb][]Format{
	Lint: {
		{Name: "text", Summary: "for reading, with an excerpt of the source", write: writeLintText},
		{Name: "compact", Summary: "one line a finding", write: writeCompact},
		{Name: "json", Summary: "versioned document", Machine: true, write: writeLintJSON},
		{Name: "sarif", Summary: "SARIF 2.1.0, for code scanning", Machine: true, write: writeSARIF},
		{Name: "github", Summary: "annotations of a GitHub workflow", write: writeGitHub},
		{Name: "markdown", Summary: "tables, for a job summary or a comment", write: writeMarkdown},
	},
	Detect: {
		{Name: "text", Summary: "for reading", write: writeDetectText},
		{Name: "json", Summary: "versioned document", Machine: true, write: writeDetectJSON},
	},
	Graph: {
		{Name: "mermaid", Summary: "flowchart that GitHub and GitLab draw", write: writeMermaid},
		{Name: "dot", Summary: "Graphviz", write: writeDOT},
		{Name: "json", Summary: "what rules read; graph --schema prints its schema", Machine: true, Input: true, write: writeGraphJSON},
	},
	Rules: {
		{Name: "text", Summary: "table", write: writeRulesText},
		{Name: "json", Summary: "versioned document", Machine: true, write: writeRulesJSON},
	},
}

// Formats lists the formats of the verb; the first is the default.
func (v Verb) Formats() []Format { return formats[v] }

// Write writes a report in the format of that name.
func Write(w io.Writer, v Verb, format string, r *analyzer.Report, o Options) error {
	var names []string
	for _, f := range formats[v] {
		if f.Name == format {
			buffered := bufio.NewWriterSize(w, 1<<16)
			return errors.Join(f.write(buffered, r, o), buffered.Flush())
		}
		names = append(names, f.Name)
	}
	return fmt.Errorf("unknown format %q of %s, one of %s", format, v, strings.Join(names, ", "))
}

// WriteProblems writes what could not be read or evaluated, notes left out, and
// reports whether all that was asked for was analysed.
func WriteProblems(w io.Writer, r *analyzer.Report, o Options) (whole bool, err error) {
	buffered := bufio.NewWriter(w)
	out := o.printer(buffered)
	for _, p := range problems(r) {
		p.At = p.At.Called(out.file(p.At.File()))
		if p.Severity != source.Note {
			out.printf("%s\n", p.String())
		}
	}
	for _, f := range failures(r) {
		out.printf("%s\n", f.Error())
	}
	return complete(r), errors.Join(out.err, buffered.Flush())
}

func writeJSON(w io.Writer, doc any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(doc)
}
