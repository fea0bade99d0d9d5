#!/bin/bash
# Starts a Docker engine for the tests of one process, and ends it after that process: daemon.sh FOLDER PID
# Everything of the engine is below FOLDER, which is removed at the end. Prints the address for DOCKER_HOST when it answers.
# If one was started with this folder before, prints its address. Needs root.
# isolated: a third argument. The engine gets a network of its own, so that it does not touch the rules of another engine.
# The host does not reach its containers.
set -euo pipefail

folder=${1:?usage: daemon.sh FOLDER PID [isolated]}
user=${2:?usage: daemon.sh FOLDER PID [isolated]}
around=()
[[ ${3:-} != isolated ]] || around=(unshare --net)
socket=$folder/docker.sock
START_S=60
END_S=30

answers() { DOCKER_HOST=unix://$socket timeout 10 docker version >/dev/null 2>&1; }

# Not `kill -0`, which also finds a process that has ended and that no parent has collected.
runs() { readlink "/proc/$1/exe" >/dev/null; }

# Ends the engine and what it mounted. Its containerd and the containers end with it.
remove() {
  local engine=$1 left=$((END_S * 5))
  # A container that ignores SIGTERM would keep the engine waiting.
  DOCKER_HOST=unix://$socket timeout 10 docker ps --quiet | DOCKER_HOST=unix://$socket timeout 20 xargs -r docker kill || true
  kill -TERM "$engine" 2>/dev/null || true
  while runs "$engine" && ((left-- > 0)); do sleep 0.2; done
  kill -KILL "$engine" 2>/dev/null || true
  # What a killed engine leaves: mounts of containers.
  awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do
    umount -l "$mount" || true
  done
  rm -rf --one-file-system "$folder"
}

# Ends the engine after the process that uses it, even if that was killed.
guard() {
  local engine=$1
  while runs "$user" && runs "$engine"; do sleep 0.3; done
  remove "$engine"
}

mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
if ! answers; then
  setsid "${around[@]}" dockerd --host "unix://$socket" --data-root "$folder/data" --exec-root "$folder/exec" \
    --pidfile "$folder/dockerd.pid" </dev/null >"$folder/dockerd.log" 2>&1 9>&- &
  engine=$!
  (guard "$engine") </dev/null >/dev/null 2>&1 9>&- &
  left=$((START_S * 5))
  until answers; do
    if ((left-- == 0)) || ! runs "$engine"; then
      tail -n 20 "$folder/dockerd.log" >&2
      echo "dockerd did not start within $START_S s." >&2
      exit 1
    fi
    sleep 0.2
  done
fi
echo "unix://$socket"
