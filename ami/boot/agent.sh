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
reason='' stopping='' signaled='' watchdog='' watchdog_pipe='' last_resort_pipe='' environment=()
deadline=0 lifetime=900 startup=900 idle=900

# The runners, by number from 1. Payload formats 1 to 3 describe one runner, format 4 up to 16, a warm-up none.
runner_name=() role=() label=() jit_config=() listening=() job=() finished=()
# Set for those of lifetime `run`, and what each is called in phases: number and role.
lasting=() who=()
# The repository whose folder in the work folder is the same for all runners.
shared=''

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
stop_process() {
  local i=$1 signal until
  for signal in INT TERM; do
    kill -0 "${child[i]}" 2>/dev/null || break
    kill "-$signal" -- "-${child[i]}" 2>/dev/null
    kill -CONT -- "-${child[i]}" 2>/dev/null
    clock
    until=$((now + grace))
    while kill -0 "${child[i]}" 2>/dev/null && ((now < until)); do
      read_line "$i" 0.1
      clock
    done
  done
  # The process, or what it left behind.
  kill -KILL -- "-${child[i]}" 2>/dev/null
  while read_line "$i" 0.05; do :; done
  reap "$i"
  ((i == 0)) || phase runner-exit "${status[i]}"
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
  local i
  set +e
  trap - ERR
  trap '' INT HUP TERM
  stopping=1
  for i in "${!child[@]}"; do stop_process "$i"; done
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
  for i in "${!runner_name[@]}"; do check_runner "$i"; done
}

check_runner() {
  local i=$1
  if [[ -z ${listening[i]:-} ]]; then
    ((now < started + startup)) || give_up "startup took longer than $startup s"
  elif [[ -z ${job[i]:-} ]]; then
    ((now < listening[i] + idle)) || stop_idle "$i"
  elif [[ -n ${finished[i]:-} ]]; then
    # A runner exits within seconds of its job, or hangs (actions/runner#4617, #3822).
    ((now < finished[i] + 4 * grace)) || give_up "runner did not exit within $((4 * grace)) s after its job"
  fi
}

# A job can come as the timer fires. So the runner is stopped (SIGSTOP) while its output up to now is read.
stop_idle() {
  local i=$1
  kill -STOP -- "-${child[i]}" 2>/dev/null || true
  while read_line "$i" 0.2; do :; done
  [[ -n ${job[i]:-} ]] || give_up "no job within $idle s"
  kill -CONT -- "-${child[i]}" 2>/dev/null || true
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

fetch_user_data() {
  local token
  token=$(request_metadata PUT api/token 'X-aws-ec2-metadata-token-ttl-seconds: 60') || return
  request_metadata GET user-data "X-aws-ec2-metadata-token: $token" | base64 -w0
}

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
  read_environment
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

read_environment() {
  local text line
  [[ -n ${payload[environment]:-} ]] || return 0
  text=$(base64 -d <<<"${payload[environment]}" 2>/dev/null) || unreadable 'environment is not base64'
  mapfile -t environment <<<"$text"
  for line in "${environment[@]}"; do
    [[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] || unreadable 'environment has a line that is not NAME=value'
  done
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

find_trust() { compgen -G "$root/usr/*bin/update-ca-certificates" || compgen -G "$root/usr/*bin/update-ca-trust"; }

exec_curl_install() {
  exec_step bash -c 'apt-get -q update && apt-get -qy install "$@" || dnf -qy install "$@"' install curl ca-certificates
}

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
  local i until
  while is_one_alive "$@"; do
    for i; do read_line "$i" 1 || true; done
    check_timers
  done
  for i; do
    clock
    until=$now
    # Reads what the process left in the pipe, and not what its orphans print later.
    while ((now <= until)) && read_line "$i" 0.05; do clock; done
    [[ -z ${partial[i]} ]] || handle_line "$i" "${partial[i]}"
    reap "$i"
  done
}

is_one_alive() {
  local i
  for i; do kill -0 "${child[i]}" 2>/dev/null && return; done
  return 1
}

# Run in each child: closes the agent's pipes and gives up its protection from the out-of-memory killer.
release() {
  local fd
  exec {watchdog_pipe}>&-
  for fd in "${output[@]}"; do exec {fd}<&-; done
  [[ -z $last_resort_pipe ]] || exec {last_resort_pipe}>&-
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

# Copies one line of a process's output, if one comes in time: read_line NUMBER SECONDS.
read_line() {
  local i=$1 line='' got=0
  IFS= read -r -t "$2" -u "${output[i]}" line || got=$?
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
  ((i > 0)) || return 0
  clock
  if [[ $line =~ ${stamp}'Running job: '(.*) ]]; then
    job[i]=1 listening[i]=${listening[i]:-$now}
    phase job "${BASH_REMATCH[2]}"
  elif [[ $line =~ ${stamp}'Job '.*' completed with result: ' ]]; then
    finished[i]=$now
  elif [[ $line =~ ${stamp}'Listening for Jobs' ]]; then
    [[ -z ${job[i]:-} ]] || give_up 'runner listens again after its job'
    [[ -n ${listening[i]:-} ]] || phase listening
    listening[i]=${listening[i]:-$now}
  fi
}

# A step of the agent's own, with the payload's environment. The values are no secrets, so they may be arguments.
exec_step() { exec env "PATH=$bin:$PATH" "${environment[@]}" "$@"; }

exec_install() { exec_step "${self%/*}/install-runner.sh" "${payload[runner_url]}" "${payload[runner_sha256]}" "$home"; }

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
  cd "$home"
  become_user
  export ACTIONS_RUNNER_INPUT_JITCONFIG=${jit_config[$1]}
  exec_as_user ./run.sh
}

install_runner() {
  [[ ! -e $home/run.sh ]] || return 0
  [[ -n ${payload[runner_url]:-} ]] || give_up "no runner in $home, and no runner-url"
  phase runner-install "${payload[runner_url]}"
  run_step runner-install exec_install
  ((status[0] == 0)) || give_up "runner install failed with ${status[0]}"
}

run_script() {
  script=$state/pre-runner-script
  [[ -n ${payload[pre_runner_script]:-} ]] || return 0
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

run_runners() {
  local i
  # Changes the owner of links, never of their targets.
  [[ $EUID != 0 || $(stat -Lc %u "$home") == "$uid" ]] || chown -RHh "$user:" "$home"
  { mkdir -p "${served%/*}" && echo "${runner_name[*]}" >"$served"; } 2>/dev/null || true
  for i in "${!runner_name[@]}"; do
    phase runner-start
    launch "$i" runner exec_runner
  done
  follow "${!runner_name[@]}"
  for i in "${!runner_name[@]}"; do phase runner-exit "${status[i]}"; done
  give_up 'runner exited'
}

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
  run_script
  sync
  give_up 'warmed up'
}

# {format 4
# Several runners, and those that take many jobs: payload format 4.

folder='\.?[A-Za-z0-9_-][A-Za-z0-9._-]*' newest=4
shape+=([format]='[1234]')

# The keys of this format: those of format 3 without the ones for a single runner and for a warm-up, and some more.
extend_shapes() {
  local word='[^[:cntrl:][:space:],]+' fs='[A-Za-z0-9._-]{1,16}'
  unset 'shape[kind]' 'shape[runner_name]' 'shape[label]' 'shape[jit_config]'
  shape+=(
    [runner_N]="$word ([A-Za-z0-9._-]{1,64}) (job|run) $word(,$word)*" [jit_configs]=$base64
    [registration_url]='https?://[^[:space:]]+' [registration_token]='[^[:cntrl:][:space:]]+' [runner_group]='[^[:cntrl:]]+'
    [work_folder]="shared( $folder)?" [keep_on_failure_seconds]=$number
    [data_volume]="(vol-[0-9a-f]{8,17} $path( $fs)?|label:$fs $path)"
  )
}

# The runners of format 4. Their JIT configs are unpacked later, because that needs the runner's Node.
list_numbered() {
  local i key kind numbers=() needed=()
  for key in "${!payload[@]}"; do
    [[ ! $key =~ ^runner_[0-9]+$ ]] || numbers+=("$key")
  done
  for ((i = 1; i == 1 || i <= ${#numbers[@]}; i++)); do
    [[ -n ${payload[runner_$i]:-} ]] || unreadable "no runner-$i"
    read -r 'runner_name[i]' 'role[i]' kind 'label[i]' <<<"${payload[runner_$i]}"
    who[i]=$i
    [[ ${role[i]} == - ]] || who[i]+=" ${role[i]}"
    [[ $kind == job ]] || lasting[i]=1
  done
  ((${#lasting[@]} == ${#numbers[@]})) || needed+=(jit_configs)
  ((${#lasting[@]} == 0)) || needed+=(registration_url registration_token)
  for key in "${needed[@]}"; do [[ -n ${payload[$key]:-} ]] || unreadable "no ${key//_/-}"; done
  [[ -n ${payload[work_folder]:-} ]] || return 0
  # The runner's work folder has a folder named like the repository.
  shared=${payload[work_folder]#shared} shared=${shared# }
  [[ -n $shared || ! ${payload[registration_url]:-} =~ ^https?://[^/]+/([^/]+)/($folder)$ ||
    ${BASH_REMATCH[1]} == enterprises ]] || shared=${BASH_REMATCH[2]}
  [[ -n $shared ]] || unreadable 'work-folder without a repository'
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
  ((${#environment[@]} == 0)) || printf '%s\n' "${environment[@]}" >>"$home/.env"
  run_script
  run_runners
}

# cloud-init runs user data once per instance. Its per-boot scripts start the agent again after a restart, to power off.
start() {
  local boot=/var/lib/cloud/scripts/per-boot
  if [[ -z $root && -z ${CI_ACTIONS_POWER_OFF:-} && -d /run/systemd/system ]]; then
    systemctl start --no-block "$unit.service" 2>/dev/null && exit 0
    { mkdir -p "$boot" && ln -sf "$self" "$boot/$unit"; } || true
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
