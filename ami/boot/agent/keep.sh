# shellcheck shell=bash
# A machine that stays for a while after a job that failed, or after all its jobs, so that people can look at it.
# only with: keep-on-failure-seconds
# shellcheck disable=SC2034 # draining
set -Eeuo pipefail
declare -A payload
declare failed draining deadline now watchdog notice interrupted lifetime

# Notes a job after which the machine stays: JOB RESULT. After one that failed it takes no other, so that what failed stays
# as it is; a machine that stays in any case goes on.
note_end() {
  if [[ -n ${payload[keep_always]:-} ]]; then
    [[ $2 != Failed && $2 != Succeeded* ]] || failed=${failed:-$1}
  elif [[ $2 == Failed ]]; then
    failed=${failed:-$1} draining=1
  fi
}

# Runs when all runners have ended. An interrupted machine has no time for this.
keep() {
  local until at seconds=${payload[keep_on_failure_seconds]} which=' that failed'
  [[ -z ${payload[keep_always]:-} ]] || which=''
  [[ -z $interrupted ]] || return 0
  clock
  until=$((now + seconds < deadline ? now + seconds : deadline))
  TZ=UTC0 printf -v at '%(%FT%TZ)T' $((EPOCHSECONDS + until - now))
  phase kept "until $at after $failed"
  while ((now < until)) && [[ -z $interrupted ]]; do
    kill -0 "$watchdog" 2>/dev/null || start_watchdog
    [[ -z $notice ]] || check_interruption
    sleep 0.5
    clock
  done
  give_up "kept for $seconds s after a job$which"
}
