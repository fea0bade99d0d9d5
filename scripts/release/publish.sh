#!/bin/bash
# Publishes the GitHub release of a tag: first a draft with all its assets, because a repository with immutable releases
# locks them when the release is published. Continues a draft, and leaves a release that is published alone.
# Needs gh with GH_TOKEN and GH_REPO, and the remote "origin".
# Usage: publish.sh v1.2.3 FOLDER
set -euo pipefail

tag=$1
folder=$2
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/release/versions.sh
source "$here/versions.sh"

# Prints: none, draft or published. "Could not ask" is not "none".
read_state() {
  local answer
  if answer=$(gh release view "$tag" --json isDraft --jq 'if .isDraft then "draft" else "published" end' 2>&1); then
    echo "$answer"
  elif [[ $answer == *"release not found"* ]]; then
    echo none
  else
    printf 'GitHub did not say whether %s is released: %s\n' "$tag" "$answer" >&2
    return 1
  fi
}

state=$(read_state)
if [[ $state == published ]]; then
  echo "$tag is published already, and is left alone."
  exit 0
fi

notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
"$here/notes.sh" "$tag" >"$notes"

newest=$(list_versions v | tail -n 1)
latest=false
[[ ${newest%% *} == "$tag" ]] && latest=true
kind=(--latest="$latest")
[[ $tag == *-* ]] && kind=(--prerelease)

if [[ $state == none ]]; then
  gh release create "$tag" --draft --verify-tag --title "$tag" --notes-file "$notes" "$folder"/*
else
  echo "Continues the draft of $tag."
  gh release edit "$tag" --title "$tag" --notes-file "$notes"
  gh release upload "$tag" --clobber "$folder"/*
fi
gh release edit "$tag" --draft=false "${kind[@]}"
echo "Published $tag."
