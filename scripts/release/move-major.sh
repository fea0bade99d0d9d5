#!/bin/bash
# Moves the tag of a major version, such as v1, to a released version. Only forward: it stays where it is if it has a
# later version, and for a pre-release. Needs the remote "origin" and the whole history.
# Usage: move-major.sh v1.2.3
set -euo pipefail

tag=$1
major=${tag%%.*}
tries=5
# shellcheck source=scripts/release/versions.sh
source "$(dirname "${BASH_SOURCE[0]}")/versions.sh"

if [[ $tag == *-* ]]; then
  echo "$major stays: $tag is a pre-release."
  exit 0
fi

fail() {
  echo "::error title=$major was not moved::$1 By hand, in a clone: git push --force origin '$tag^{}:refs/tags/$major'"
  exit 1
}

# Two releases at once: the lease refuses the second push, which then looks again.
for ((try = 1; try <= tries; try++)); do
  versions=$(list_versions "$major.")
  target=$(awk -v tag="$tag" '$1 == tag { print $2 }' <<<"$versions")
  [[ -n $target ]] || fail "origin has no tag $tag."

  # An annotated tag has two lines: itself, which the lease names, and its commit.
  refs=$(git ls-remote origin "refs/tags/$major" "refs/tags/$major^{}")
  object=$(awk 'NR == 1 { print $1 }' <<<"$refs")
  commit=$(awk 'END { print $1 }' <<<"$refs")

  if [[ $commit == "$target" ]]; then
    echo "$major is at $tag already."
    exit 0
  fi
  if [[ -n $commit ]]; then
    present=$(awk -v commit="$commit" '$2 == commit { tag = $1 } END { print tag }' <<<"$versions")
    if [[ -n $present && $(later_of "$present" "$tag") == "$present" ]]; then
      echo "$major stays at $present, which is later than $tag."
      exit 0
    fi
    [[ -n $present ]] || git merge-base --is-ancestor "$commit" "$target" 2>/dev/null ||
      fail "It is at $commit, which is neither a release nor part of $tag."
  fi

  if answer=$(git push --force-with-lease="refs/tags/$major:$object" origin "$target:refs/tags/$major" 2>&1); then
    echo "$major is at $tag now. It was ${commit:+at }${commit:-nowhere}."
    exit 0
  fi
  [[ $answer != *"workflows"*"permission"* ]] ||
    fail "The token may not move a tag to workflows that differ from the newest ones of every branch, which happens when the branch has moved on."
  [[ $answer == *"stale info"* ]] || fail "git: $(tr '\n' ' ' <<<"$answer")"
done
fail "It was moved by others $tries times."
