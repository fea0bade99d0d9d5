#!/bin/bash
# Makes an image that stands in for one that no registry has: stand-in.sh IMAGE FOLDER [CHANGE…]
# busybox with the programs of FOLDER in /usr/local/bin. A CHANGE is an instruction of a Dockerfile, such as 'CMD ["serve"]'.
# busybox is this machine's, if it is a static program, else the image busybox, which Docker pulls.
set -euo pipefail

image=${1:?usage: stand-in.sh IMAGE FOLDER [CHANGE…]}
commands=${2:?usage: stand-in.sh IMAGE FOLDER [CHANGE…]}
BASE=busybox:1.37
peers=$(dirname "${BASH_SOURCE[0]}")/../../../.peers/docker
changes=(--change 'ENV PATH=/usr/local/bin:/bin')
for one in "${@:3}"; do changes+=(--change "$one"); done

is_static() { [[ -x $1 ]] && ! ldd "$1" >/dev/null 2>&1; }

find_busybox() {
  local path
  for path in "$peers/busybox" "$(command -v busybox || true)"; do
    if [[ -n $path ]] && is_static "$path"; then echo "$path" && return; fi
  done
}

# A static program of glibc loads these when it resolves a name. They must be of the libc that it was built with.
copy_libraries() {
  local library folder
  mkdir -p "$root/lib/$(uname -m)-linux-gnu" "$root/lib64"
  for folder in "$peers/libraries" "/lib/$(uname -m)-linux-gnu" /lib64 /lib; do
    for library in libc.so.6 libresolv.so.2 libnss_dns.so.2 libnss_files.so.2; do
      [[ ! -e $folder/$library ]] || cp -Ln "$folder/$library" "$root/lib/$(uname -m)-linux-gnu/"
    done
    for library in "$folder"/ld-linux-*; do
      [[ ! -e $library ]] || case $(uname -m) in
        x86_64) cp -Ln "$library" "$root/lib64/" ;;
        *) cp -Ln "$library" "$root/lib/" ;;
      esac
    done
  done
}

import() {
  local name
  mkdir -p "$root"/{bin,etc,root,tmp,usr/local/bin}
  chmod 1777 "$root/tmp"
  cp "$1" "$root/bin/busybox"
  for name in $("$1" --list); do [[ $name == busybox ]] || ln -s busybox "$root/bin/$name"; done
  echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
  copy_libraries
  cp "$commands"/* "$root/usr/local/bin/"
  tar -C "$root" --owner=0 --group=0 -c . | docker import "${changes[@]}" - "$image" >/dev/null
}

# Docker pulls only what it does not have.
commit() {
  container=$(docker create "$BASE" sh)
  mkdir -p "$root/usr/local/bin"
  cp "$commands"/* "$root/usr/local/bin/"
  docker cp "$root/usr" "$container:/"
  docker commit "${changes[@]}" "$container" "$image" >/dev/null
}

container=
root=$(mktemp -d)
clean() {
  rm -rf "$root"
  if [[ -n $container ]]; then docker rm "$container" >/dev/null; fi
}
trap clean EXIT
busybox=$(find_busybox)
if [[ -n $busybox ]]; then import "$busybox"; else commit; fi
