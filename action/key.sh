#!/usr/bin/env bash
# Prints key=HASH of everything that the program is built from, folder= where it is
# built, source= where from, and go=true where there is a Go that fetches the one
# that go.mod names (1.21 and later do). In a container the expressions of a
# workflow name folders of the host, the environment those of the container.
set -euo pipefail
cd "$GITHUB_ACTION_PATH"
sum() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }
hash=$(find go.mod go.sum cmd parsers analyzer rules -type f ! -name '*_test.go' | LC_ALL=C sort |
  while IFS= read -r file; do printf '%s\n' "$file"; cat "$file"; done | sum)
echo "key=${hash%% *}"
echo "folder=$RUNNER_TEMP/serverlens"
echo "source=$GITHUB_ACTION_PATH"
if command -v go >/dev/null; then
  minor=$(GOTOOLCHAIN=local go version | sed -n 's/^go version go1\.\([0-9]*\).*/\1/p')
  if [ "${minor:-0}" -ge 21 ]; then echo "go=true"; fi
fi
