#!/bin/bash
# Runs a command in new network, mount and process namespaces, where it can act as a cloud: with the address of EC2's
# metadata service, and one for the sandbox's GitHub. All its processes end with it. isolated.sh COMMAND…
# The original network namespace has the name `outside`. Package registries are reached from there.
set -euo pipefail

if [[ ${1:-} != --inside ]]; then
  exec {network}</proc/self/ns/net
  CI_ACTIONS_OUTSIDE=$network exec unshare --net --mount --pid --fork --kill-child --mount-proc bash "${BASH_SOURCE[0]}" --inside "$@"
fi
shift
mkdir -p /run/netns
# No other process shares the names of `ip netns`.
mount -t tmpfs netns /run/netns
touch /run/netns/outside
mount --bind "/proc/self/fd/$CI_ACTIONS_OUTSIDE" /run/netns/outside
exec {CI_ACTIONS_OUTSIDE}<&-
unset CI_ACTIONS_OUTSIDE
ip link set lo up
ip address add 169.254.169.254/32 dev lo
# An address reserved for documentation, for GitHub and EC2's endpoint.
ip address add 198.51.100.1/32 dev lo
exec "$@"
