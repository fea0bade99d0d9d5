#!/bin/bash
# Prints the notes of a release: its section of CHANGELOG.md, or for a pre-release what is unreleased.
# Usage: notes.sh v1.2.3
set -euo pipefail

version=${1#v}
[[ $version == *-* ]] && wanted=Unreleased || wanted=$version
notes=$(awk -v wanted="$wanted" '
  /^## / {
    heading = $0
    gsub(/^## \[?|[] (].*$/, "", heading)
    inside = heading == wanted
    next
  }
  inside' CHANGELOG.md)
if [[ -z ${notes//[[:space:]]/} ]]; then
  echo "CHANGELOG.md has no section \"$wanted\", or an empty one: a release needs notes." >&2
  exit 1
fi
# Without the empty lines at the beginning and the end.
sed '/./,$!d' <<<"$notes"
