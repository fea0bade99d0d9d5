#!/bin/bash
# The stand-in for actions/runner's config.sh: the same arguments, each also as a variable ACTIONS_RUNNER_INPUT_*.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ "$(id -u)" -eq 0 ] && [ -z "${RUNNER_ALLOW_RUNASROOT:-}" ]; then
  echo 'Must not run with sudo'
  exit 1
fi

node="$home/externals/node24/bin/node"
[ -x "$node" ] || node=node
exec "$node" "$home/configure.mjs" "$@"
