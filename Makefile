.PHONY: build test
build:
	go build -trimpath -ldflags '-s -w' -o bin/serverlens ./cmd/serverlens
test:
	go test ./...
