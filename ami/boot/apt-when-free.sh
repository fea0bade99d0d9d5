#!/bin/bash
# Runs apt-get, apt, aptitude or dpkg, and repeats it while another program holds one of their locks, for up to 5 minutes.
# apt itself waits only for dpkg's lock, not for the locks of the package lists and of the archives.
#   apt-when-free.sh PROGRAM [ARGUMENT…]   or called by a link with the program's name
#   apt-when-free.sh link DIRECTORY        creates such links there, for the programs that this machine has
set -euo pipefail

self=$(readlink -f "$0")
# Seconds.
patience=${CI_ACTIONS_APT_PATIENCE:-300}
messages=''

# Prints the path of the program itself, not of the link to this script.
find_program() {
  local path
  while IFS= read -r path; do
    [[ $(readlink -f "$path") == */apt-when-free.sh ]] || { echo "$path" && return; }
  done < <(type -aP "$1")
  return 1
}

link() {
  local name
  mkdir -p "$1"
  for name in apt apt-get aptitude dpkg; do
    if [[ -L $1/$name || ! -e $1/$name ]] && find_program "$name" >/dev/null; then ln -sfn "$self" "$1/$name"; fi
  done
}

# The message names the lock file in every language. Does not wait for a lock file that it may not open.
is_locked() {
  grep -E '/(lists|archives|dpkg)/lock|locked by another process' "$messages" | grep -Eqv ' - open \(([^1]|1[^1])'
}

# Copies the error output as it comes, and keeps it. A process that the program leaves running may keep the pipe open.
attempt() {
  local errors copy i status=0
  exec {errors}> >(exec tee "$messages" >&2)
  copy=$!
  "$@" 2>&"$errors" || status=$?
  exec {errors}>&-
  for ((i = 0; i < 20 && status != 0; i++)); do
    kill -0 "$copy" 2>/dev/null || break
    sleep 0.05
  done
  return "$status"
}

run() {
  local name=$1 program status pause=0
  program=$(find_program "$name") || { echo "$name: command not found" >&2 && exit 127; }
  shift
  # Scripts query dpkg a thousand times, and queries take no lock.
  [[ $name != dpkg || " $*" =~ ' '(-[irP]|--(install|remove|purge|unpack|configure)) ]] || exec "$program" "$@"
  # mktemp fails on a full disk.
  messages=$(mktemp 2>/dev/null) || exec "$program" "$@"
  trap 'rm -f "$messages"' EXIT
  while :; do
    status=0
    attempt "$program" "$@" || status=$?
    if ((status == 0 || SECONDS >= patience)) || ! is_locked; then exit "$status"; fi
    sleep "$((pause < 10 ? ++pause : 10))"
  done
}

[[ ${0##*/} != apt-when-free.sh ]] || { name=${1:?usage: apt-when-free.sh PROGRAM…} && shift; }
if [[ ${name:=${0##*/}} == link ]]; then link "$1"; else run "$name" "$@"; fi
