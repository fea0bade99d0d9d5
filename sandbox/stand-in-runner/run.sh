#!/bin/bash
# The stand-in for actions/runner's run.sh: the same way in, the same words, the same way out.
set -uo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ "$(id -u)" -eq 0 ] && [ -z "${RUNNER_ALLOW_RUNASROOT:-}" ]; then
  echo 'Must not run interactively with sudo'
  exit 1
fi

node="$home/externals/node24/bin/node"
[ -x "$node" ] || node=node

# As the real one: it forwards signals only when it is asked to.
if [ -n "${RUNNER_MANUALLY_TRAP_SIG:-}" ]; then
  "$node" "$home/runner.mjs" "$@" &
  listener=$!
  trap 'kill -INT "$listener"' INT TERM
  wait "$listener"
  code=$?
  while kill -0 "$listener" 2>/dev/null; do
    wait "$listener"
    code=$?
  done
else
  "$node" "$home/runner.mjs" "$@"
  code=$?
fi

# 0: done, 1: told to stop for good. A service that ran this again would only fail again, so both end well.
case $code in
  0) echo 'Runner listener exit with 0 return code, stop the service, no retry needed.' ;;
  1) echo 'Runner listener exit with terminated error, stop the service, no retry needed.' ;;
  *) echo "Exiting with unknown error code: $code" ;;
esac
echo 'Exiting runner...'
exit 0
