#!/bin/bash
# Printed by `npm run print` from ami/boot/data-volume/: change the parts there.
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

# Finds the volume's device and what it holds.

# Sets `device` to the volume's device if there is one yet.
find_device() {
  local id=${volume/vol-/vol} path
  if [[ $volume == label:* ]]; then
    find_labeled "${volume#label:}"
    return
  fi
  path=$root/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$id
  if [[ -e $path ]]; then
    device=$(readlink -f "$path")
    return
  fi
  # udev may be late, or not know EBS.
  for path in "$root"/sys/block/*/device/serial; do
    { [[ -e $path && $(tr -d '[:space:]' <"$path") == "$id" ]]; } 2>/dev/null || continue
    path=${path%/device/serial}
    device=$root/dev/${path##*/}
    [[ -e $device ]] && return
  done
  [[ -z ${device:=} ]] || return 1
  find_on_xen
}

# Xen does not show a volume's id. The volume is the one with the label, or else the only unused disk at a name that EC2
# gives to attached volumes.
find_on_xen() {
  local path spare=()
  compgen -G "$root/sys/block/xvd*" >/dev/null || return
  [[ -z $label ]] || ! find_labeled "$label" || return 0
  for path in "$root"/sys/block/xvd[f-p]; do
    if [[ -e $path ]] && ! compgen -G "$path/xvd?[0-9]*" && ! grep "^/dev/${path##*/} " /proc/mounts /proc/swaps; then
      spare+=("$root/dev/${path##*/}")
    fi >/dev/null
  done
  ((${#spare[@]} == 1)) && device=${spare[0]}
}

find_labeled() {
  local all
  mapfile -t all < <(blkid -c /dev/null -o device -t "LABEL=$1")
  ((${#all[@]} < 2)) || fail "several devices have the label $1: ${all[*]}"
  [[ -n ${all[0]:-} ]] && device=${all[0]}
}

# Looks five times a second, because the volume is attached while the machine boots. By the uptime, because a step of the
# clock must not end or stretch the wait.
await_device() {
  local begun now
  read -r begun _ </proc/uptime
  until find_device; do
    read -r now _ </proc/uptime
    ((${now%.*} < ${begun%.*} + seconds)) || fail "$volume was not attached within $seconds s"
    sleep 0.2
  done
}

# Sets `kind` to ext4, xfs, blank, or a description of what else the device holds.
identify() {
  local code=0 text
  text=$(blkid -p -o export "$device" 2>&1) || code=$?
  kind=$(sed -n 's/^TYPE=//p' <<<"$text")
  if ((code == 2)) && [[ -z $text ]]; then
    kind='data of an unknown kind'
    ! is_zero || kind=blank
  elif ((code != 0)); then
    kind="what blkid cannot identify: ${text##*$'\n'}"
  elif [[ -z $kind ]]; then
    kind="a partition table: $(sed -n 's/^PTTYPE=//p' <<<"$text")"
  fi
}

# Reads the first and the last MiB of the device and 14 between them. What cannot be read is not zero.
is_zero() {
  local size i rest
  size=$(blockdev --getsize64 "$device") && ((size >= 16 * mib)) || return 1
  for ((i = 0; i < 16; i++)); do
    rest=$(dd if="$device" bs="$mib" iflag=skip_bytes skip=$(((size - mib) * i / 15)) count=1 status=none |
      tr -d '\0' | head -c 1 | wc -c) || return 1
    ((rest == 0)) || return 1
  done
}

# The file system: made only on a blank device, recovered, mounted, grown.

# Prepares the file system and sets `found`. Nothing but a blank device is ever formatted.
prepare_file_system() {
  local code=0
  case $kind in
    blank)
      [[ $volume == vol-* ]] || fail "$device is blank"
      mkfs.ext4 -q -m 0 ${label:+-L "$label"} -E lazy_itable_init=1,lazy_journal_init=1,nodiscard "$device" </dev/null
      found='blank, formatted'
      ;;
    ext4)
      found=clean
      is_clean || found='recovered after a dirty unmount'
      e2fsck -p "$device" || code=$?
      ((code < 4)) || fail "the file system on $device ($volume) is damaged: e2fsck -p ended with $code"
      ;;
    xfs) found=clean ;;
    *) fail "$device ($volume) is not blank and has no file system that is supported (ext4, xfs): it holds $kind" ;;
  esac
}

# An ext4 that is mounted anywhere, or was not unmounted, needs recovery.
is_clean() {
  local text
  text=$(dumpe2fs -h "$device" 2>/dev/null) || return 1
  [[ $text != *needs_recovery* && $text =~ 'Filesystem state:'[[:space:]]+clean($|$'\n') ]]
}

count_recoveries() { dmesg 2>/dev/null | grep -c "XFS (${device##*/}): Starting recovery" || true; }

mount_device() {
  local before
  mkdir -p "$mount"
  if [[ $kind == xfs ]]; then
    before=$(count_recoveries)
    # A copy has its origin's UUID.
    mount -t xfs -o nouuid "$device" "$mount"
    [[ $(count_recoveries) == "$before" ]] || found='recovered after a dirty unmount'
  else
    mount -t ext4 -o noinit_itable "$device" "$mount"
  fi
}

# The volume may have become larger. A file system that cannot grow is used as it is.
grow() {
  local size text
  if [[ $kind == xfs ]]; then
    text=$(xfs_growfs -d "$mount" 2>&1) || text="not grown: ${text##*$'\n'}"
    [[ $text != *' changed from '* ]] || text=grown
    [[ $text != *grown* ]] || found+=", $text"
  elif [[ $kind == ext4 ]]; then
    size=$(blockdev --getsize64 "$device")
    text=$(dumpe2fs -h "$device" 2>/dev/null | awk '/^Block count:/ {n = $3} /^Block size:/ {printf "%.0f\n", n * $3}')
    ((size - text >= 16 * mib)) || return 0
    if text=$(resize2fs "$device" 2>&1); then
      found+=', grown'
    else
      found+=", not grown: $(grep '^resize2fs: ' <<<"$text" | tail -n 1)"
    fi
  fi
}

# Docker, if it keeps its data on the volume.

# Sets `units` to Docker's units if Docker keeps its data on the volume, and `bound` to the folder of containerd, which
# has the images from Docker 29 on and goes onto the same volume.
find_docker() {
  local docker containerd=/var/lib/containerd name
  units=() bound=''
  [[ -d $root/run/systemd/system ]] && command -v dockerd >/dev/null || return 0
  docker=$(sed -n 's/.*"data-root"[^"]*"\([^"]*\)".*/\1/p' "$root/etc/docker/daemon.json" 2>/dev/null) || true
  docker=${docker:-/var/lib/docker}
  name=$(sed -n 's/^root *= *"\([^"]*\)".*/\1/p' "$root/etc/containerd/config.toml" 2>/dev/null) || true
  containerd=${name:-$containerd}
  [[ $docker/ == "$path"/* || $path/ == "$docker"/* || $containerd/ == "$path"/* || $path/ == "$containerd"/* ]] || return 0
  [[ $docker/ != "$path"/* || $containerd/ == "$path"/* ]] || bound=$root$containerd
  for name in containerd.service docker.socket docker.service; do
    ! systemctl cat "$name" >/dev/null 2>&1 || units+=("$name")
  done
}

# The socket would start the service again, so both are stopped at once.
stop_docker() {
  ((${#units[@]} > 0)) || return 0
  timeout -s KILL 30 systemctl stop "${units[@]}" || return
  ! systemctl --quiet is-active docker.service
}

# In a shutdown, systemd stops the socket only after the agent, which waits for this. So this waits for the services alone.
stop_docker_at_end() {
  local i
  ((${#units[@]} > 0)) || return 0
  timeout -s KILL 10 systemctl stop --no-block "${units[@]}" || return
  for ((i = 0; i < 300; i++)); do
    timeout -s KILL 10 systemctl show --property=ActiveState --value containerd.service docker.service |
      grep -qE '^(active|(de)?activating|reloading)' || return 0
    sleep 0.1
  done
  return 1
}

start_docker() {
  local text
  if [[ -n $bound ]]; then
    mkdir -p "$mount/.ci-actions-containerd" "$bound"
    mount --bind "$mount/.ci-actions-containerd" "$bound"
  fi
  ((${#units[@]} > 0)) || return 0
  timeout 90 systemctl start "${units[@]}" || fail "Docker did not start with its data on $device ($volume)"
  text=$(timeout 60 docker info 2>&1) || fail "Docker does not work with its data on $device ($volume): ${text##*$'\n'}"
}

# Unmounts the volume, whatever still uses it.

# Unmounts what is mounted. Programs that keep the volume in use are ended before a second try.
unmount() {
  local one
  for one in ${bound:+"$bound"} "$mount"; do
    ! mountpoint -q "$one" || timeout -s KILL 20 umount -R "$one" || return
  done
}

# Whether the volume is unmounted everywhere, also in other mount namespaces.
is_closed() {
  if [[ -n $device ]] && dumpe2fs -h "$device" >/dev/null 2>&1; then is_clean; else [[ -z $(list_users) ]]; fi
}

# Prints the processes that use the volume, by path or from another mount namespace: their ids.
list_users() {
  local one own
  own=$(readlink /proc/self/ns/mnt)
  for one in /proc/[0-9]*; do
    one=${one##*/}
    ((one > 1 && one != $$ && one != PPID && one != BASHPID)) || continue
    # A thread of the kernel has no program.
    [[ -e /proc/$one/exe ]] || continue
    if readlink "/proc/$one/"{cwd,root,exe} "/proc/$one/fd/"* | grep -qE "^($mount|${bound:-$mount})(/|$)" ||
      grep -q " $mount/" "/proc/$one/maps" ||
      { [[ $(readlink "/proc/$one/ns/mnt") != "$own" ]] && grep -q "$mount" "/proc/$one/mountinfo"; }; then
      echo "$one"
    fi
  done 2>/dev/null
}

# Ends them, and notes their names in `users`.
end_users() {
  local pid name
  for pid in $(list_users); do
    name="$(cat "/proc/$pid/comm" 2>/dev/null || true) ($pid)"
    [[ ", $users" == *", $name"* ]] || users+=${users:+, }$name
    kill -KILL "$pid" 2>/dev/null || true
  done
}

close() {
  local path=$1 device=${2:-} mount=$root$1 users='' how=unmounted i
  # Everything below the mount point is ended.
  [[ $path == /?* ]] || fail 'no mount point'
  find_docker
  if [[ -z $device ]]; then
    mountpoint -q "$mount" || exit 3
    device=$(findmnt -rno SOURCE "$mount" || true)
  fi
  stop_docker_at_end || echo 'Docker did not stop'
  timeout -s KILL 30 sync --file-system "$mount" || true
  for ((i = 0; i < 5; i++)); do
    unmount 2>/dev/null && is_closed && break
    end_users
    sleep 0.3
  done
  if ((i == 5)); then
    # What remains may only read, or be a process that cannot be ended.
    how='read-only now, not unmounted'
    mount -o remount,ro "$mount" 2>/dev/null || true
    is_closed || fail "$path is in use${users:+ by $users}"
  fi
  echo "$path $how${users:+ after ending $users}"
}

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
