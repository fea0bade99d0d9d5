#!/bin/bash
# Builds dist/ from the sources, and compares it with the commit's, byte for byte. Needs `npm ci`.
# Usage: compare-dist.sh v1.2.3, in a checkout of the tag
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT

git archive --format=tar "$1" dist | tar --extract --directory="$folder"
node --import tsx scripts/build.ts
if ! diff --recursive --brief "$folder/dist" dist; then
  echo "::error title=dist is not built from these sources::Run \`npm run print\` on the commit, and compare what changes in dist/."
  exit 1
fi
echo "dist/ of $1 is what its sources give: $(find dist -type f | wc -l) files, byte for byte."
