#!/usr/bin/env bash
# Runs on the cluster, where test.sh sends it: FOLDER NAME. Builds the Singularity image from the transferred one, and waits
# until its tests have ended, which write test.out.
set -euo pipefail

cd "$1"
singularity build --force image.sif docker-archive:image.tar.gz
sbatch --wait --job-name "$2" --output test.out test.sbatch
