#!/bin/bash
# Runs a command in a network, mount and process namespace of its own, where it may be a cloud: it has the address of
# EC2's metadata service, and one for the sandbox's GitHub. Whatever it starts ends with it. isolated.sh COMMAND…
set -euo pipefail

if [[ ${1:-} != --inside ]]; then
  exec unshare --net --mount --pid --fork --kill-child --mount-proc bash "${BASH_SOURCE[0]}" --inside "$@"
fi
shift
mkdir -p /run/netns
mount -t tmpfs netns /run/netns # the names that `ip netns` gives are nobody else's
ip link set lo up
ip address add 169.254.169.254/32 dev lo
ip address add 198.51.100.1/32 dev lo # a network for documentation: GitHub's, and EC2's endpoint
exec "$@"
