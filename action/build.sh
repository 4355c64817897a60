#!/usr/bin/env bash
# Builds the program from the action's own checkout, for this machine and with the
# Go that go.mod names, whatever the job builds with.
set -euo pipefail
cd "$GITHUB_ACTION_PATH"
unset GOOS GOARCH GOFLAGS GOEXPERIMENT
export GOWORK=off GOTOOLCHAIN=auto CGO_ENABLED=0
go build -trimpath -ldflags '-s -w' -o "$RUNNER_TEMP/serverlens/" ./cmd/serverlens
