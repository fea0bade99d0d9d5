#!/usr/bin/env bash
# Prepares the machine and the cluster for the jobs of a run.
#   CLUSTER              user@host of the cluster's login node
#   CLUSTER_KNOWN_HOSTS  its lines for known_hosts, from `ssh-keyscan`
#   CLUSTER_SSH_KEY      the private key of a user who may submit jobs
#   STAGING              the cluster's folder for images on their way and for the output of tests
set -euo pipefail

: "${CLUSTER:?the variable CLUSTER is not set}" "${CLUSTER_KNOWN_HOSTS:?the variable CLUSTER_KNOWN_HOSTS is not set}"
: "${CLUSTER_SSH_KEY:?the secret CLUSTER_SSH_KEY is not set}" "${STAGING:?the variable CLUSTER_STAGING is not set}"

# For `ssh cluster` in all jobs. The files end with the machine.
install -d -m 700 ~/.ssh
(
  umask 077
  printf '%s\n' "$CLUSTER_SSH_KEY" >~/.ssh/cluster_key
  printf '%s\n' "$CLUSTER_KNOWN_HOSTS" >~/.ssh/cluster_hosts
  cat >~/.ssh/config <<EOF
Host cluster
  HostName ${CLUSTER#*@}
  User ${CLUSTER%@*}
  IdentityFile ~/.ssh/cluster_key
  UserKnownHostsFile ~/.ssh/cluster_hosts
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 30
  ServerAliveInterval 30
EOF
)

echo 'Images that the volume brought:'
docker image ls
# Images without a name are earlier builds of an image. Their layers stay useful for a while.
docker image prune --force --filter until=336h

# Ends tests that a canceled run left in the queue, and removes staged images that no run needs any more.
ci/on-cluster.sh squeue --me --noheader --format '%A %j' | awk '$2 ~ /^containers-/ { print $1 }' |
  while read -r job; do ci/on-cluster.sh scancel "$job" </dev/null; done
ci/on-cluster.sh mkdir -p "$STAGING"
ci/on-cluster.sh find "$STAGING" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf '{}' +
