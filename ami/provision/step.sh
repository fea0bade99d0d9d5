# shellcheck shell=bash
# The start of every step: checks the user and the preset, and reports failures.
#   source "$(dirname "${BASH_SOURCE[0]}")/step.sh"
set -Eeuo pipefail

step=${0##*/}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
versions=$here/../versions.json
preset=${1:-}
# Packages must not ask questions.
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l HOME=${HOME:-/root} LC_ALL=C.UTF-8

log() { printf 'ci-actions %s: %s\n' "$step" "$1"; }

fail() {
  trap - ERR
  log "failed: $1" >&2
  exit "${2:-1}"
}

trap 'fail "line $LINENO: $BASH_COMMAND: exit code $?" "$?"' ERR

case $preset in
  amd64 | cuda) machine=x86_64 ;;
  arm64) machine=aarch64 ;;
  *) fail "usage: $step amd64|arm64|cuda, not '$preset'" 2 ;;
esac
[[ $EUID == 0 ]] || fail 'must run as root' 2
[[ $(uname -m) == "$machine" ]] || fail "preset $preset needs $machine, this machine is $(uname -m)" 2
command -v apt-get >/dev/null || fail 'needs a Debian or Ubuntu: no apt-get here' 2
# shellcheck source=/dev/null # ID, VERSION_CODENAME
source /etc/os-release

apt_get() {
  bash "$here/../boot/apt-when-free.sh" apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Options::=--force-confold \
    -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# Downloads the package lists, unless they are younger than an hour. `now`: always, as for a new source.
update_lists() {
  local fresh
  fresh=$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mmin -60 -print -quit 2>/dev/null)
  [[ ${1:-} != now && -n $fresh ]] || apt_get update
}

install_packages() {
  update_lists
  apt_get install --no-install-recommends "$@"
}

is_offered() { [[ -n $(apt-cache madison "$1" 2>/dev/null) ]]; }

# Prints the value in versions.json at a path of jq, such as .runner.version. Prints an array as lines. May be ''.
version() {
  command -v jq >/dev/null || install_packages jq >&2
  jq -er "$1 | if type == \"array\" then .[] else . end" "$versions"
}

# Prints NAME=VERSION for apt if a version is pinned, else NAME.
pinned() { printf '%s%s\n' "$1" "${2:+=$2}"; }

# Prints the value of a variable, which must be one of several words: choose VARIABLE DEFAULT OTHER…
choose() {
  local name=$1 given=${!1:-$2} word
  shift
  for word; do [[ $given != "$word" ]] || { echo "$given" && return; }; done
  fail "$name is '$given'; allowed: $*" 2
}

# Adds a signed apt source: add_source NAME URL-OF-KEY 'deb line without options'
add_source() {
  local name=$1 key=/etc/apt/keyrings/$1.asc
  command -v curl >/dev/null || install_packages curl ca-certificates
  mkdir -p /etc/apt/keyrings
  curl -fsSL --retry 5 --retry-all-errors --connect-timeout 10 --max-time 60 -o "$key.new" "$2"
  mv "$key.new" "$key"
  chmod 644 "$key"
  echo "deb [arch=$(dpkg --print-architecture) signed-by=$key] $3" >"/etc/apt/sources.list.d/$name.list"
  update_lists now
}

is_running_systemd() { [[ -d /run/systemd/system ]]; }
