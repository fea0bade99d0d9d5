# shellcheck shell=bash
# Docker, if it keeps its data on the volume.
# shellcheck disable=SC2034
set -euo pipefail
declare root path mount device volume

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
