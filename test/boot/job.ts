/** Creates an image with only a shell on the machine, because there is no registry here. */
export const IMAGE = [
  'mkdir -p box/bin && cd box',
  'cp --parents -L /bin/sh /bin/cat $(ldd /bin/sh /bin/cat | grep -o "/[^ ]*so[^ ]*" | sort -u) .',
  'tar -c . | sudo docker import - box',
].join('\n');

/** The steps of the tests' job. */
export const STEPS = [
  'echo "I am $(id -un), at home in $HOME, groups $(id -Gn)"; test -w "$HOME"; cd; pwd',
  'echo "sudo makes me $(sudo -n id -un)"; sudo -n apt-get --version | head -n 1',
  'git init -q project; cd project; git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m "a commit by git"; git log --format=%s',
  IMAGE,
  'docker run --rm box /bin/sh -c "echo a container on a network of its own says: \\$(cat /etc/hostname)"',
  'docker run --rm --network host -v "$PWD:/folder" box /bin/sh -c "echo written in a container >/folder/note"; cat note',
  'tox --version; uv --version; pipx --version; python3 --version',
  'sudo -n systemctl is-system-running --wait || true; sudo -n systemctl list-units --failed --plain --no-legend; cloud-init status --long',
];
