#!/bin/bash
# The stand-in for actions/runner's run.sh: the same arguments, messages and exit codes.
set -uo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ "$(id -u)" -eq 0 ] && [ -z "${RUNNER_ALLOW_RUNASROOT:-}" ]; then
  echo 'Must not run interactively with sudo'
  exit 1
fi

node="$home/externals/node24/bin/node"
[ -x "$node" ] || node=node

# Like the real run.sh, forwards signals only if the variable is set.
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

# 0: done, 1: stop for good. A service that retried would only fail again, so the exit code is 0 either way.
case $code in
  0) echo 'Runner listener exit with 0 return code, stop the service, no retry needed.' ;;
  1) echo 'Runner listener exit with terminated error, stop the service, no retry needed.' ;;
  *) echo "Exiting with unknown error code: $code" ;;
esac
echo 'Exiting runner...'
exit 0
