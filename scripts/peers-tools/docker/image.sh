#!/bin/bash
# Imports the stand-in images into a Docker engine, because no test may need a registry. Takes 0.1 s.
#   ci-actions/stand-in:1        busybox, and the programs of the folder stand-in
#   ci-actions/stand-in:healthy  the same, with `EXPOSE 8088` and a health check of that port, which no Compose file shows
# DOCKER_HOST: the engine. Does nothing if it has them.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
here=scripts/peers-tools/docker
image=ci-actions/stand-in
digest=$(cat "$here/image.sh" "$here"/stand-in/* | sha256sum | cut -c1-16)

has() { [[ $(docker image inspect --format '{{index .Config.Labels "digest"}}' "$image:$1" 2>/dev/null) == "$digest" ]]; }
if has 1 && has healthy; then exit 0; fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,etc,root,tmp,lib64} "$root/lib/$(uname -m)-linux-gnu"
chmod 1777 "$root/tmp"
cp .peers/docker/busybox "$root/bin/busybox"
for name in $("$root/bin/busybox" --list); do
  [[ $name == busybox ]] || ln -s busybox "$root/bin/$name"
done
cp "$here"/stand-in/* "$root/bin/"
cp .peers/docker/libraries/lib* "$root/lib/$(uname -m)-linux-gnu/"
case $(uname -m) in
  x86_64) cp .peers/docker/libraries/ld-linux-* "$root/lib64/" ;;
  *) cp .peers/docker/libraries/ld-linux-* "$root/lib/" ;;
esac
echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

# load TAG CHANGE…
load() {
  local tag=$1 changes=()
  shift
  for one in 'ENV PATH=/bin' 'CMD ["sh"]' "LABEL digest=$digest" "$@"; do changes+=(--change "$one"); done
  tar -C "$root" --owner=0 --group=0 -c . | docker import "${changes[@]}" - "$image:$tag" >/dev/null
}
load 1
load healthy 'EXPOSE 8088' 'HEALTHCHECK --interval=1s --timeout=2s --retries=8 CMD ask 127.0.0.1:8088'
