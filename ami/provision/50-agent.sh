#!/bin/bash
# The boot agent of ../boot and its unit. The unit is enabled, but not started: the agent would power this machine off.
# shellcheck source-path=SCRIPTDIR source=step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"

boot=$here/../boot
mkdir -p /opt/ci-actions
for name in agent.sh install-runner.sh apt-when-free.sh unpack-jit-configs.mjs data-volume.sh; do
  [[ $name == *.mjs ]] || bash -n "$boot/$name"
  install -m 755 "$boot/$name" "/opt/ci-actions/$name"
done
bash /opt/ci-actions/apt-when-free.sh link /usr/local/sbin
install -m 644 "$boot/ci-actions-agent.service" /etc/systemd/system/ci-actions-agent.service
systemctl enable ci-actions-agent.service
