#!/bin/bash
# Creates the root of a machine: tree.sh ROOT [PRESET [kernel]]
#   ROOT     a folder that does not exist yet, or `-`: print the path of the cached tree instead of copying it
#   PRESET   amd64, arm64, cuda: provisioned by ami/provision/all.sh. Without: like a stock image of a cloud
#   kernel   with the distribution's kernel for clouds, as /vmlinuz and /initrd.img, for a virtual machine
# Trees are cached in .peers/boot, by a hash of their sources. CI_ACTIONS_TREE_SUITE: bookworm (default), or another suite
# of Debian or Ubuntu whose archive and keyring this machine has. Needs root, node_modules, and the programs of install.sh.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
suite=${CI_ACTIONS_TREE_SUITE:-bookworm}
kept=$PWD/.peers/boot
root=${1:?usage: tree.sh ROOT|- [PRESET]}
preset=${2:-}
kernel=${3:-}

# The packages of Debian's and Ubuntu's images for EC2 that matter for a boot.
stock=(
  apt ca-certificates cloud-guest-utils cloud-init curl dbus isc-dhcp-client iproute2 netbase netplan.io openssh-server
  python3 sudo systemd systemd-resolved systemd-sysv udev unattended-upgrades
)

digest() { sha256sum | cut -c1-16; }

# Creates a tree unless it is cached. An unfinished tree has another name. make_once NAME FUNCTION ARGUMENT…
make_once() {
  local name=$1 half
  shift
  if [[ ! -d $kept/$name ]]; then
    half=$kept/half-$$
    mkdir -p "$kept"
    # The log has the output of packages and steps. It is shown if the tree cannot be created.
    if ! "$@" "$half" >"$kept/$name.log" 2>&1; then
      tail -n 40 "$kept/$name.log" >&2
      echo "$name could not be made; log: $kept/$name.log" >&2
      rm -rf --one-file-system "$half"
      return 1
    fi
    mv -T "$half" "$kept/$name" 2>/dev/null || rm -rf --one-file-system "$half" # another was faster
    # The sources of these trees have changed. After a day no test boots them anymore.
    find "$kept" -mindepth 1 -maxdepth 1 -name "${name%-*}-*" ! -name "$name*" -mmin +1440 -exec rm -rf {} +
  fi
  echo "$kept/$name"
}

make_stock() {
  local packages
  packages=$(IFS=, && echo "${stock[*]}")
  mmdebstrap --variant=minbase --include="$packages" --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' "$suite" "$1" || return
  pose_as_ec2 "$1"
}

# A container has no DMI table by which cloud-init recognizes EC2, and cloud-init does not search for one there.
pose_as_ec2() {
  printf '%s\n' '#!/bin/sh' 'case $* in' \
    '*system-uuid*) echo ec2a51c3-77e9-4f20-8000-c1ac71050001 ;;' \
    '*system-serial-number*) echo ec2a51c3-77e9-4f20-8000-c1ac71050001 ;;' \
    '*chassis-asset-tag*) echo "Amazon EC2" ;;' '*) echo "Amazon EC2" ;;' 'esac' >"$1/usr/local/sbin/dmidecode"
  chmod 755 "$1/usr/local/sbin/dmidecode"
  sed -i '/^def is_container/a\    return False' "$1/usr/lib/python3/dist-packages/cloudinit/util.py"
  grep -A1 '^def is_container' "$1/usr/lib/python3/dist-packages/cloudinit/util.py" | grep -q 'return False'
}

stock_name="stock-$suite-$({ printf '%s\n' "$suite" "${stock[@]}" && declare -f make_stock pose_as_ec2; } | digest)"
stock_tree=$(make_once "$stock_name" make_stock)

# Copies everything that the provisioning reads, and this machine's settings for package registries.
provision() {
  local version archive sha256 name settings=()
  version=$(jq -r .runner.version ami/versions.json)
  archive=actions-runner-linux-$([[ $preset == arm64 ]] && echo arm64 || echo x64)-$version.tar.gz
  cp --archive --reflink=auto "$stock_tree" "$1" || return
  mkdir "$1/provision" && cp --archive ami/provision ami/boot ami/versions.json "$1/provision/" || return
  sha256=$(npx tsx test/boot/pack-runner.ts "$version" "$1/provision/$archive") || return
  for name in $(compgen -e | grep -iE '^((https?|all|no)_proxy|pip_.*|uv_.*|ssl_cert_file)$'); do
    settings+=("--setenv=$name")
  done
  run_in "$1" --setenv=CI_ACTIONS_DOCKER_SOURCE=distribution --setenv=CI_ACTIONS_PYTHON=distribution \
    --setenv="CI_ACTIONS_RUNNER_URL=file:///provision/$archive" --setenv="CI_ACTIONS_RUNNER_SHA256=$sha256" \
    "${settings[@]}" /provision/provision/all.sh "$preset" || return
  rm -rf "$1/provision"
}

# run_in ROOT [OPTION…] COMMAND…: runs a command as on a builder, but without a running systemd.
run_in() {
  local root=$1
  shift
  systemd-nspawn --quiet --register=no --keep-unit --pipe --resolv-conf=off --directory="$root" \
    --bind-ro=/etc/resolv.conf:/run/systemd/resolve/stub-resolv.conf \
    --bind-ro=/etc/ssl/certs/ca-certificates.crt "$@" </dev/null
}

# Adds what a virtual machine needs and a container does not. It has a DMI table of its own.
add_kernel() {
  cp --archive --reflink=auto "$provisioned_tree" "$1" && rm "$1/usr/local/sbin/dmidecode" || return
  # Only drivers of a virtual machine's disk, because an emulated processor unpacks the initrd.
  mkdir -p "$1/etc/initramfs-tools/conf.d" && echo MODULES=list >"$1/etc/initramfs-tools/conf.d/ci-actions" || return
  printf '%s\n' virtio_pci virtio_blk ext4 >"$1/etc/initramfs-tools/modules" || return
  local apt=(--setenv=DEBIAN_FRONTEND=noninteractive apt-get -qy -o Dpkg::Options::=--force-confold)
  run_in "$1" "${apt[@]}" update || return
  # The kernel enables AppArmor, and then Docker needs its parser, which every cloud's image has.
  run_in "$1" "${apt[@]}" install --no-install-recommends \
    "linux-image-cloud-$([[ $preset == arm64 ]] && echo arm64 || echo amd64)" initramfs-tools zstd apparmor || return
  run_in "$1" "${apt[@]}" clean && rm -rf "$1"/var/lib/apt/lists/* || return
  [[ -s $1/vmlinuz && -s $1/initrd.img ]]
}

if [[ -n $preset ]]; then
  files=$(find ami/provision ami/boot ami/versions.json sandbox/stand-in-runner test/boot/tree.sh -type f ! -name '*.md' | sort)
  tree_name=$preset-$suite-$({ echo "$stock_name" && xargs sha256sum <<<"$files"; } | digest)
  provisioned_tree=$(make_once "$tree_name" provision)
fi
if [[ -n $kernel ]]; then
  kernel_tree=$(make_once "kernel-$tree_name" add_kernel)
fi

tree=${kernel_tree:-${provisioned_tree:-$stock_tree}}
if [[ $root == - ]]; then
  echo "$tree"
elif [[ -e $root ]]; then
  echo "$root exists already" >&2
  exit 1
else
  cp --archive --reflink=auto "$tree" "$root"
fi
