#!/bin/bash
# Stands in for the programs that look at block devices and mount them, by the name it is called with. In the sandbox a
# device is a file in the machine's /dev, its file system is a line at byte 1024 (`ext4 LABEL STATE BLOCKS`), and its
# content is a folder. A mount point becomes a link to that folder, so that no program needs root.
set -euo pipefail

root=${CI_ACTIONS_ROOT:?}
name=${0##*/}
mounts=$root/run/sandbox/mounts
block=4096

fail() {
  echo "$name: $1" >&2
  exit "${2:-1}"
}

# Arguments without any path of the machine are for the program that the sandbox's own machine has.
run_real() {
  local found
  while read -r found; do
    [[ $found -ef $0 ]] || exec "$found" "$@"
  done < <(type -ap "$name")
  fail 'the sandbox has it for data volumes alone' 127
}

# Sets `device` to the last argument that is a device of the machine.
find_device() {
  local one
  device=''
  for one; do
    one=$(readlink -f -- "$one" 2>/dev/null || true)
    [[ -e $root/dev/.volumes/${one##*/} && $one == "$(readlink -f "$root/dev")"/* ]] && device=$one
  done
  [[ -n $device ]]
}

# Sets `kind`, `label`, `state` and `blocks`. A blank device has no kind.
read_super() {
  local text
  text=$(dd if="$device" bs=1024 skip=1 count=1 status=none | tr -d '\0')
  read -r kind label state blocks <<<"$text" || true
  [[ $kind == ext4 ]]
}

write_super() {
  printf '%s %s %s %s\n' "$kind" "$label" "$state" "$blocks" |
    dd of="$device" bs=1024 seek=1 count=1 conv=notrunc,sync status=none
}

count_blocks() { echo "$(($(stat -c %s "$device") / block))"; }

run_blkid() {
  local wanted='' one found=''
  for one; do [[ $one != LABEL=* ]] || wanted=${one#LABEL=}; done
  if [[ -n $wanted ]]; then
    for one in "$root"/dev/.volumes/*; do
      device=$root/dev/${one##*/}
      [[ -e $device ]] && read_super && [[ $label == "$wanted" ]] && echo "$device" && found=1
    done
    [[ -n $found ]] || exit 2
    return
  fi
  find_device "$@" || run_real "$@"
  read_super || exit 2
  printf 'DEVNAME=%s\nLABEL=%s\nTYPE=%s\nUSAGE=filesystem\n' "$device" "${label#-}" "$kind"
}

run_blockdev() {
  find_device "$@" || run_real "$@"
  stat -c %s "$device"
}

run_mkfs() {
  find_device "$@" || run_real "$@"
  [[ ! -e $mounts/${device##*/} ]] || fail "$device is mounted; will not make a filesystem here!"
  kind=ext4 label=- state=clean blocks=$(count_blocks)
  while (($# > 1)); do
    [[ $1 != -L ]] || label=$2
    shift
  done
  rm -rf "$root/dev/.volumes/${device##*/}/files"
  mkdir "$root/dev/.volumes/${device##*/}/files"
  write_super
}

run_dumpe2fs() {
  find_device "$@" || run_real "$@"
  read_super || fail "Bad magic number in super-block while trying to open $device"
  printf 'Filesystem volume name:   %s\nFilesystem features:      has_journal extent%s\nFilesystem state:         clean\n' \
    "$label" "$([[ $state == clean ]] || echo ' needs_recovery')"
  printf 'Block count:              %s\nBlock size:               %s\n' "$blocks" "$block"
}

run_e2fsck() {
  find_device "$@" || run_real "$@"
  read_super || fail "Bad magic number in super-block while trying to open $device" 8
  [[ $state == clean ]] || echo "$device: recovering journal"
  echo "$device: clean"
  state=clean
  write_super
}

run_resize2fs() {
  find_device "$@" || run_real "$@"
  read_super || fail "Bad magic number in super-block while trying to open $device"
  blocks=$(count_blocks)
  write_super
  echo "The filesystem on $device is now $blocks (4k) blocks long."
}

run_mount() {
  local target=${*: -1}
  # A bind mount within the machine is left to the real program, which needs root.
  find_device "$@" || run_real "$@"
  [[ -d $target ]] || fail "$target: mount point does not exist." 32
  [[ ! -e $mounts/${device##*/} ]] || fail "$device is already mounted." 32
  read_super || fail "wrong fs type, bad option, bad superblock on $device." 32
  mkdir -p "$mounts" "$root/run/sandbox/hidden"
  rm -rf "$root/run/sandbox/hidden/${device##*/}"
  mv "$target" "$root/run/sandbox/hidden/${device##*/}"
  ln -s "$root/dev/.volumes/${device##*/}/files" "$target"
  printf '%s\n' "$target" >"$mounts/${device##*/}"
  state=mounted
  write_super
}

# Prints the name of the device that is mounted at a folder.
find_mount() {
  local one
  for one in "$mounts"/*; do
    [[ -e $one && $(<"$one") == "$1" ]] && echo "${one##*/}" && return
  done
  return 1
}

run_umount() {
  local target=${*: -1} found
  found=$(find_mount "$target") || run_real "$@"
  device=$root/dev/$found
  rm "$target" "$mounts/$found"
  mv "$root/run/sandbox/hidden/$found" "$target"
  # The device may have been detached while it was mounted.
  [[ -e $device ]] && read_super || return 0
  state=clean
  write_super
}

case $name in
  blkid) run_blkid "$@" ;;
  blockdev) run_blockdev "$@" ;;
  dumpe2fs) run_dumpe2fs "$@" ;;
  e2fsck) run_e2fsck "$@" ;;
  mkfs.ext4) run_mkfs "$@" ;;
  mount) run_mount "$@" ;;
  mountpoint) find_mount "${*: -1}" >/dev/null || { [[ ${*: -1} != "$root"/* ]] && run_real "$@"; } ;;
  resize2fs) run_resize2fs "$@" ;;
  umount) run_umount "$@" ;;
  *) fail 'no such program' 2 ;;
esac
