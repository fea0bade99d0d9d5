#!/bin/bash
# Checks that the files of a tag belong to its version. `npm run release` makes such tags. Names all problems.
# Usage: check-tag.sh v1.2.3, in a checkout of the tag
set -euo pipefail

tag=$1
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
problems=0

problem() {
  echo "::error title=The tag cannot be released::$1"
  problems=$((problems + 1))
}

[[ $tag =~ ^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-rc\.[1-9][0-9]*)?$ ]] ||
  problem "$tag is no version; allowed: v1.2.3 or v1.2.3-rc.1"

for file in package.json package-lock.json; do
  version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$file" | head -n 1)
  [[ v$version == "$tag" ]] || problem "$file has the version $version, the tag is $tag"
done

if ! notes=$(scripts/release/notes.sh "$tag" 2>&1 >/dev/null); then problem "$notes"; fi

if ((problems > 0)); then
  echo "Delete the tag (git push --delete origin $tag), and make it with: npm run release -- ${tag#v}"
  exit 1
fi
