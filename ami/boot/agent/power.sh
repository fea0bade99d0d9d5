# shellcheck shell=bash
# Every way out of the agent, and the ways to power the machine off.
# shellcheck disable=SC2034 # leaving
set -Eeuo pipefail
declare root grace reason stopping signaled watchdog last_resort_pipe child status now

# Ends the agent with this reason, unless it is already ending.
give_up() {
  reason=${reason:-$1}
  [[ -n $stopping ]] || exit 0
}

# Signals like Ctrl-C first, so that a runner ends its session at GitHub. Then SIGTERM, then SIGKILL.
stop_processes() {
  local i signal until
  for i; do leaving[i]=1; done
  for signal in INT TERM; do
    for i; do
      kill -0 "${child[i]}" 2>/dev/null || continue
      kill "-$signal" -- "-${child[i]}" 2>/dev/null
      kill -CONT -- "-${child[i]}" 2>/dev/null
    done
    clock
    until=$((now + grace))
    while is_one_alive "$@" && ((now < until)); do
      for i; do read_line "$i" 0.1; done
      clock
    done
  done
  for i; do
    # The process, or what it left behind.
    kill -KILL -- "-${child[i]}" 2>/dev/null
    drain "$i"
    reap "$i"
    ((i == 0)) || report "$i" runner-exit "${status[i]}"
  done
}

power_off() {
  local i
  # In the background, because a console that blocks must not keep the machine on.
  phase power-off "$1" &
  for ((i = 0; i < 20; i++)); do
    kill -0 "$!" 2>/dev/null || break
    sleep 0.05
  done
  # A sandbox must never power off the machine that it runs on.
  if [[ -n $root || -n ${CI_ACTIONS_POWER_OFF:-} ]]; then
    for i in 1 2 3; do
      timeout 30 bash -c "${CI_ACTIONS_POWER_OFF:-true}" && return
      sleep 1
    done
    return
  fi
  # From here on, a SIGTERM comes from the systemd that shuts the machine down.
  trap 'kill -KILL "${watchdog:-$BASHPID}"; exit 0' TERM
  timeout 10 systemctl poweroff -i || timeout 10 shutdown -h now
  # If systemd stops the unit, it waits only for the agent's end.
  [[ -z $signaled ]] || return 0
  sleep 20 &
  wait "$!"
  timeout 10 systemctl poweroff --force --force
  sleep 10
  echo o >/proc/sysrq-trigger
}

# Every way out of the agent leads here.
finish() {
  set +e
  trap - ERR
  trap '' INT HUP TERM
  stopping=1
  # A signal may have come inside a read with another IFS.
  IFS=$' \t\n'
  [[ -z $watcher ]] || kill "$watcher" 2>/dev/null
  [[ -z $interrupted ]] || reason='spot interruption'
  stop_processes "${!child[@]}"
  [[ -z $volume_begun ]] || close_volume
  power_off "${reason:-agent failed}"
  kill -KILL "$watchdog" 2>/dev/null
  [[ -z $last_resort_pipe ]] || { echo >&"$last_resort_pipe"; } 2>/dev/null
}
