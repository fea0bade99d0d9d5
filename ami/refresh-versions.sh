#!/bin/bash
# Brings versions.json up to date: the newest runner and its checksums, and what else it pins. `--help` has more.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/tool.sh" refresh-versions "$@"
