#!/bin/bash
# Makes this machine an image of a preset: all.sh amd64|arm64|cuda. Runs the steps of this folder in the order of their
# numbers. Each step can run alone and again. Requirements and package sources: README.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=${CI_ACTIONS_PROVISION_LOG:-/var/log/ci-actions-provision.log}
preset=${1:-}

case $preset in
  amd64 | arm64 | cuda) ;;
  *)
    echo "usage: ${0##*/} amd64|arm64|cuda, not '$preset'" >&2
    exit 2
    ;;
esac
: >"$log" || exit

for path in "$here"/[0-9][0-9]-*.sh; do
  step=${path##*/}
  [[ $step != *-nvidia.sh || $preset == cuda ]] || continue
  echo "ci-actions provision: $step $preset"
  began=$SECONDS code=0
  # A daemon that a step leaves running must not keep the pipe open.
  bash "$path" "$preset" > >(exec tee -a "$log") 2>&1 </dev/null || code=$?
  if ((code != 0)); then
    echo "ci-actions provision: $step failed with exit code $code; log: $log" | tee -a "$log" >&2
    exit "$code"
  fi
  echo "ci-actions provision: $step done in $((SECONDS - began)) s"
done
rm -f "$log"
echo "ci-actions provision: this machine is a $preset image"
