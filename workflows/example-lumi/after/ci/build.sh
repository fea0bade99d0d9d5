#!/usr/bin/env bash
# Builds one image from recipes/IMAGE, on the image of the list that it builds on. Docker's cache on the volume makes this
# short where nothing has changed.
#   IMAGE  the image's name
#   BASE   the name of its base, or empty
# Sets the output `digest`, the image's id: the address of its content, by which transfer and test recognize it.
set -euo pipefail

arguments=()
if [[ -n ${BASE:-} ]]; then arguments=(--build-arg "BASE=containers/$BASE"); fi
docker build "${arguments[@]}" --tag "containers/$IMAGE" "recipes/$IMAGE"
digest=$(docker image inspect --format '{{.Id}}' "containers/$IMAGE")
echo "Built $IMAGE: $digest"
echo "digest=$digest" >>"$GITHUB_OUTPUT"
