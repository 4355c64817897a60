#!/usr/bin/env bash
# Builds the program from the action's own checkout.
set -euo pipefail
cd "$GITHUB_ACTION_PATH"
CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$RUNNER_TEMP/serverlens/" ./cmd/serverlens
