#!/bin/bash
# Installs the runner application: install-runner.sh URL SHA256 DIRECTORY
# For images without it. Does nothing if the runner is there. Checks the checksum before unpacking.
set -euo pipefail

url=$1 sha256=$2 directory=$3
[[ ! -e $directory/run.sh ]] || exit 0

fail() {
  echo "$1" >&2
  exit 1
}

check_architecture() {
  local machine
  case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) machine=$(uname -m) ;;
  esac
  if [[ ${url##*/} =~ -(linux|osx|win)-([a-z0-9]+) && "${BASH_REMATCH[1]}-${BASH_REMATCH[2]}" != "linux-$machine" ]]; then
    fail "${BASH_REMATCH[0]#-} is not for this machine, which is linux-$machine"
  fi
}

download() {
  curl -fsSL --retry 5 --retry-all-errors --connect-timeout 10 --speed-limit 1024 --speed-time 30 -o "$archive" "$url"
  echo "$sha256  $archive" | sha256sum --check --status || fail "checksum of $url is not $sha256"
}

# run.sh gets its name last, so that its presence means a complete runner.
unpack() {
  tar --extract --gzip --no-same-owner --file="$archive" --directory="$directory" \
    --transform='s,^\(\./\)\?run\.sh$,run.sh.unpacked,'
  [[ -e $directory/run.sh.unpacked ]] || fail "$url has no run.sh"
}

# .NET needs ICU. The runner's own script supports Debian and Fedora, but not Amazon Linux.
install_dependencies() {
  [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p) != *libicuuc.so* ]] || return 0
  if command -v apt-get >/dev/null; then
    # Package runs of the boot may hold the locks.
    bash "${BASH_SOURCE[0]%/*}/apt-when-free.sh" link "$directory/.apt"
    PATH=$directory/.apt:$PATH DEBIAN_FRONTEND=noninteractive "$directory/bin/installdependencies.sh"
  elif command -v dnf >/dev/null; then
    dnf install -qy libicu openssl-libs krb5-libs zlib
  else
    "$directory/bin/installdependencies.sh"
  fi
}

check_architecture
mkdir -p "$directory"
archive=$directory/.runner.tar.gz
trap 'rm -rf "$archive" "$directory/.apt"' EXIT
download
unpack
install_dependencies
mv "$directory/run.sh.unpacked" "$directory/run.sh"
