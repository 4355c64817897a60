package cloudformation

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/agext/levenshtein"
)

// types lists the resource types of CloudFormation and SAM, a line for each
// service (AWS CloudFormation Template Reference, AWS resource and property
// types, and AWS SAM Developer Guide, as of 2026-11; types that were withdrawn
// since goformation's last release included).
//
//go:embed types.txt
var types string

// services is the resources of each service, apart by a blank.
var services = sync.OnceValue(func() map[string]string {
	byName := make(map[string]string, strings.Count(types, "\n"))
	for line := range strings.Lines(types) {
		service, resources, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		byName[service] = resources
	}
	return byName
})

// knownType reports whether CloudFormation has a resource type. Types outside of
// the namespaces AWS and Alexa, and modules, are anybody's.
func knownType(name string) bool {
	i := strings.LastIndex(name, "::")
	if !strings.HasPrefix(name, "AWS::") && !strings.HasPrefix(name, "Alexa::") || strings.HasSuffix(name, "::MODULE") {
		return true
	}
	for resource := range strings.FieldsSeq(services()[name[:i]]) {
		if resource == name[i+2:] {
			return true
		}
	}
	return false
}

// likeliestType is the known type that a misspelt one was probably meant to be, ""
// where none is near.
func likeliestType(name string) string {
	best, distance := "", 4
	for line := range strings.Lines(types) {
		service, resources, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		for r := range strings.FieldsSeq(resources) {
			if d := levenshtein.Distance(name, service+"::"+r, nil); d < distance {
				best, distance = service+"::"+r, d
			}
		}
	}
	return best
}
