#!/usr/bin/env bash
# Sends one image and its test to the cluster, unless the same image has a verdict already.
#   IMAGE, DIGEST  the image's name and id
#   RETEST         true: also if it has a verdict
set -euo pipefail

folder=$(ci/verdict-folder.sh)
if [[ ${RETEST:-} != true ]] && compgen -G "$folder/*ed" >/dev/null; then
  echo "$IMAGE has not changed since it was tested: nothing to transfer."
  exit 0
fi
if [[ $(docker image inspect --format '{{.Id}}' "containers/$IMAGE") != "$DIGEST" ]]; then
  echo "::error::containers/$IMAGE is not the image $DIGEST that was built."
  exit 1
fi
target="$STAGING/$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT/$IMAGE"
ci/on-cluster.sh mkdir -p "$target"
# A transfer that breaks off leaves no file of that name.
docker save "containers/$IMAGE" | gzip -1 | ci/on-cluster.sh dd of="$target/part" bs=1M status=none
ci/on-cluster.sh mv "$target/part" "$target/image.tar.gz" </dev/null
ci/on-cluster.sh dd of="$target/test.sbatch" status=none <"recipes/$IMAGE/test.sbatch"
