# shellcheck shell=bash
# The first boot of a pooled machine.
# only with: kind
set -Eeuo pipefail
declare -A payload
declare root home status

# Reads what a runner reads first: EBS fetches a block from the snapshot when it is first read, and keeps it.
exec_warm_up() {
  cd "$home"
  find . -type f -exec cat {} + >/dev/null
  [[ -x bin/Runner.Listener ]] || exit 0
  become_user
  exec_as_user bin/Runner.Listener warmup
}

# Prints the state of the boot. `degraded` (a unit failed) is as good here as `running`.
exec_wait_for_boot() { exec systemctl is-system-running --wait; }

# Afterwards, what cloud-init, sshd and Docker do and read at a first boot is done before the job's boot.
wait_for_boot() {
  [[ -d $root/run/systemd/system ]] || return 0
  run_step boot exec_wait_for_boot
}

# Ends with a power-off, which stops the instance: it was launched so. It boots again for a runner.
warm_up() {
  [[ -e $home/run.sh ]] || give_up "no runner in $home"
  phase warm-up
  run_step warm-up exec_warm_up
  ((status[0] == 0)) || give_up "warm-up failed with ${status[0]}"
  wait_for_boot
  [[ -z ${payload[pre_runner_script]:-} ]] || run_script
  sync
  give_up 'warmed up'
}
