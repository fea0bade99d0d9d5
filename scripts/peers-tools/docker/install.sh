#!/bin/bash
# Installs what tests with a real Docker need: dockerd and iptables from the distribution, and in .peers/docker Docker
# Compose as a plugin of the CLI (DOCKER_CONFIG=.peers/docker) and busybox for the stand-in image. Leaves ~/.docker alone.
# Does nothing if they are there. Without root on a Debian or Ubuntu, prints what is missing: the tests leave it out.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
folder=$PWD/.peers/docker
plugin=$folder/cli-plugins/docker-compose
work=

missing=()
command -v docker >/dev/null && command -v dockerd >/dev/null || missing+=(docker.io)
command -v iptables >/dev/null || missing+=(iptables)
[[ -x $plugin ]] || missing+=(docker-compose)
[[ -x $folder/busybox ]] || missing+=(busybox-static)
((${#missing[@]} > 0)) || exit 0
if [[ $EUID != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "Tests with Docker are left out: only root on a Debian or Ubuntu can install ${missing[*]} from here." >&2
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
mkdir -p "$folder/cli-plugins" "$folder/half"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian 12 has only Compose 1.29, in Python. The one of Debian 13 needs nothing but a libc of 2.34 or newer. Its source is
# known only to this script: the machine's lists stay as they are.
fetch_compose() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg options name=docker-compose
  if apt-cache show docker-compose-v2 >/dev/null 2>&1; then # Ubuntu's
    fetch docker-compose-v2
    return
  fi
  [[ -f $keyring ]] || apt-get -qy -o DPkg::Lock::Timeout=300 install --no-install-recommends debian-archive-keyring
  mkdir -p "$work"/{lists,cache/archives}/partial
  echo "deb [signed-by=$keyring] http://deb.debian.org/debian trixie main" >"$work/sources.list"
  options=(
    -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists"
    -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
  )
  apt-get -q "${options[@]}" update
  fetch "$name" "${options[@]}"
}

# Downloads a package and unpacks it: its files are then in the folder `unpacked`. fetch PACKAGE OPTION…
fetch() {
  local package=$1
  shift
  (cd "$work" && apt-get -q -o APT::Sandbox::User=root "$@" download "$package")
  dpkg -x "$work/$package"_*.deb "$work/unpacked"
}

# A half-copied program must not look installed. keep PROGRAM TARGET
keep() {
  cp "$1" "$folder/half/$$"
  chmod 755 "$folder/half/$$"
  mv -f "$folder/half/$$" "$2"
}

# shellcheck disable=SC2076 # names, not patterns
if [[ " ${missing[*]} " != ' docker-compose ' ]]; then apt-get -q update; fi
packages=()
for one in docker.io iptables; do
  if [[ " ${missing[*]} " == *" $one "* ]]; then packages+=("$one"); fi
done
if ((${#packages[@]} > 0)); then
  # The packages' own scripts would start a daemon. The tests start theirs.
  printf '#!/bin/sh\nexit 101\n' >"$work/policy"
  if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    install -m 755 "$work/policy" /usr/sbin/policy-rc.d
    trap 'rm -rf "$work" /usr/sbin/policy-rc.d' EXIT
  fi
  apt-get -qy -o DPkg::Lock::Timeout=300 install --no-install-recommends "${packages[@]}"
fi
if [[ ! -x $plugin ]]; then
  fetch_compose
  keep "$(find "$work/unpacked" -type f -path '*cli-plugins/docker-compose')" "$plugin"
fi
if [[ ! -x $folder/busybox ]]; then
  fetch busybox-static
  # A static program loads these to resolve names, and they must be of the libc that it was built with.
  fetch libc6
  mkdir -p "$folder/libraries"
  for library in libc.so.6 libresolv.so.2 libnss_dns.so.2 libnss_files.so.2 'ld-linux-*.so.?'; do
    found=$(find "$work/unpacked" -type f -name "$library" | head -n 1)
    keep "$found" "$folder/libraries/${found##*/}"
  done
  keep "$(find "$work/unpacked" -type f -path '*/bin/busybox')" "$folder/busybox"
fi
rmdir "$folder/half" 2>/dev/null || true
