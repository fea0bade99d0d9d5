# shellcheck shell=bash
# The timers: those that the agent checks itself, its watchdog, and the last resort behind both.
# shellcheck disable=SC2034 # last_resort_pipe
set -Eeuo pipefail
declare root console grace unit signaled deadline lifetime startup idle started watchdog watchdog_pipe
declare runner_name listening job finished again called title child status

# Reads the uptime: bash's SECONDS follows the wall clock, and a step of that clock must not end or stretch a timer. IFS
# is set because a trap may run inside a read with another IFS.
clock() {
  IFS=' ' read -r uptime _ </proc/uptime
  now=${uptime%.*}
}

# Powers off when the agent is gone (its end of the pipe closes) or stuck long after its lifetime. A line on the pipe is
# a new deadline.
run_watchdog() {
  local deadline=$1 watchdog='' line begun='' code
  set +e
  trap - ERR
  trap '' INT HUP TERM
  while :; do
    IFS= read -r -t 1 line
    code=$?
    # A read that times out in the middle of a line returns the line's beginning.
    begun+=$line
    if ((code == 0)); then
      deadline=$begun begun=''
    elif ((code <= 128)); then
      power_off 'agent died'
      return
    fi
    clock
    ((now < deadline + 4 * grace)) || break
  done
  power_off 'lifetime is over and the agent is stuck'
}

start_watchdog() {
  exec {watchdog_pipe}> >(run_watchdog "$deadline")
  watchdog=$!
}

# The last resort if both the agent and its watchdog are killed or stopped: a timer of systemd's, or else a process with
# another name, parent and session, whose pipe closes with the agent. A line on the pipe ends the process.
start_last_resort() {
  if [[ -n ${timer:-} ]] && wait "$timer"; then return; fi
  exec {last_resort_pipe}> >(
    exec {watchdog_pipe}>&-
    exec setsid --fork bash -c "$(declare -p root console grace signaled && declare -f clock log phase power_off run_last_resort); run_last_resort $((deadline + 8 * grace))"
  )
}

# Runs in the background from early on, so that the start does not wait for systemd.
begin_systemd_timer() {
  local after=$((deadline + 8 * grace - now))
  [[ -z $root && -z ${CI_ACTIONS_POWER_OFF:-} && -d /run/systemd/system ]] || return 0
  timeout 10 systemd-run --quiet --unit="$unit-lifetime" --on-active="$after" --timer-property=AccuracySec=1 \
    -p SuccessAction=poweroff-force -p FailureAction=poweroff-force true &
  timer=$!
}

run_last_resort() {
  local line
  while clock && ((now < $1)); do
    IFS= read -r -t 1 line && return
    (($? > 128)) || break
  done
  # The watchdog comes first.
  sleep "$((2 * grace))"
  power_off 'agent and watchdog have died or are stuck'
}

check_timers() {
  local i
  clock
  kill -0 "$watchdog" 2>/dev/null || start_watchdog
  ((now < deadline)) || give_up "lifetime of $lifetime s is over"
  [[ -z $notice ]] || check_interruption
  [[ -z $draining ]] || retire_idle
  for i in "${!runner_name[@]}"; do check_runner "$i"; done
  ! is_idle || stop_idle
}

check_runner() {
  local i=$1
  # It has ended.
  [[ -n ${child[i]:-} || -z ${status[i]:-} ]] || return 0
  if [[ -z ${listening[i]:-} ]]; then
    ((now < started + startup)) || give_up "startup took longer than $startup s${child[i]:+${called[i]:+: ${called[i]} does not listen}}"
  elif [[ -n ${again[i]:-} ]]; then
    end_runner "$i" 'runner listens again after its job'
  elif [[ -n ${job[i]:-} && -n ${finished[i]:-} ]]; then
    # A runner exits within seconds of its job, or hangs (actions/runner#4617, #3822).
    ((now < finished[i] + 4 * grace)) || end_runner "$i" "runner did not exit within $((4 * grace)) s after its job"
  fi
}

# Ends a runner that hangs, and not the jobs of the others.
end_runner() {
  ((${#child[@]} > 1)) || give_up "$2"
  log "ci-actions ${title[$1]}: $2"
  stop_processes "$1" || true
}

# No runner has a job or starts, and none has had a job for the idle timeout.
is_idle() {
  local i last=0
  for i in "${!child[@]}"; do [[ -n ${listening[i]:-} && -z ${job[i]:-} ]] || return 1; done
  for i in "${listening[@]}" "${finished[@]}"; do ((last = i > last ? i : last, 1)); done
  ((now >= last + idle))
}

# A job can come as the timer fires. So the runners are stopped (SIGSTOP) while their output up to now is read.
stop_idle() {
  local i
  signal_all STOP
  for i in "${!child[@]}"; do while read_line "$i" 0.2; do :; done; done
  ! is_idle || give_up "no job within $idle s"
  signal_all CONT
}

signal_all() {
  local i
  for i in "${!child[@]}"; do kill "-$1" -- "-${child[i]}" 2>/dev/null || true; done
}
