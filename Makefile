# Everything needs Go alone, unless a target says otherwise.
BINARY := bin/serverlens

.PHONY: build
build: ## the command, in bin/
	go build -trimpath -ldflags '-s -w' -o $(BINARY) ./cmd/serverlens

.PHONY: demo
demo: build ## lint a stack that has real problems, and name its pattern
	$(BINARY) lint --exit-zero testdata/demo
	$(BINARY) detect testdata/demo

.PHONY: test
test: ## all tests
	go test ./...

.PHONY: generate
generate: ## write what tests compare: golden files, documentation, compiled rules
	go test $$(grep -rl --include='*_test.go' '"update"' . | xargs -n1 dirname | sort -u) -args -update

# PAIRS is a folder of pairs, EDGES what the reference comparer found in them, PLANS
# a folder of Terraform's plans and their roots, SCHEMA the provider's schema; what is
# not given is skipped. Where AWS's translator is installed for Python, the
# translations that the tests carry are written anew; where Terraform is, the table
# of functions is held against it.
SAM := parsers/cloudformation/sam

.PHONY: oracle
oracle: ## SAM against AWS's own translations, Terraform against the CLI (PAIRS=, EDGES=, PLANS=, SCHEMA=)
	if python3 -c 'import samtranslator' 2>/dev/null; then python3 $(SAM)/testdata/translate.py $(SAM)/testdata; fi
	SERVERLENS_PAIRS=$(PAIRS) SERVERLENS_EDGES=$(EDGES) go test -count=1 -v -run 'SAM|Translat|Comparer|Drops' ./analyzer ./$(SAM)
	SERVERLENS_PLANS=$(PLANS) SERVERLENS_TERRAFORM=$$(command -v terraform) go test -count=1 -v -run 'Plans|FunctionTable' ./parsers/terraform
	SERVERLENS_TERRAFORM_SCHEMA=$(SCHEMA) go test -count=1 -v -run ArgumentsExist ./analyzer/aws

# CORPUS is a folder of labelled templates and Terraform roots.
.PHONY: corpus
corpus: ## how a corpus is read, which patterns and findings it has, what they rest on (CORPUS=)
	SERVERLENS_CORPUS=$(CORPUS) go test -count=1 -v -run 'Corpus|Matches|Prove|Weight|Stands' ./...

.PHONY: bench
bench: ## each step; what the program costs beside what it may cost (CORPUS= for real templates)
	go test -run '^$$' -bench . ./cmd/... ./parsers/... ./analyzer/...
	SERVERLENS_BENCH=1 SERVERLENS_CORPUS=$(CORPUS) go test -count=1 -timeout 30m -run Budgets -v ./cmd/serverlens

FUZZTIME := 1m

.PHONY: fuzz
fuzz: ## every fuzz target in turn, FUZZTIME each
	grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z]*' parsers analyzer | sed 's/:func / /' | while read -r file name; do go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file) || exit 1; done

.PHONY: help
help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'
