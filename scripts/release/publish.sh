#!/bin/bash
# Publishes the GitHub release of a tag: first a draft with all its assets, because a repository with immutable releases
# locks them when the release is published. Continues a draft, and leaves a release that is published alone.
# Asks for releases by their ids: `gh release` says "not found" as well when it could not ask.
# Needs gh with GH_TOKEN and GH_REPO (owner/name), and the remote "origin".
# Usage: publish.sh v1.2.3 FOLDER
set -euo pipefail

tag=$1
folder=$2
here=$(dirname "${BASH_SOURCE[0]}")
releases=repos/$GH_REPO/releases
# shellcheck source=scripts/release/versions.sh
source "$here/versions.sh"

notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
"$here/notes.sh" "$tag" >"$notes"

# `<draft> <id>` of each release of the tag. A published one (false) comes first.
found=$(gh api --paginate "$releases?per_page=100" --jq ".[] | select(.tag_name == \"$tag\") | \"\(.draft) \(.id)\"" | sort)
read -r draft id _ <<<"$found" || true

if [[ $draft == false ]]; then
  echo "$tag is published already, and is left alone."
  exit 0
fi

prerelease=false
[[ $tag == *-* ]] && prerelease=true
if [[ -z $id ]]; then
  id=$(gh api --method POST "$releases" -f tag_name="$tag" -F draft=true --jq .id)
else
  echo "Continues the draft of $tag."
  for asset in $(gh api "$releases/$id" --jq '.assets[].id'); do
    gh api --method DELETE "$releases/assets/$asset"
  done
fi

upload=$(gh api --method PATCH "$releases/$id" -f tag_name="$tag" -f name="$tag" -F body=@"$notes" \
  -F prerelease="$prerelease" --jq .upload_url)
for file in "$folder"/*; do
  gh api --method POST "${upload%%\{*}?name=${file##*/}" -H 'Content-Type: application/octet-stream' --input "$file" --silent
done

newest=$(list_versions v | tail -n 1)
latest=false
[[ ${newest%% *} == "$tag" ]] && latest=true
gh api --method PATCH "$releases/$id" -F draft=false -f make_latest="$latest" --silent
echo "Published $tag."
