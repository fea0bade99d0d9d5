#!/bin/bash
# Runs one of this repository's programs: tool.sh NAME ARGUMENT… What every command in ami/ needs is looked for here.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=$1
shift

if ! command -v node >/dev/null || ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
  echo 'Node 20 or newer is needed: https://nodejs.org/en/download' >&2
  exit 1
fi
loader=$root/node_modules/tsx/dist/loader.mjs
if [[ ! -f $loader ]]; then
  echo "The packages of this repository are needed: npm ci --prefix '$root'" >&2
  exit 1
fi
# Without tsx's own process in between: on a busy machine that ends a program that has just begun to handle a signal.
exec node --import "$loader" "$root/ami/$name.ts" "$@"
