# shellcheck shell=bash
# Finds the volume's device and what it holds.
# shellcheck disable=SC2034
set -euo pipefail
declare root mib volume label seconds device kind

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
