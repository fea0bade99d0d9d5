# shellcheck shell=bash
# What every step of the provisioning begins with: who runs it, for which preset, and how it says that it failed.
#   source "$(dirname "${BASH_SOURCE[0]}")/step.sh"
set -Eeuo pipefail

step=${0##*/}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
versions=$here/../versions.json
preset=${1:-}
# An image's root is the machine's own; nothing here is asked anything.
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l HOME=${HOME:-/root} LC_ALL=C.UTF-8

say() { printf 'ci-actions %s: %s\n' "$step" "$1"; }

fail() {
  trap - ERR
  say "failed: $1" >&2
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

# Fetches the package lists, unless a step did it within the hour. `now`: in any case, as for a new source.
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

# What versions.json says at a path of jq, such as .runner.version; several values are lines. '' is a legal answer.
version() {
  command -v jq >/dev/null || install_packages jq >&2
  jq -er "$1 | if type == \"array\" then .[] else . end" "$versions"
}

# NAME=VERSION for apt where a version is pinned, else NAME.
pinned() { printf '%s%s\n' "$1" "${2:+=$2}"; }

# One of several words, from a variable: choose VARIABLE DEFAULT OTHER…
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
