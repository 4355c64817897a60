#!/usr/bin/env bash
# Prints key=HASH of everything that the program is built from.
set -euo pipefail
cd "$GITHUB_ACTION_PATH"
sum() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }
hash=$(find go.mod go.sum cmd parsers analyzer rules -type f ! -name '*_test.go' | LC_ALL=C sort |
  while IFS= read -r file; do printf '%s\n' "$file"; cat "$file"; done | sum)
echo "key=${hash%% *}"
