#!/bin/bash
# Packs dist/ of a tag as the asset of its release, with the checksums of the archive and of each file in it.
# The same tag gives the same files.
# Usage: assets.sh v1.2.3 FOLDER
set -euo pipefail

tag=$1
folder=$2
archive=ci-actions-${tag#v}-dist.tar.gz

mkdir -p "$folder"
files=$(mktemp --directory)
trap 'rm -rf "$files"' EXIT

git archive --format=tar "$tag" dist >"$files/dist.tar"
tar --extract --file="$files/dist.tar" --directory="$files"
gzip --no-name --best <"$files/dist.tar" >"$folder/$archive"
{
  (cd "$folder" && sha256sum "$archive")
  (cd "$files" && find dist -type f | LC_ALL=C sort | xargs sha256sum)
} >"$folder/SHA256SUMS"
