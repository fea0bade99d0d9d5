# shellcheck shell=bash
# Unmounts the volume, whatever still uses it.
# shellcheck disable=SC2034
set -euo pipefail
declare root path mount device bound

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
