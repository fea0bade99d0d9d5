#!/bin/bash
# The packages that every job expects, an account for jobs that do not run as root, and no other program that uses dpkg.
# shellcheck source-path=SCRIPTDIR source=step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"

# A builder that has just booted still runs cloud-init and upgrades. Waits for cloud-init and stops the upgrades.
wait_for_boot() {
  is_running_systemd || return 0
  systemctl stop apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service \
    unattended-upgrades.service 2>/dev/null || true
  if command -v cloud-init >/dev/null && [[ -d /run/cloud-init ]]; then
    timeout 300 cloud-init status --wait >/dev/null || log "cloud-init: $(cloud-init status 2>&1 || true)"
  fi
}

silence_apt() {
  cat >/etc/apt/apt.conf.d/99-ci-actions <<'CONF'
APT::Periodic::Enable "0";
APT::Periodic::Update-Package-Lists "0";
APT::Periodic::Unattended-Upgrade "0";
APT::Install-Recommends "0";
Acquire::Retries "3";
DPkg::Lock::Timeout "300";
CONF
  if dpkg-query -W -f '${Status}' unattended-upgrades 2>/dev/null | grep -q ' installed$'; then
    apt_get purge unattended-upgrades
  fi
  systemctl mask apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service
}

# The account `runner` for run-as-user. It has sudo without a password, as on GitHub-hosted runners.
add_runner() {
  id -u runner >/dev/null 2>&1 || useradd --create-home --shell /bin/bash runner
  printf '%s\n' 'runner ALL=(ALL) NOPASSWD:ALL' 'Defaults env_keep += "DEBIAN_FRONTEND"' >/etc/sudoers.d/ci-actions
  chmod 440 /etc/sudoers.d/ci-actions
  visudo -cqf /etc/sudoers.d/ci-actions
}

wait_for_boot
silence_apt
install_packages acl build-essential ca-certificates cloud-guest-utils cloud-init curl file git gnupg iproute2 jq lsof \
  openssh-client pkg-config procps psmisc python3 python3-venv rsync sudo time tzdata unzip wget xz-utils zip zstd
add_runner
