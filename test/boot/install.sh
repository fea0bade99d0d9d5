#!/bin/bash
# Installs the programs that test/boot needs, from the machine's distribution (Debian 12). Needs root.
# install.sh [PROGRAM/PACKAGE…]: installs these as well.
set -euo pipefail

# PROGRAM/PACKAGE
wanted=(
  mmdebstrap/mmdebstrap systemd-nspawn/systemd-container ip/iproute2 unshare/util-linux dnsmasq/dnsmasq-base jq/jq
  mkfs.ext4/e2fsprogs mkfs.xfs/xfsprogs losetup/mount "$@"
)
missing=()
for one in "${wanted[@]}"; do
  command -v "${one%/*}" >/dev/null || missing+=("${one#*/}")
done
((${#missing[@]} > 0)) || exit 0
if [[ $EUID != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "test/boot needs ${missing[*]}; only root on a Debian can install them from here." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -qy -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}"
