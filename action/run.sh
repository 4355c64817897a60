#!/usr/bin/env bash
# Lints, and leaves to later steps what failed: the exit code, what was found and
# whether to upload stand in the outputs.
set -euo pipefail
work=$(mktemp -d "$RUNNER_TEMP/serverlens-run.XXXXXX")
sarif=${IN_SARIF_FILE:-serverlens.sarif}
case $sarif in *$'\n'*) echo "sarif-file: one path" >&2; exit 2 ;; /* | ?:*) ;; *) sarif=$PWD/$sarif ;; esac
if command -v cygpath >/dev/null; then sarif=$(cygpath -m "$sarif"); fi # as Windows knows it

lines() { # splits $1 into the array given, one element a line that is not empty
  local line
  list=()
  while IFS= read -r line; do [ -z "$line" ] || list+=("$line"); done <<<"$1"
}
lines "${IN_ARGS:-}"
args=(${list[@]+"${list[@]}"})
lines "${IN_PATHS:-.}"
paths=(${list[@]+"${list[@]}"})

# A checkout without git has no work tree to name files from.
root=$PWD
while [ "$root" != / ] && [ ! -e "$root/.git" ]; do root=$(dirname "$root"); done
if [ "$root" = / ]; then args+=(--root "$GITHUB_WORKSPACE"); fi

# What templates hold goes to the log, in which it must not be read as commands.
token=serverlens-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
code=0
"$RUNNER_TEMP/serverlens/serverlens" lint --fail-on "${IN_FAIL_ON:-error}" --profile "${IN_PROFILE:-recommended}" \
  -f text -f sarif="$sarif" -f json="$work/lint.json" -f github="$work/annotations" -f markdown="$work/summary.md" \
  ${args[@]+"${args[@]}"} -- ${paths[@]+"${paths[@]}"} || code=$?
echo "::$token::"

if [ -f "$work/annotations" ]; then cat "$work/annotations"; fi
if [ "${IN_SUMMARY:-true}" = true ] && [ -f "$work/summary.md" ]; then cat "$work/summary.md" >>"$GITHUB_STEP_SUMMARY"; fi

upload=${IN_UPLOAD:-auto}
if [ "$upload" = auto ]; then
  upload=true
  # Code scanning of a repository that is not public has to be bought, and the
  # token of a pull request from a fork may only read.
  if [ "${IN_VISIBILITY:-}" != public ]; then upload=false; fi
  if [ -n "${IN_HEAD_REPOSITORY:-}" ] && [ "$IN_HEAD_REPOSITORY" != "$GITHUB_REPOSITORY" ]; then upload=false; fi
fi
if [ ! -f "$sarif" ]; then upload=false; fi

field() { if [ -f "$work/lint.json" ]; then sed -n "s/^ *\"$1\": \"\{0,1\}\([a-z0-9-]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$work/lint.json" | head -n 1; fi; }
{
  echo "exit-code=$code"
  echo "errors=$(field errors)"
  echo "warnings=$(field warnings)"
  echo "pattern=$(field primary)"
  echo "sarif-file=$sarif"
  echo "upload=$upload"
} >>"$GITHUB_OUTPUT"
rm -rf "$work"
