// Package report writes what was analysed, one file per output format. A
// machine format is always one complete, valid document.
package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
)

// Verb is what the user asked for; each has its own formats.
type Verb string

const (
	Lint   Verb = "lint"
	Detect Verb = "detect"
	Graph  Verb = "graph"
)

// Options are what a user may say about the output.
type Options struct {
	Color bool // of text, with ANSI escape sequences
}

// Format is one way to write a report.
type Format struct {
	Name    string
	Summary string // for the help, without a full stop
	write   func(io.Writer, *analyzer.Report, Options) error
}

// formats is the table of formats by verb; the first is the default. Help,
// completion, error messages and documentation read it.
var formats = map[Verb][]Format{
	Lint: {
		{"text", "for reading, with an excerpt of the source", writeLintText},
	},
	Detect: {
		{"text", "for reading", writeDetectText},
		{"json", "versioned document", writeDetectJSON},
	},
	Graph: {
		{"mermaid", "flowchart that GitHub and GitLab draw", writeMermaid},
		{"dot", "Graphviz", writeDOT},
	},
}

// Formats lists the formats of a verb; the first is the default.
func Formats(v Verb) []Format { return formats[v] }

// Names is the names of a verb's formats, in the order of the documentation.
func Names(v Verb) []string {
	var names []string
	for _, f := range formats[v] {
		names = append(names, f.Name)
	}
	return names
}

// Write writes a report in the format of that name.
func Write(w io.Writer, v Verb, format string, r *analyzer.Report, o Options) error {
	for _, f := range formats[v] {
		if f.Name == format {
			return f.write(w, r, o)
		}
	}
	return fmt.Errorf("unknown format %q of %s, one of %s", format, v, strings.Join(Names(v), ", "))
}
