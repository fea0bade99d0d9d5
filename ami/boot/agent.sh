#!/bin/bash
# Printed by `npm run print` from ami/boot/agent/: change the parts there.
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

# Every way out of the agent, and the ways to power the machine off.

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

# The timers: those that the agent checks itself, its watchdog, and the last resort behind both.

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

# Reads the payload from the metadata service and puts it into effect. Format: docs/inside/payload.md.

number='[1-9][0-9]{0,6}' base64='[A-Za-z0-9+/]+={0,2}' path='(/\.?[A-Za-z0-9_+-][A-Za-z0-9._+-]*)+' newest=3
declare -A payload shape=(
  [format]='[123]' [kind]='warm-up' [runner_name]='[^[:cntrl:]]{1,64}' [label]='[^[:cntrl:]]+' [jit_config]=$base64
  [runner_home_dir]="$path/?" [run_as_user]='[A-Za-z_][A-Za-z0-9._-]{0,31}'
  [startup_timeout_seconds]=$number [idle_timeout_seconds]=$number [max_lifetime_seconds]=$number
  [runner_url]='https?://[^[:space:]]+' [runner_sha256]='[0-9a-f]{64}' [pre_runner_script]=$base64
  [environment]=$base64 [ca_certificates]="$base64(,$base64)*"
)

unreadable() { give_up "payload unreadable: $1"; }

# request_with_token PATH
request_with_token() {
  local token
  token=$(request_metadata PUT api/token 'X-aws-ec2-metadata-token-ttl-seconds: 60') || return
  request_metadata GET "$1" "X-aws-ec2-metadata-token: $token"
}

fetch_user_data() { request_with_token user-data | base64 -w0; }

# request_metadata METHOD PATH HEADER. Works without curl, because curl is installed through the payload's proxy.
request_metadata() {
  local host=${imds#*://} port=80
  if command -v curl >/dev/null; then
    curl -sSf --noproxy '*' --connect-timeout 2 --max-time 5 -X "$1" -H "$3" "${imds%/}/latest/$2"
    return
  fi
  host=${host%%/*}
  if [[ $host =~ :([0-9]+)$ ]]; then port=${BASH_REMATCH[1]} host=${host%:*}; fi
  timeout 5 bash -c "$(declare -f request_by_bash); request_by_bash \"\$@\"" request_by_bash "${host//[][]/}" "$port" "$@"
}

request_by_bash() {
  local line='' answer
  exec 3<>"/dev/tcp/$1/$2" || return
  printf '%s /latest/%s HTTP/1.0\r\nHost: %s\r\nContent-Length: 0\r\n%s\r\n\r\n' "$3" "$4" "$1" "$5" >&3
  IFS= read -r answer <&3
  until [[ $line == $'\r' ]]; do IFS= read -r line <&3 || return; done
  [[ $answer == 'HTTP/1.'?' 2'* ]] || { echo "metadata service: $answer" >&2 && return 22; }
  cat <&3
}

read_payload() {
  local data text key
  until data=$(fetch_user_data 2>&1); do
    clock
    ((now < started + patience)) || unreadable "${data##*$'\n'}"
    # The whole start waits for the DHCP lease, the route and the service, which take seconds at most.
    sleep 0.1
  done
  { text=$(printf %s "${data##*$'\n'}" | base64 -d | gzip -dcf); } 2>/dev/null || unreadable 'broken gzip'
  parse_payload "$text"
  [[ -z ${payload[environment]:-} ]] || read_environment
  for key in $(list_needed_keys); do
    [[ -n ${payload[$key]:-} ]] || unreadable "no ${key//_/-}"
  done
  [[ -z ${payload[kind]:-} || ${payload[format]} != 1 ]] || unreadable 'kind needs format 2'
  [[ -z ${payload[environment]:-}${payload[ca_certificates]:-} || ${payload[format]} == [34] ]] ||
    unreadable 'environment and ca-certificates need format 3'
  [[ -z ${payload[runner_url]:-} || -n ${payload[runner_sha256]:-} ]] || unreadable 'runner-url without runner-sha256'
  if [[ ${payload[format]} == 4 ]]; then list_numbered; else list_runner; fi
}

list_needed_keys() {
  echo format runner_home_dir run_as_user max_lifetime_seconds
  [[ -n ${payload[kind]:-} || ${payload[format]:-} == 4 ]] || echo runner_name label jit_config
  [[ -n ${payload[kind]:-} ]] || echo startup_timeout_seconds idle_timeout_seconds
}

# An error never quotes a value, because one of the values is a secret.
parse_payload() {
  local line name key form value first=1
  while IFS= read -r line; do
    if [[ -n $first ]]; then
      [[ $line == '#!'* ]] || unreadable 'no #! in its first line'
      first=''
      continue
    fi
    [[ $line == '#:'* ]] || break
    [[ $line =~ ^'#:'([a-z0-9-]+)' '(.+)$ ]] || unreadable "not '#:key value': line $((${#payload[@]} + 2))"
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]} key=${BASH_REMATCH[1]//-/_}
    form=$key
    [[ ! $key =~ ^runner_([1-9]|1[0-6])$ ]] || form=runner_N
    [[ -n ${shape[$form]:-} ]] || unreadable "unknown key $name"
    [[ -z ${payload[$key]:-} ]] || unreadable "$name twice"
    [[ $value =~ ^(${shape[$form]})$ ]] || unreadable "$name is not what this agent reads (format $newest)"
    payload[$key]=$value
    [[ $key$value != format4 ]] || extend_shapes
  done < <(printf '%s\n' "$1")
}

# What belongs to a runner. The rest of the payload belongs to the machine.
list_runner() {
  [[ -z ${payload[kind]:-} ]] || return 0
  runner_name[1]=${payload[runner_name]} label[1]=${payload[label]} jit_config[1]=${payload[jit_config]}
}

apply_payload() {
  lifetime=${payload[max_lifetime_seconds]}
  startup=${payload[startup_timeout_seconds]:-$lifetime}
  idle=${payload[idle_timeout_seconds]:-$lifetime}
  deadline=$((started + lifetime))
  { echo "$deadline" >&"$watchdog_pipe"; } 2>/dev/null || true
  user=${payload[run_as_user]}
  home=$root${payload[runner_home_dir]}
  served=$root/var/lib/ci-actions/served
  [[ -n ${payload[kind]:-} || $(cat "$served" 2>/dev/null) != "${runner_name[*]}" ]] || give_up 'machine restarted: a runner serves once'
  # In a sandbox on a developer's machine the agent is not root.
  if [[ $EUID != 0 && $(id -un) != "$user" ]]; then
    user=$(id -un)
    log "ci-actions: not root, so everything runs as $user"
  fi
  uid=$(id -u "$user" 2>/dev/null) || give_up "run-as-user $user does not exist"
  begin_systemd_timer
}

# Prepares downloads: apt waits for its locks, and the payload's environment and certificates are in place.
prepare() {
  [[ -L $bin/apt-get ]] || bash "${self%/*}/apt-when-free.sh" link "$bin" 2>/dev/null || true
  [[ ! -d $root/etc/apt ]] || { echo 'DPkg::Lock::Timeout "300";' >"$root/etc/apt/apt.conf.d/99-ci-actions-wait"; } 2>/dev/null || true
  start_last_resort
  if [[ -n ${payload[ca_certificates]:-} ]]; then
    [[ " ${environment[*]%%=*} " == *' NODE_EXTRA_CA_CERTS '* ]] || environment+=("NODE_EXTRA_CA_CERTS=$pem")
  fi
  if ! command -v curl >/dev/null || { [[ -z $root && -n ${payload[ca_certificates]:-} ]] && ! find_trust >/dev/null; }; then
    run_step curl-install exec_curl_install
  fi
  ((${#environment[@]} > 0)) || return 0
  run_step environment exec_share
  ((status[0] == 0)) || give_up 'CA certificates could not be installed'
}

exec_curl_install() {
  exec_step bash -c 'apt-get -q update && apt-get -qy install "$@" || dnf -qy install "$@"' install curl ca-certificates
}

# The steps before the runners, and the runners: starts each as a process group, reads its output, waits for its end.

# Runs a step of the machine to its end: run_step NAME FUNCTION. Its exit status is in `status[0]`.
run_step() {
  launch 0 "$@"
  follow 0
}

# Starts a function that execs, in a process group of its own: launch NUMBER NAME FUNCTION.
launch() {
  local i=$1 pipe fd
  title[i]=$2 partial[i]=''
  exec {pipe}<> <(:)
  exec {fd}<"/proc/self/fd/$pipe"
  output[i]=$fd
  # Job control makes a process group to signal, and leaves SIGINT alone, which a plain background job ignores.
  set -m
  {
    release
    exec {pipe}>&-
    "$3" "$i"
  } >&"$pipe" 2>&1 </dev/null &
  child[i]=$!
  set +m
  exec {pipe}>&-
}

# Copies the output of these processes and checks the timers until all of them have ended: follow NUMBER…
follow() {
  local i lines calm=0 pause alive=1
  while [[ -n $alive ]]; do
    alive='' pause=0.01
    for i; do
      [[ -n ${child[i]:-} ]] || continue
      if kill -0 "${child[i]}" 2>/dev/null; then
        lines=0
        while ((lines++ < 50)) && read_line "$i" 0; do calm=0; done
      else
        collect "$i"
      fi
      [[ -z ${child[i]:-} ]] || alive=1
    done
    [[ -n $alive ]] || break
    check_timers
    # Most processes print or end soon after a line, or go on for long.
    ((calm++ < 10)) || pause=0.1
    read -r -t "$pause" -u "$silence" || true
  done
}

# Takes note of a process's end.
collect() {
  local i=$1
  drain "$i"
  [[ -z ${partial[i]} ]] || handle_line "$i" "${partial[i]}"
  reap "$i"
  ((i > 0)) || return 0
  report "$i" runner-exit "${status[i]}"
  [[ -z ${lasting[i]:-} ]] || restart "$i"
}

# Reads what a process left in its pipe, and not what its orphans print later.
drain() {
  local until
  clock
  until=$now
  while ((now <= until)) && read_line "$1" 0.05; do clock; done
}

is_one_alive() {
  local i
  for i; do kill -0 "${child[i]}" 2>/dev/null && return; done
  return 1
}

# Run in each child: closes the agent's pipes and gives up its protection from the out-of-memory killer.
release() {
  local fd
  exec {watchdog_pipe}>&- {silence}>&-
  for fd in "${output[@]}"; do exec {fd}<&-; done
  [[ -z $last_resort_pipe ]] || exec {last_resort_pipe}>&-
  [[ -z $notice ]] || exec {notice}<&-
  { echo 0 >/proc/self/oom_score_adj; } 2>/dev/null || true
}

# Collects the exit status. Keeps reading the output in the background: a full pipe would stop what is left running.
reap() {
  local i=$1 fd=${output[$1]}
  status[i]=0
  wait "${child[i]}" || status[i]=$?
  {
    release
    exec cat
  } <&"$fd" >/dev/null 2>&1 &
  exec {fd}<&-
  unset 'output[i]' 'child[i]'
}

# Copies one line of a process's output, if one comes in time: read_line NUMBER SECONDS. What comes just as the time of a
# read is over, bash may lose. So the time is spent at a pipe on which nothing comes, and only a line's beginning has to
# come for its end to be waited for.
read_line() {
  local i=$1 line='' got=0
  read -r -t 0 -u "${output[i]}" || read -r -t "$2" -u "$silence" || read -r -t 0 -u "${output[i]}" || return 1
  IFS= read -r -t 1 -u "${output[i]}" line || got=$?
  partial[i]+=$line
  if ((got == 0)); then
    line=${partial[i]} partial[i]=''
    handle_line "$i" "$line"
    return
  fi
  # The output has ended, but the process may go on: wait instead of spinning.
  ((got > 128)) || sleep 0.05
  return 1
}

# Copies a line to the console. A runner's lines also show the state of its job.
handle_line() {
  local i=$1 line=${2//[[:cntrl:]]/} stamp='^([0-9-]+ [0-9:]+Z: )?'
  log "ci-actions ${title[i]}: $line"
  said=$line
  ((i > 0)) || return 0
  clock
  if [[ $line =~ ${stamp}'Running job: '(.*) ]]; then
    job[i]=1 finished[i]='' listening[i]=${listening[i]:-$now}
    report "$i" job "${BASH_REMATCH[2]}"
  elif [[ $line =~ ${stamp}'Job '(.*)' completed with result: '(.*) ]]; then
    finished[i]=$now
    [[ -z ${payload[keep_on_failure_seconds]:-} ]] || note_end "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
    [[ -z ${lasting[i]:-} ]] || job[i]=''
  elif [[ $line =~ ${stamp}'Listening for Jobs' ]]; then
    [[ -z ${job[i]:-} ]] || again[i]=1
    [[ -n ${listening[i]:-} ]] || report "$i" listening
    listening[i]=${listening[i]:-$now}
  fi
}

# A phase of a runner: report NUMBER PHASE [DETAIL]. Where there are several, the detail names the runner.
report() { phase "$2" "${who[$1]:-}${who[$1]:+${3:+: }}${3:-}"; }

# A step of the agent's own, with the payload's environment. The values are no secrets, so they may be arguments.
exec_step() { exec env "PATH=$bin:$PATH" "${environment[@]}" "$@"; }

exec_install() { exec_step "${self%/*}/install-runner.sh" "${payload[runner_url]}" "${payload[runner_sha256]}" "$home"; }

become_user() {
  groups=$(id -G "$user")
  HOME=$(getent passwd "$user" | cut -d: -f6)
  unset INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID CI_ACTIONS_POWER_OFF
  export HOME USER=$user LOGNAME=$user LANG=${LANG:-C.UTF-8} RUNNER_ALLOW_RUNASROOT=1
}

exec_as_user() {
  [[ $EUID == "$uid" ]] && exec env "${environment[@]}" "$@"
  exec chroot --userspec="$user:" --groups="${groups// /,}" --skip-chdir / env "${environment[@]}" "$@"
}

# Exports the JIT config in this process alone, after the last program that it runs besides the runner.
exec_runner() {
  cd "${place[$1]:-$home}"
  become_user
  if [[ -n ${lasting[$1]:-} ]]; then register "$1"; else export ACTIONS_RUNNER_INPUT_JITCONFIG=${jit_config[$1]}; fi
  exec_as_user ./run.sh
}

install_runner() {
  [[ ! -e $home/run.sh ]] || return 0
  [[ -n ${payload[runner_url]:-} ]] || give_up "no runner in $home, and no runner-url"
  phase runner-install "${payload[runner_url]}"
  run_step runner-install exec_install
  ((status[0] == 0)) || give_up "runner install failed with ${status[0]}"
}

run_runners() {
  local i
  # Changes the owner of links, never of their targets.
  [[ $EUID != 0 || $(stat -Lc %u "$home") == "$uid" ]] || chown -RHh "$user:" "$home"
  { mkdir -p "${served%/*}" && echo "${runner_name[*]}" >"$served"; } 2>/dev/null || true
  [[ ${payload[format]} != 4 ]] || prepare_runners
  for i in "${!runner_name[@]}"; do start_runner "$i"; done
  ! declare -F start_watcher >/dev/null || start_watcher
  follow "${!runner_name[@]}"
  [[ -z $failed ]] || keep
  give_up 'runner exited'
}

start_runner() {
  report "$1" runner-start
  launch "$1" "${called[$1]:-runner}" exec_runner
}

# {environment, ca-certificates
# The payload's environment and certificates.

read_environment() {
  local text line
  text=$(base64 -d <<<"${payload[environment]}" 2>/dev/null) || unreadable 'environment is not base64'
  mapfile -t environment <<<"$text"
  for line in "${environment[@]}"; do
    [[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] || unreadable 'environment has a line that is not NAME=value'
  done
}

find_trust() { compgen -G "$root/usr/*bin/update-ca-certificates" || compgen -G "$root/usr/*bin/update-ca-trust"; }

# Passes the settings on: certificates to the trust store, names to sudo, proxies to systemd's services and Docker.
exec_share() {
  local names=("${environment[@]%%=*}") proxies=() one i=0 update folder=$root/usr/local/share/ca-certificates
  umask 022
  for one in "${environment[@]}"; do
    [[ ! ${one%%=*} =~ ^(HTTPS?|ALL|NO|https?|all|no)_(PROXY|proxy)$ ]] || proxies+=("$one")
  done
  if [[ -n ${payload[ca_certificates]:-} ]]; then
    update=$(find_trust) || [[ -n $root ]] || { echo 'no update-ca-certificates here' && exit 1; }
    [[ $update != *trust ]] || folder=$root/etc/pki/ca-trust/source/anchors
    mkdir -p "$folder" "${pem%/*}"
    : >"$pem"
    for one in ${payload[ca_certificates]//,/ }; do
      i=$((i + 1))
      { echo '-----BEGIN CERTIFICATE-----' && fold -w 64 <<<"$one" && echo '-----END CERTIFICATE-----'; } |
        tee -a "$pem" >"$folder/ci-actions-$i.crt"
    done
    [[ -z $update ]] || "${update%%$'\n'*}"
  fi
  set +e
  if [[ -d $root/etc/sudoers.d ]]; then
    printf 'Defaults env_keep += "%s"\n' "${names[*]}" >"$root/etc/sudoers.d/ci-actions-environment"
  fi
  [[ -z $root && -d /run/systemd/system ]] || exit 0
  ((${#proxies[@]} == 0)) || systemctl set-environment "${proxies[@]}"
  systemctl try-restart docker.service
  exit 0
}
# }

# {pre-runner-script
# The pre-runner script.

# Sources the script, so that the environment at its end can be compared with the one at its beginning.
exec_script() {
  cd "$home"
  # shellcheck disable=SC2016 # expanded by this bash
  exec_step bash -ec 'env -0 >"$0.before"; trap '\''command -p env -0 >"$0.after" || :'\'' EXIT; . "$0"' "$script"
}

# Hands what the script exported to the runner, and so to its jobs; except what the agent and the shell set themselves.
read_exports() {
  local one names=() own='_|SHLVL|PWD|OLDPWD|RUNNER_ALLOW_RUNASROOT|ACTIONS_RUNNER_INPUT_.*|CI_ACTIONS_.*'
  local -A before=()
  [[ -s $script.after ]] || return 0
  # The script runs as root. Another user's jobs have that user's.
  ((uid == 0)) || own+='|HOME|USER|LOGNAME'
  while IFS= read -r -d '' one; do before[$one]=1; done <"$script.before"
  while IFS= read -r -d '' one; do
    [[ -z ${before[$one]:-} && $one =~ ^([A-Za-z_][A-Za-z0-9_]*)= && ! ${BASH_REMATCH[1]} =~ ^($own)$ ]] || continue
    names+=("${one%%=*}") environment+=("$one")
    # The runner reads this file, also at the next boot. It has a variable a line.
    [[ $one == *$'\n'* ]] || printf '%s\n' "$one" >>"$home/.env"
  done <"$script.after"
  ((${#names[@]} == 0)) || log "ci-actions pre-runner-script: exported to the jobs: ${names[*]}"
}

run_script() {
  script=$state/pre-runner-script
  phase pre-runner-script
  (
    umask 077
    rm -f "$script"* && : >"$script.before" && : >"$script.after" &&
      printf %s "${payload[pre_runner_script]}" | base64 -d >"$script" && chmod 700 "$script"
  ) || give_up 'pre-runner script could not be written'
  run_step pre-runner-script exec_script
  ((status[0] != 0)) || read_exports
  rm -f "$script"*
  ((status[0] == 0)) || give_up "pre-runner script failed with ${status[0]}"
}
# }

# {kind
# The first boot of a pooled machine.

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
# }

# {format 4
# Several runners, each in a home of its own, and those that take many jobs: payload format 4.

newest=4
shape+=([format]='[1234]')
crashes=() shared=''

# The keys of this format: those of format 3 without the ones for a single runner and for a warm-up, and some more.
extend_shapes() {
  local char='[^[:cntrl:][:space:],]' fs='[A-Za-z0-9._-]{1,16}'
  unset 'shape[kind]' 'shape[runner_name]' 'shape[label]' 'shape[jit_config]'
  shape+=(
    [runner_N]="$char{1,64} ([A-Za-z0-9._-]{1,64}) (job|run) $char+(,$char+)*" [jit_configs]=$base64
    [registration_url]='https?://[^[:space:]]+' [registration_token]='[^[:cntrl:][:space:]]+' [runner_group]='[^[:cntrl:]]+'
    [work_folder]='shared \.?[A-Za-z0-9_-][A-Za-z0-9._-]*' [keep_on_failure_seconds]=$number
    [keep_always]=1
    [data_volume]="(vol-[0-9a-f]{8,17} $path( $fs)?|label:$fs $path)"
  )
}

# The runners of format 4. Their JIT configs are unpacked later, because that needs the runner's Node.
list_numbered() {
  local i key role kind numbers=() needed=()
  for key in "${!payload[@]}"; do
    [[ ! $key =~ ^runner_[0-9]+$ ]] || numbers+=("$key")
  done
  for ((i = 1; i == 1 || i <= ${#numbers[@]}; i++)); do
    [[ -n ${payload[runner_$i]:-} ]] || unreadable "no runner-$i"
    read -r 'runner_name[i]' role kind 'label[i]' <<<"${payload[runner_$i]}"
    [[ $kind == job ]] || lasting[i]=1
    ((${#numbers[@]} > 1)) || continue
    who[i]=$i called[i]="runner $i"
    [[ $role == - ]] || who[i]+=" $role" called[i]+=" ($role)"
  done
  ((${#lasting[@]} == ${#numbers[@]})) || needed+=(jit_configs)
  ((${#lasting[@]} == 0)) || needed+=(registration_url registration_token)
  for key in "${needed[@]}"; do [[ -n ${payload[$key]:-} ]] || unreadable "no ${key//_/-}"; done
  shared=${payload[work_folder]:-}
  shared=${shared#shared }
}

prepare_runners() {
  local packed='' nodes=("$home"/externals/node[0-9][0-9]/bin/node)
  place_runners
  # Beside the preparation of the homes. Its errors would quote a secret.
  if [[ -n ${payload[jit_configs]:-} ]]; then
    exec {packed}< <(timeout 30 "${nodes[-1]}" "${self%/*}/unpack-jit-configs.mjs" <<<"${payload[jit_configs]}" 2>/dev/null)
  fi
  run_step homes exec_homes
  ((status[0] == 0)) || give_up 'runner homes could not be prepared'
  [[ -z $packed ]] || read_jit_configs "$packed"
}

# Of /opt/actions-runner: /opt/runner-2/actions-runner.
place_runners() {
  local i base=${home%/}
  for i in "${!runner_name[@]}"; do place[i]=${base%/*}/runner-$i/${base##*/}; done
  place[1]=$base
}

read_jit_configs() {
  local i config fd=$1
  for i in "${!runner_name[@]}"; do
    [[ -z ${lasting[i]:-} ]] || continue
    IFS= read -r config <&"$fd" || true
    [[ $config =~ ^$base64$ ]] || give_up 'JIT configs could not be unpacked'
    jit_config[i]=$config
  done
  exec {fd}<&-
}

# Prepares all homes side by side, as root. An image may have been made from a machine with a registered runner.
exec_homes() {
  local i jobs=()
  for i in "${!place[@]}"; do
    {
      ((i == 1)) || copy_home "${place[i]}"
      rm -f "${place[i]}"/.runner "${place[i]}"/.credentials*
    } &
    jobs+=("$!")
  done
  for i in "${jobs[@]}"; do wait "$i"; done
  [[ -z $shared ]] || for i in "${!place[@]}"; do share_folder "${place[i]}"; done
}

# Hard links, because the runner takes the folder above its program for its home; a copy on another file system.
copy_home() {
  mkdir -p "$1"
  cp -alH "$home/bin" "$1" 2>/dev/null || cp -aH "$home/bin" "$1"
  ln -sfn "${place[1]}/externals" "$1/externals"
  find "${place[1]}" -maxdepth 1 -type f -exec cp -a -t "$1" {} +
  ((EUID != 0)) || chown -h "$user:" "$1"
}

# One tree for the repository's folder in all work folders. Nothing is mounted in a sandbox, which nobody would unmount.
share_folder() {
  local folder=$1/_work/$shared from=${place[1]}/_work/$shared
  mkdir -p "$folder"
  [[ $folder == "$from" ]] || { [[ -z $root ]] && mount --bind "$from" "$folder"; } ||
    { rmdir "$folder" && ln -s "$from" "$folder"; }
  ((EUID != 0)) || chown -h "$user:" "${folder%/*}" "$folder"
}

# Registers a runner that takes many jobs, unless it is registered from before a crash.
register() {
  local options=(--unattended --replace --disableupdate --no-default-labels --work _work)
  [[ ! -e .runner ]] || return 0
  [[ -z ${payload[runner_group]:-} ]] || options+=(--runnergroup "${payload[runner_group]}")
  options+=(--url "${payload[registration_url]}" --name "${runner_name[$1]}" --labels "${label[$1]}")
  (
    export ACTIONS_RUNNER_INPUT_TOKEN=${payload[registration_token]}
    exec_as_user ./config.sh "${options[@]}"
  )
}

# Starts a runner that has ended by itself again, three times at most.
restart() {
  local i=$1
  [[ -z ${job[i]:-} ]] || job[i]='' finished[i]=$now
  [[ -z ${leaving[i]:-} ]] || return 0
  crashes[i]=$((${crashes[i]:-0} + 1))
  if ((crashes[i] > 3)); then
    log "ci-actions ${title[i]}: ended by itself again"
    return
  fi
  log "ci-actions ${title[i]}: ended by itself, restart ${crashes[i]} of 3"
  start_runner "$i"
}
# }

# {data-volume
# The data volume: mounted before the runners, and unmounted after them. data-volume.sh does the work.

# While systemd stops the unit, the runners and then Docker need time to end.
open_volume() {
  local name=data-volume folder=/run/systemd/system/$unit.service.d
  if [[ -z $root && -d /run/systemd/system ]]; then
    { mkdir -p "$folder" && printf '[Service]\nTimeoutStopSec=%s\n' "$((8 * grace))" >"$folder/$name.conf"; } || true
    timeout 10 systemctl daemon-reload &
  fi
  volume_begun=1
  run_step "$name" exec_volume_open
  ((status[0] == 0)) || give_up "data volume: $said"
  volume_device=${said%% *}
  phase volume "$said"
}

exec_volume_open() {
  local volume path label left
  read -r volume path label <<<"${payload[data_volume]}"
  clock
  # The startup timeout names no volume, so this ends before it.
  left=$((started + startup - now - 2))
  exec_step "${self%/*}/data-volume.sh" open "$volume" "$path" "${label:-}" "$((left > 1 ? left : 1))" "$user"
}

exec_volume_close() {
  local path
  read -r _ path _ <<<"${payload[data_volume]}"
  exec_step "${self%/*}/data-volume.sh" close "$path" "${volume_device:-}"
}

# Part of every way out: runs after the runners' end and has a bound of its own.
close_volume() {
  local until
  said="not within $((4 * grace)) s"
  clock
  until=$((now + 4 * grace))
  # Moves the deadline of the watchdog, which allows four times the grace on top.
  { echo "$now" >&"$watchdog_pipe"; } 2>/dev/null
  launch 0 data-volume exec_volume_close
  while kill -0 "${child[0]}" 2>/dev/null && ((now < until)); do
    read_line 0 0.1
    clock
  done
  kill -KILL -- "-${child[0]}" 2>/dev/null
  while read_line 0 0.05; do :; done
  reap 0
  case ${status[0]} in
    0) phase volume-closed "$said" ;;
    3) ;;
    *) phase volume-dirty "$said" ;;
  esac
}
# }

# {spot, keep-on-failure-seconds
# Spot interruptions: EC2 announces them by the metadata service, about two minutes ahead.

# The watcher writes a line if an interruption comes, and ends. The agent never waits for it. It is a program of its own,
# which has nothing of the agent's.
start_watcher() {
  exec {notice}< <(
    release
    exec bash -c "$(declare -p imds && declare -f request_metadata request_by_bash request_with_token watch_for_interruption); watch_for_interruption" 2>/dev/null
  )
  watcher=$!
}

# Looks every 5 s, as EC2 recommends; for the first time when the runners have started. EC2 answers 404 until it
# announces something. curl and its stand-in report an HTTP status as 22.
watch_for_interruption() {
  local pipe text pause=(read -r -t 5)
  # Waits without a program that would outlive the agent.
  exec {pipe}<> <(:)
  pause+=(-u "$pipe")
  "${pause[@]}"
  until text=$(request_with_token meta-data/instance-life-cycle); do
    (($? != 22)) || exit
    "${pause[@]}"
  done
  [[ $text == spot ]] || exit
  until text=$(request_with_token meta-data/spot/instance-action); do "${pause[@]}"; done
  [[ $text =~ '"action"'[[:space:]]*:[[:space:]]*'"'([a-z]+)'"' ]] && echo -n "${BASH_REMATCH[1]} "
  [[ $text =~ '"time"'[[:space:]]*:[[:space:]]*'"'([0-9TZ:.-]+)'"' ]] && echo -n "at ${BASH_REMATCH[1]}"
  echo
}

check_interruption() {
  local line=''
  read -r -t 0 -u "$notice" || return 0
  IFS= read -r -t 1 -u "$notice" line || true
  exec {notice}<&-
  notice=''
  [[ -n $line ]] || return 0
  interrupted=1 draining=1
  phase interrupted "$line"
  # For the steps of jobs, such as run-tox: the time alone.
  { printf '%s\n' "${line##* }" >"$state/interrupted" && chmod 644 "$state/interrupted"; } 2>/dev/null || true
}

# Stops the runners that have no job, so that they take none. A job that comes in this moment still runs.
retire_idle() {
  local i idle=()
  for i in "${!child[@]}"; do
    [[ -z ${job[i]:-} ]] || continue
    kill -STOP -- "-${child[i]}" 2>/dev/null || true
    while read_line "$i" 0.2; do :; done
    if [[ -z ${job[i]:-} ]]; then idle+=("$i"); else kill -CONT -- "-${child[i]}" 2>/dev/null || true; fi
  done
  ((${#idle[@]} == 0)) || stop_processes "${idle[@]}" || true
}
# }

# {keep-on-failure-seconds
# A machine that stays for a while after a job that failed, or after all its jobs, so that people can look at it.

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
# }

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
