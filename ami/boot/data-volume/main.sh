#!/bin/bash
# Mounts the data volume of a machine, and unmounts it. The boot agent runs this as root; see README.md.
#   data-volume.sh open VOLUME MOUNT LABEL SECONDS USER   VOLUME: vol-…, or label:… of its file system
#   data-volume.sh close MOUNT [DEVICE]                   exits with 3 if there was nothing to unmount
# The last line of its output reports what was found and done, or why that failed.
set -euo pipefail

PATH=$PATH:/usr/sbin:/sbin
root=${CI_ACTIONS_ROOT:-}
mib=1048576

fail() {
  echo "$1"
  exit 1
}

# shellcheck source-path=SCRIPTDIR source=device.sh
source "${BASH_SOURCE[0]%/*}/device.sh"

# shellcheck source-path=SCRIPTDIR source=file-system.sh
source "${BASH_SOURCE[0]%/*}/file-system.sh"

# shellcheck source-path=SCRIPTDIR source=docker.sh
source "${BASH_SOURCE[0]%/*}/docker.sh"

# shellcheck source-path=SCRIPTDIR source=close.sh
source "${BASH_SOURCE[0]%/*}/close.sh"

open() {
  local volume=$1 path=$2 label=${3:-} seconds=$4 user=$5 device='' kind found mount=$root$2 name
  for name in blkid blockdev dumpe2fs e2fsck mkfs.ext4 resize2fs; do
    command -v "$name" >/dev/null || fail "this image has no $name"
  done
  ! mountpoint -q "$mount" || fail "$path is a mount point already"
  await_device
  identify
  prepare_file_system
  find_docker
  stop_docker || fail 'Docker did not stop'
  mount_device
  grow
  if [[ $kind == blank ]] && ((${#units[@]} == 0)); then chown "$user:" "$mount"; fi
  start_docker
  echo "$device $path: $found"
}

case ${1:-} in
  open | close) "$@" ;;
  *)
    echo "usage: $0 open VOLUME MOUNT LABEL SECONDS USER | close MOUNT [DEVICE]" >&2
    exit 2
    ;;
esac
