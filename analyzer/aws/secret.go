package aws

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// secretFormats is what keys and tokens of well-known issuers look like: all of a
// value, never a part of it.
var secretFormats = pattern(`^(?:` + strings.Join([]string{
	`(?:AKIA|ASIA)[A-Z0-9]{16}`,                        // AWS access key
	`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*`,        // PEM
	`eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+`,             // JWT
	`gh[pousr]_[A-Za-z0-9]{36,}`, `github_pat_\w{22,}`, // GitHub
	`glpat-[\w-]{20,}`,             // GitLab
	`xox[abprs]-[A-Za-z0-9-]{10,}`, // Slack
	`[rs]k_live_[A-Za-z0-9]{16,}`,  // Stripe
	`sk-(?:proj-)?[\w-]{20,}`,      // OpenAI, Anthropic
	`AIza[\w-]{35}`,                // Google
	`SG\.[\w-]{22}\.[\w-]{43}`,     // SendGrid
	`npm_[A-Za-z0-9]{36}`,          // npm
}, `|`) + `)$`)

// secretName is how the names of variables end that hold a secret.
var secretName = pattern(`(?i)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|secret_?key|private_?key|auth_?key|encryption_?key|credentials?)$`)

// placeholder is what stands where a secret is to be put in.
var placeholder = pattern(`(?i)^(?:<.*>|\[.*\]|x+|\*+|\.+)$|change.?me|replace|your|placeholder|example|dummy|sample|todo|none|null|undefined`)

// pattern is a regular expression that is compiled at first use.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// looksSecret reports whether a literal value is a secret: by its format, or by
// its variable's name and by being no word or name.
func looksSecret(name, value string) bool {
	if secretFormats().MatchString(value) {
		return true
	}
	return secretName().MatchString(name) && len(value) >= 8 && len(value) <= 512 &&
		!strings.ContainsAny(value, " \t\n") && !strings.Contains(value, "://") && !strings.HasPrefix(value, "arn:") &&
		!placeholder().MatchString(value) && !isName(value) && entropy(value) >= 3
}

// isName reports whether a value is words: letters of one case or digits, with
// something between them.
func isName(value string) bool {
	words := strings.FieldsFunc(value, func(c rune) bool { return strings.ContainsRune("-_/.:", c) })
	return !slices.ContainsFunc(words, func(w string) bool {
		digits := strings.Trim(w, "0123456789") == ""
		lower := strings.ToLower(w) == w && !strings.ContainsAny(w, "0123456789!@#$%^&*+=?")
		title := len(w) > 0 && strings.ToLower(w[1:]) == w[1:] && !strings.ContainsAny(w, "0123456789!@#$%^&*+=?")
		upper := strings.ToUpper(w) == w && !strings.ContainsAny(w, "0123456789!@#$%^&*+=?")
		return !digits && !lower && !title && !upper
	})
}

// entropy is Shannon's, in bits a byte.
func entropy(s string) float64 {
	var count [256]int
	for i := range len(s) {
		count[s[i]]++
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
