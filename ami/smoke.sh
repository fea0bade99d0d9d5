#!/bin/bash
# Starts an instance of a fresh image and says whether the image may be published. `--help` has more.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/tool.sh" smoke "$@"
