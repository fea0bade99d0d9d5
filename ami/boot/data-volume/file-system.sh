# shellcheck shell=bash
# The file system: made only on a blank device, recovered, mounted, grown.
# shellcheck disable=SC2034
set -euo pipefail
declare mib volume device kind label mount found

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
