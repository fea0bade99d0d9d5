#!/usr/bin/env bash
# Prints the folder for the verdict on an image (IMAGE, DIGEST) and its test. It lies in a volume of Docker's, thus on the
# data volume, and outlives the machine. It holds the file `tested` or `failed`, one line of evidence, once tests have ended.
set -euo pipefail

: "${DIGEST:?GitHub has dropped the output of the build, or there is none}"
docker volume create containers-verdicts >/dev/null
verdicts=$(docker volume inspect --format '{{.Mountpoint}}' containers-verdicts)
read -r test _ < <(sha256sum "recipes/$IMAGE/test.sbatch")
echo "$verdicts/$IMAGE/${DIGEST#sha256:}-$test"
