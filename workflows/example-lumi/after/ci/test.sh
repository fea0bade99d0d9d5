#!/usr/bin/env bash
# Tests one image on the cluster, unless the same image was tested before. Green only if its tests passed.
#   IMAGE, DIGEST  the image's name and id
#   RETEST         true: also if it was tested before
#   TEST_MINUTES   how long the tests may wait and run
# The tests, recipes/IMAGE/test.sbatch, print `tests passed: N` or `tests failed: N` as their last line. Sets the output
# `evidence`: `passed` or `failed`, image, digest, tests=N, run=ID.
set -euo pipefail

folder=$(ci/verdict-folder.sh)
target="$STAGING/$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT/$IMAGE"

report() {
  echo "$1"
  echo "evidence=$1" >>"$GITHUB_OUTPUT"
}

# Remembers the evidence on the volume. Written at once, so that a machine that ends now leaves no half of a line.
remember() {
  mkdir -p "$folder"
  rm -f "$folder/tested" "$folder/failed"
  echo "$2" >"$folder/new"
  mv "$folder/new" "$folder/$1"
}

if [[ ${RETEST:-} != true && -f $folder/tested ]]; then
  report "$(<"$folder/tested")"
  exit 0
elif [[ ${RETEST:-} != true && -f $folder/failed ]]; then
  report "$(<"$folder/failed")"
  echo "::error::$IMAGE has not changed since its tests failed. Run this workflow by hand with \"retest\" to test it again."
  exit 1
fi

# In the background, because bash handles no signal while it waits for a program in the foreground.
timeout --kill-after=30 "${TEST_MINUTES}m" \
  ci/on-cluster.sh bash -s "$target" "containers-$IMAGE" <ci/test-on-cluster.sh &
testing=$!
cancel() {
  trap '' INT TERM # The runner sends a second signal soon.
  kill "$testing" || true
  ci/on-cluster.sh scancel --me --name "containers-$IMAGE" </dev/null || true
  exit 130
}
trap cancel INT TERM
code=0
wait "$testing" || code=$?
trap - INT TERM

output=$(ci/on-cluster.sh cat "$target/test.out" </dev/null) || output=''
echo "$output"
read -r verdict tests < <(sed -nE 's/^tests (passed|failed): ([0-9]+)$/\1 \2/p' <<<"$output" | tail -n 1) || true
evidence="${verdict:-} $IMAGE $DIGEST tests=${tests:-0} run=$GITHUB_RUN_ID"
if [[ ${verdict:-} == failed ]]; then
  remember failed "$evidence"
  report "$evidence"
  echo "::error::$tests tests of $IMAGE failed."
  exit 1
elif [[ $code != 0 || ${verdict:-} != passed || $tests == 0 ]]; then
  # Not remembered: this is about the cluster, not about the image.
  echo "::error::The tests of $IMAGE came to no result: exit code $code (124: after $TEST_MINUTES minutes)."
  exit 1
fi
remember tested "$evidence"
report "$evidence"
