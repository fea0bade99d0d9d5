#!/bin/bash
# Makes the boot fast: masks units that a machine for one job does not need, and reduces cloud-init to what is used.
# shellcheck source-path=SCRIPTDIR source=step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"

# Masks also units that this release does not have, so that a package installed later does not add them.
unneeded=(
  # upgrades and their news: they hold a dpkg lock or keep the disk busy in the middle of a job
  apt-daily.{timer,service} apt-daily-upgrade.{timer,service} unattended-upgrades.service apt-news.service
  esm-cache.service motd-news.{timer,service} ua-timer.{timer,service} ua-reboot-cmds.service ua-auto-attach.service
  ubuntu-advantage.service update-notifier-download.{timer,service} update-notifier-motd.{timer,service}
  packagekit.service fwupd.service fwupd-refresh.{timer,service} release-upgrade-motd.service
  # installed snaps stay usable; nothing installs or refreshes snaps
  snapd.service snapd.socket snapd.seeded.service snapd.autoimport.service snapd.core-fixup.service
  snapd.recovery-chooser-trigger.service snapd.snap-repair.timer lxd-installer.socket
  # hardware, storage and consoles that EC2 does not have
  ModemManager.service multipathd.service multipathd.socket iscsid.socket iscsid.service open-iscsi.service
  lvm2-monitor.service udisks2.service open-vm-tools.service vgauth.service thermald.service secureboot-db.service
  getty@tty1.service keyboard-setup.service console-setup.service setvtrgb.service plymouth-quit.service
  plymouth-quit-wait.service plymouth-start.service plymouth-read-write.service
  # maintenance of long-lived machines, and crash reports
  e2scrub_reap.service e2scrub_all.timer fstrim.timer man-db.timer dpkg-db-backup.timer logrotate.timer
  apport.service apport-autoreport.path whoopsie.service kerneloops.service sysstat.service sysstat-collect.timer
  sysstat-summary.timer pollinate.service rsyslog.service grub-common.service grub-initrd-fallback.service
)

mask_units() {
  systemctl mask --quiet "${unneeded[@]}"
  rm -f /etc/update-motd.d/*
}

# Configures the network statically, so that it comes up at once and does not wait for cloud-init.
bake_network() {
  cat >/etc/systemd/network/10-ci-actions.network <<'CONF'
[Match]
Name=en* eth*

[Link]
RequiredForOnline=yes

[Network]
DHCP=yes
LLDP=no
EmitLLDP=no

[DHCPv4]
UseMTU=yes
CONF
  rm -f /etc/netplan/50-cloud-init.yaml
  # Otherwise an unknown name is also resolved by multicast, which takes seconds and does not exist on EC2.
  mkdir -p /etc/systemd/resolved.conf.d
  printf '[Resolve]\nLLMNR=no\nMulticastDNS=no\n' >/etc/systemd/resolved.conf.d/ci-actions.conf
  systemctl enable systemd-networkd.service systemd-networkd-wait-online.service systemd-resolved.service
}

# cloud-init still sets up the disk, the host name, SSH keys, and runs user data of other tools, but no unit waits for it:
# it has no stage before the network, and its other stages come before no target that services wait for.
reduce_cloud_init() {
  mkdir -p /etc/cloud/cloud.cfg.d
  cat >/etc/cloud/cloud.cfg.d/90-ci-actions.cfg <<'CONF'
# The cloud is EC2, so neither the cloud nor its address is searched for.
datasource_list: [Ec2, None]
datasource:
  Ec2:
    metadata_urls: ['http://169.254.169.254']
    max_wait: 60
    timeout: 5
network:
  config: disabled
cloud_init_modules:
  - growpart
  - resizefs
  - set_hostname
  - update_hostname
  - update_etc_hosts
  - users-groups
  - ssh
  - write-files
cloud_config_modules:
  - runcmd
cloud_final_modules:
  - scripts-per-boot
  - scripts-per-instance
  - scripts-user
package_update: false
package_upgrade: false
CONF
  systemctl mask cloud-init-local.service
  reorder cloud-init.service
}

# The order in a unit file can be removed only by a copy of the file in /etc, which replaces the package's.
reorder() {
  local from=/usr/lib/systemd/system/$1
  [[ -e $from ]] || from=/lib/systemd/system/$1
  sed -E '/^Before=(sysinit|network-online|basic)\.target$/d' "$from" >"/etc/systemd/system/$1"
}

# The journal ends with the machine anyway. In memory, no boot waits for a flush.
keep_journal_in_memory() {
  mkdir -p /etc/systemd/journald.conf.d
  printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=64M\n' >/etc/systemd/journald.conf.d/ci-actions.conf
}

# Removes the wait for GRUB's menu. A container has no GRUB.
hurry_grub() {
  [[ -d /etc/default/grub.d ]] || return 0
  printf '%s\n' GRUB_TIMEOUT=0 GRUB_RECORDFAIL_TIMEOUT=0 >/etc/default/grub.d/99-ci-actions.cfg
  if command -v update-grub >/dev/null; then update-grub; fi
}

mask_units
bake_network
reduce_cloud_init
keep_journal_in_memory
hurry_grub
