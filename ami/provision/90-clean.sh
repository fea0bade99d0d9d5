#!/bin/bash
# Removes what belongs to the builder's machine. Stops nothing, so that the builder's own session goes on.
# shellcheck source-path=SCRIPTDIR source=step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"

apt_get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
# Each instance gets its own identity: systemd and cloud-init create it at the first boot.
: >/etc/machine-id
rm -f /var/lib/dbus/machine-id /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub /var/lib/systemd/random-seed
rm -f /etc/hostname
if command -v cloud-init >/dev/null; then cloud-init clean --logs; fi
rm -rf /var/lib/ci-actions /run/ci-actions
# Empties log files, because programs hold them open, and deletes rotated ones.
find /var/log -type f \( -name '*.gz' -o -name '*.[0-9]' -o -name '*.old' \) -delete
find /var/log -type f ! -path '/var/log/journal/*' ! -name 'ci-actions-provision.log' -exec truncate --size 0 {} +
rm -rf /var/log/journal/*/*@*.journal
if is_running_systemd; then journalctl --quiet --rotate --vacuum-time=1s || true; else rm -rf /var/log/journal/*; fi
rm -rf /root/.cache /root/.bash_history /home/*/.bash_history /home/*/.cache /var/tmp/* /var/crash/*
sync
