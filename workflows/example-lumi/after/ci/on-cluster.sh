#!/usr/bin/env bash
# Runs a program on the cluster. Its arguments arrive as they are. prepare.sh defines the host `cluster`.
set -euo pipefail

# shellcheck disable=SC2029 # Expanded here, on purpose: each argument is quoted for the shell there.
exec ssh cluster "${*@Q}"
