#!/bin/bash
# Builds, tests and publishes the images: build.sh amd64|arm64|cuda|all. `--help` has more, README.md everything.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/tool.sh" build "$@"
