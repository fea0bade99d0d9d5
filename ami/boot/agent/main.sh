#!/bin/bash
# Makes this machine one GitHub runner, once, or warms it up to be one at its next boot. Powers it off afterwards,
# whatever happens.
#   agent.sh [start]  hands over to a systemd unit where systemd is PID 1, so that cloud-init isn't held up; else runs
#   agent.sh run      does the work in the foreground
# Its input: docs/inside/payload.md. Its steps and its environment variables: ami/boot/README.md.

# Comes first, in the syntax of every bash: one older than 5 has no EPOCHREALTIME and would fail on every way out below.
# The message is written in the background, because a console that blocks must not keep the machine on.
if [ -z "${EPOCHREALTIME:-}" ]; then
  printf 'ci-actions phase=power-off uptime=%s at=%s %s\n' "$(cut -d ' ' -f 1 /proc/uptime)" \
    "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)" "bash $BASH_VERSION is too old: the boot agent needs bash 5" |
    tee -a "${CI_ACTIONS_CONSOLE:-/dev/console}" &
  sleep 1
  [ -z "${CI_ACTIONS_ROOT:-}${CI_ACTIONS_POWER_OFF:-}" ] || exec bash -c "${CI_ACTIONS_POWER_OFF:-true}"
  for how in 'systemctl poweroff -i' 'shutdown -h now' 'systemctl poweroff --force --force' 'echo o >/proc/sysrq-trigger'; do
    timeout 10 bash -c "$how" && sleep 20
  done
  exit 1
fi
set -Eeuo pipefail

# The machine: its settings and paths.
root=${CI_ACTIONS_ROOT:-}
imds=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}
console=${CI_ACTIONS_CONSOLE:-/dev/console}
# Seconds until the metadata service must have answered.
patience=${CI_ACTIONS_PAYLOAD_TIMEOUT:-60}
# Seconds that a runner gets to end by itself.
grace=${CI_ACTIONS_GRACE:-15}
unit=ci-actions-agent
self=$(readlink -f "$0")
state=$root/run/ci-actions
bin=$root/usr/local/sbin
pem=$root/opt/ci-actions/ca-certificates.pem

# The machine: its state. `deadline` and `started` are seconds of uptime, as is `now`.
reason='' stopping='' signaled='' watchdog='' watchdog_pipe='' last_resort_pipe='' silence='' environment=()
interrupted='' notice='' watcher='' draining='' failed='' said='' volume_begun=''
deadline=0 lifetime=900 startup=900 idle=900

# The runners, by number from 1. Payload formats 1 to 3 describe one runner, format 4 up to 16, a warm-up none.
runner_name=() label=() jit_config=() listening=() job=() finished=() again=() leaving=()
# With format 4: which take many jobs, their names in phases and in the log, and their homes.
lasting=() who=() called=() place=()

# The processes that the agent supervises, by number: a runner has its runner's number, a step of the machine has 0.
title=() child=() output=() partial=() status=()

# Writes to the console and to the journal. Neither has to work.
log() {
  { printf '%s\n' "$1" >>"$console"; } 2>/dev/null || true
  { printf '%s\n' "$1"; } 2>/dev/null || true
}

phase() {
  local t=${EPOCHREALTIME:-$(date +%s.%N)} at
  clock
  TZ=UTC0 printf -v at '%(%FT%T)T.%s' "${t%[.,]*}" "${t#*[.,]}"
  log "ci-actions phase=$1 uptime=$uptime at=${at%???}Z${2:+ $2}"
}

# shellcheck source-path=SCRIPTDIR source=power.sh
source "${BASH_SOURCE[0]%/*}/power.sh"

# shellcheck source-path=SCRIPTDIR source=timers.sh
source "${BASH_SOURCE[0]%/*}/timers.sh"

# shellcheck source-path=SCRIPTDIR source=payload.sh
source "${BASH_SOURCE[0]%/*}/payload.sh"

# shellcheck source-path=SCRIPTDIR source=runner.sh
source "${BASH_SOURCE[0]%/*}/runner.sh"

# shellcheck source-path=SCRIPTDIR source=settings.sh
source "${BASH_SOURCE[0]%/*}/settings.sh"

# shellcheck source-path=SCRIPTDIR source=script.sh
source "${BASH_SOURCE[0]%/*}/script.sh"

# shellcheck source-path=SCRIPTDIR source=warm-up.sh
source "${BASH_SOURCE[0]%/*}/warm-up.sh"

# shellcheck source-path=SCRIPTDIR source=several.sh
source "${BASH_SOURCE[0]%/*}/several.sh"

# shellcheck source-path=SCRIPTDIR source=volume.sh
source "${BASH_SOURCE[0]%/*}/volume.sh"

# shellcheck source-path=SCRIPTDIR source=interruption.sh
source "${BASH_SOURCE[0]%/*}/interruption.sh"

# shellcheck source-path=SCRIPTDIR source=keep.sh
source "${BASH_SOURCE[0]%/*}/keep.sh"

run() {
  local other
  other=$(cat "$state/agent.pid" 2>/dev/null || true)
  if [[ -n $other && $other != "$$" && $(tr '\0' ' ' 2>/dev/null <"/proc/$other/cmdline") == *"$self"* ]]; then
    log "ci-actions: the agent is already running as process $other"
    exit 0
  fi
  clock
  started=$now deadline=$((now + lifetime))
  trap finish EXIT
  trap 'reason=${reason:-agent failed in line $LINENO}' ERR
  trap 'signaled=1 reason=${reason:-stopped by a signal}; exit 0' INT HUP TERM
  # Caught rather than ignored: an ignored signal would stay ignored in the job.
  trap : PIPE
  exec {silence}<> <(:)
  start_watchdog
  { mkdir -p "$state" && echo "$$" >"$state/agent.pid"; } 2>/dev/null || true
  export HOME=${HOME:-/root}
  phase agent
  read_payload
  phase payload "${runner_name[*]:-${payload[kind]:-}}"
  apply_payload
  prepare
  [[ -z ${payload[kind]:-} ]] || warm_up
  install_runner
  [[ -z ${payload[data_volume]:-} ]] || open_volume
  ((${#environment[@]} == 0)) || printf '%s\n' "${environment[@]}" >>"$home/.env"
  [[ -z ${payload[pre_runner_script]:-} ]] || run_script
  run_runners
}

# cloud-init runs user data once per instance. Its per-boot scripts start the agent again after a restart, to power off;
# but not on another instance that was made from this one's disk, whose user data brings an agent of its own.
start() {
  local boot=/var/lib/cloud/scripts/per-boot instance=/var/lib/cloud/instance
  if [[ -z $root && -z ${CI_ACTIONS_POWER_OFF:-} && -d /run/systemd/system ]]; then
    systemctl start --no-block "$unit.service" 2>/dev/null && exit 0
    {
      # shellcheck disable=SC2016 # expanded at the next boot
      mkdir -p "$boot" &&
        printf '#!/bin/sh\n[ "$(readlink -f %s)" != %s ] || exec %s\n' "$instance" "$(readlink -f $instance)" "$self" >"$boot/$unit" &&
        chmod 755 "$boot/$unit"
    } || true
    systemd-run --unit="$unit" --description='ci-actions boot agent' -p KillMode=mixed -p TimeoutStopSec=15 \
      -p SuccessAction=poweroff-force -p FailureAction=poweroff-force -p OOMPolicy=continue -p OOMScoreAdjust=-900 \
      -p IgnoreSIGPIPE=no -p TasksMax=infinity -p LimitNOFILE=65536:1048576 -p Delegate=yes "$self" run && exit 0
  fi
  run
}

case ${1:-start} in
  start) start ;;
  run) run ;;
  *)
    echo "usage: $0 [start|run]" >&2
    exit 2
    ;;
esac
