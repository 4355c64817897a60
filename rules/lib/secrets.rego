# METADATA
# description: Which texts are secrets.
package serverlens.lib.secrets

# METADATA
# description: |
#   What kind of secret the value of a variable is; undefined if it is none. The formats of keys
#   are those that their issuers document.
found(name, value) := "an AWS access key" if {
	regex.match(`^(AKIA|ASIA)[A-Z0-9]{16}$`, value)
} else := "a private key" if {
	regex.match(`-----BEGIN [A-Z ]*PRIVATE KEY-----`, value)
} else := "a signed token" if {
	regex.match(`^eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+$`, value)
} else := "the key of a provider" if {
	some pattern in providers
	regex.match(pattern, value)
} else := "an address with a password" if {
	regex.match(`^[a-z][a-z0-9+.-]*://[^:/@\s]*:[^:/@\s]{6,}@`, value)
	not regex.match(`@(localhost|127\.0\.0\.1|host\.docker\.internal)`, value)
	not placeholder(value)
} else := "what looks like a password" if {
	regex.match(`(?i)(password|passwd|passphrase|pwd|(^|_)pass)$`, name)
	count(value) >= 8
	looks_random(value, 6)
} else := "what looks like a secret" if {
	regex.match(`(?i)(secret|token|credentials?|(api|access|auth|private|secret|signing)_?key)$`, name)
	count(value) >= 16
	looks_random(value, 10)
}

providers := [
	`^gh[pousr]_[A-Za-z0-9]{36}$`,
	`^github_pat_[A-Za-z0-9_]{22,}$`,
	`^glpat-[A-Za-z0-9_-]{20,}$`,
	`^xox[abprs]-[A-Za-z0-9-]{10,}$`,
	`^[rs]k_(live|test)_[A-Za-z0-9]{16,}$`,
	`^AIza[A-Za-z0-9_-]{35}$`,
	`^SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}$`,
	`^npm_[A-Za-z0-9]{36}$`,
	`^sk-(ant|proj)-[A-Za-z0-9_-]{20,}$`,
	`^https://hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20,}$`,
]

# looks_random: letters and other characters mixed, few of them twice; no reference, path, address,
# name made of words, or placeholder.
looks_random(value, distinct) if {
	regex.match(`[A-Za-z]`, value)
	regex.match(`[0-9]`, value)
	count({c | some c in split(value, "")}) >= distinct
	not regex.match(`^(arn:|https?://|/|\{\{resolve:|\$\{)`, value)
	not regex.match(`^[A-Za-z]+([-_./ ][A-Za-z]+)*[-_]?[0-9]{0,3}$`, value)
	not placeholder(value)
}

placeholder(value) if regex.match(`(?i)(example|placeholder|change[-_ ]?me|replace|dummy|your[-_ ]|xxxx|<.*>|:password@|\{\{|\$\{)`, value)
