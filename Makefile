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
	go test ./... -args -update

.PHONY: help
help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'
