package analyzer_test

import "testing"

func corpusTemplates(t *testing.T) []template { return nil }
