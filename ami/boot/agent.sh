#!/bin/bash
# Makes this machine one GitHub runner, once, or warms it up to be one at its next boot. Powers it off afterwards,
# whatever happens.
#   agent.sh [start]  hands over to a systemd unit where systemd is PID 1, so that cloud-init isn't held up; else runs
#   agent.sh run      does the work in the foreground
# What it is told: docs/inside/payload.md. What it does, and its environment: ami/boot/README.md.

# First, in words that every bash knows: one older than 5 has no EPOCHREALTIME, and would fail on every way out below.
if [ -z "${EPOCHREALTIME:-}" ]; then
  printf 'ci-actions phase=power-off uptime=%s at=%s %s\n' "$(cut -d ' ' -f 1 /proc/uptime)" \
    "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)" "bash $BASH_VERSION is too old: the boot agent needs bash 5" |
    tee -a "${CI_ACTIONS_CONSOLE:-/dev/console}" & # a console that blocks must not keep the machine on
  sleep 1
  [ -z "${CI_ACTIONS_ROOT:-}${CI_ACTIONS_POWER_OFF:-}" ] || exec bash -c "${CI_ACTIONS_POWER_OFF:-true}"
  for how in 'systemctl poweroff -i' 'shutdown -h now' 'systemctl poweroff --force --force' 'echo o >/proc/sysrq-trigger'; do
    timeout 10 bash -c "$how" && sleep 20
  done
  exit 1
fi
set -Eeuo pipefail

root=${CI_ACTIONS_ROOT:-}
imds=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}
console=${CI_ACTIONS_CONSOLE:-/dev/console}
patience=${CI_ACTIONS_PAYLOAD_TIMEOUT:-60} # seconds until the metadata service must have answered
grace=${CI_ACTIONS_GRACE:-15}              # seconds the runner gets to end by itself
unit=ci-actions-agent
self=$(readlink -f "$0")
state=$root/run/ci-actions
bin=$root/usr/local/sbin
pem=$root/opt/ci-actions/ca-certificates.pem

reason='' stopping='' told='' watchdog='' leash='' tether='' given=() over=0 lifetime=900 startup=900 idle=900
who='' child='' out='' part='' listening='' job='' finished=''

n='[1-9][0-9]{0,6}' base64='[A-Za-z0-9+/]+={0,2}'
declare -A payload shape=(
  [format]='[123]' [kind]='warm-up' [runner_name]='[^[:cntrl:]]{1,64}' [label]='[^[:cntrl:]]+' [jit_config]=$base64
  [runner_home_dir]='(/\.?[A-Za-z0-9_+-][A-Za-z0-9._+-]*)+/?' [run_as_user]='[A-Za-z_][A-Za-z0-9._-]{0,31}'
  [startup_timeout_seconds]=$n [idle_timeout_seconds]=$n [max_lifetime_seconds]=$n
  [runner_url]='https?://[^[:space:]]+' [runner_sha256]='[0-9a-f]{64}' [pre_runner_script]=$base64
  [environment]=$base64 [ca_certificates]="$base64(,$base64)*"
)

# Monotonic, unlike bash's SECONDS: an early clock step must not end or stretch a timer.
clock() {
  IFS=' ' read -r uptime _ </proc/uptime # a trap may run inside a read with another IFS
  now=${uptime%.*}
}

# To console and journal; neither has to work.
say() {
  { printf '%s\n' "$1" >>"$console"; } 2>/dev/null || true
  { printf '%s\n' "$1"; } 2>/dev/null || true
}

phase() {
  local t=${EPOCHREALTIME:-$(date +%s.%N)} at
  clock
  TZ=UTC0 printf -v at '%(%FT%T)T.%s' "${t%[.,]*}" "${t#*[.,]}"
  say "ci-actions phase=$1 uptime=$uptime at=${at%???}Z${2:+ $2}"
}

give_up() {
  reason=${reason:-$1}
  [[ -n $stopping ]] || exit 0
}

unreadable() { give_up "payload unreadable: $1"; }

power_off() {
  local i
  phase power-off "$1" & # a console that blocks must not keep the machine on
  for ((i = 0; i < 20; i++)); do
    kill -0 "$!" 2>/dev/null || break
    sleep 0.05
  done
  if [[ -n $root || -n ${CI_ACTIONS_POWER_OFF:-} ]]; then # a sandbox: never the machine it is on
    for i in 1 2 3; do
      timeout 30 bash -c "${CI_ACTIONS_POWER_OFF:-true}" && return
      sleep 1
    done
    return
  fi
  trap 'kill -KILL "${watchdog:-$BASHPID}"; exit 0' TERM # systemd is on its way down
  timeout 10 systemctl poweroff -i || timeout 10 shutdown -h now
  [[ -z $told ]] || return 0 # it was systemd that said so: the unit's end is all it waits for
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
  stop_child
  power_off "${reason:-agent failed}"
  kill -KILL "$watchdog" 2>/dev/null
  [[ -z $tether ]] || { echo >&"$tether"; } 2>/dev/null
}

# Powers off when the agent is gone (its end of the leash closes) or is stuck long after its lifetime.
# A line on the leash is a new deadline.
watch() {
  local over=$1 watchdog='' line part='' status
  set +e
  trap - ERR
  trap '' INT HUP TERM
  while :; do
    IFS= read -r -t 1 line
    status=$?
    part+=$line # a read that times out in the middle of a line leaves its beginning here
    if ((status == 0)); then
      over=$part part=''
    elif ((status <= 128)); then
      power_off 'agent died'
      return
    fi
    clock
    ((now < over + 4 * grace)) || break
  done
  power_off 'lifetime is over and the agent is stuck'
}

arm() {
  exec {leash}> >(watch "$over")
  watchdog=$!
}

# The last resort when the agent and its watchdog are both killed, or held still: a timer of systemd's, or a process of
# another name, parent and session, which sees the agent's end by the tether. A line on the tether dismisses it.
arm_last_resort() {
  if [[ -n ${timer:-} ]] && wait "$timer"; then return; fi
  exec {tether}> >(
    exec {leash}>&-
    exec setsid --fork bash -c "$(declare -p root console grace told && declare -f clock say phase power_off outlast); outlast $((over + 8 * grace))"
  )
}

# Begun before the rest is prepared: it takes a moment that the start would wait for.
begin_last_resort() {
  local after=$((over + 8 * grace - now))
  [[ -z $root && -z ${CI_ACTIONS_POWER_OFF:-} && -d /run/systemd/system ]] || return 0
  timeout 10 systemd-run --quiet --unit="$unit-lifetime" --on-active="$after" --timer-property=AccuracySec=1 \
    -p SuccessAction=poweroff-force -p FailureAction=poweroff-force true &
  timer=$!
}

outlast() {
  local line
  while clock && ((now < $1)); do
    IFS= read -r -t 1 line && return
    (($? > 128)) || break
  done
  sleep "$((2 * grace))" # the watchdog's turn
  power_off 'agent and watchdog have died or are stuck'
}

# What the agent starts holds neither leash nor tether nor the agent's protection from the out-of-memory killer.
release() {
  exec {leash}>&- {out}<&-
  [[ -z $tether ]] || exec {tether}>&-
  { echo 0 >/proc/self/oom_score_adj; } 2>/dev/null || true
}

# Runs a function that execs, in a process group of its own, until it ends; its exit status is in `status`.
supervise() {
  local pipe until
  who=$1 part='' status=0
  exec {pipe}<> <(:)
  exec {out}<"/proc/self/fd/$pipe"
  set -m # a group to signal, and SIGINT not ignored as it is in a plain background job
  {
    release
    exec {pipe}>&-
    "$2"
  } >&"$pipe" 2>&1 </dev/null &
  child=$!
  set +m
  exec {pipe}>&-
  while kill -0 "$child" 2>/dev/null; do
    listen 1 || true
    check_timers
  done
  clock
  until=$now
  while ((now <= until)) && listen 0.05; do clock; done # what it left in the pipe, not what its orphans go on to say
  [[ -z $part ]] || heard "$part"
  reap
}

# What a step leaves running may go on to speak: a pipe that is full and read by no process would stop it.
reap() {
  wait "$child" || status=$?
  {
    release
    exec cat
  } <&"$out" >/dev/null 2>&1 &
  exec {out}<&-
  child=''
}

# Copies one line of the child's output, if one comes within so many seconds.
listen() {
  local line='' got=0
  IFS= read -r -t "$1" -u "$out" line || got=$?
  part+=$line
  if ((got == 0)); then
    line=$part part=''
    heard "$line"
    return
  fi
  ((got > 128)) || sleep 0.05 # its output has ended, it has not, maybe: don't spin
  return 1
}

heard() {
  local line=${1//[[:cntrl:]]/} stamp='^([0-9-]+ [0-9:]+Z: )?'
  say "ci-actions $who: $line"
  [[ $who == runner ]] || return 0
  clock
  if [[ $line =~ ${stamp}'Running job: '(.*) ]]; then
    job=1 listening=${listening:-$now}
    phase job "${BASH_REMATCH[2]}"
  elif [[ $line =~ ${stamp}'Job '.*' completed with result: ' ]]; then
    finished=$now
  elif [[ $line =~ ${stamp}'Listening for Jobs' ]]; then
    [[ -z $job ]] || give_up 'runner listens again after its job'
    [[ -n $listening ]] || phase listening
    listening=${listening:-$now}
  fi
}

check_timers() {
  clock
  kill -0 "$watchdog" 2>/dev/null || arm
  if ((now >= over)); then
    give_up "lifetime of $lifetime s is over"
  elif [[ -z $listening ]]; then
    ((now < started + startup)) || give_up "startup took longer than $startup s"
  elif [[ -z $job ]]; then
    ((now < listening + idle)) || stop_idle
  elif [[ -n $finished ]]; then # it ends within seconds, or it has lost its place (actions/runner#4617, #3822)
    ((now < finished + 4 * grace)) || give_up "runner did not exit within $((4 * grace)) s after its job"
  fi
}

# A job can come as the timer fires: with the runner held still, read what it has said up to now.
stop_idle() {
  kill -STOP -- "-$child" 2>/dev/null || true
  while listen 0.2; do :; done
  [[ -n $job ]] || give_up "no job within $idle s"
  kill -CONT -- "-$child" 2>/dev/null || true
}

# As Ctrl-C does it, so that the runner ends its session; then with less patience.
stop_child() {
  local signal until
  for signal in INT TERM; do
    kill -0 "${child:-none}" 2>/dev/null || break
    kill "-$signal" -- "-$child" 2>/dev/null
    kill -CONT -- "-$child" 2>/dev/null
    clock
    until=$((now + grace))
    while kill -0 "$child" 2>/dev/null && ((now < until)); do
      listen 0.1
      clock
    done
  done
  [[ -n $child ]] || return
  kill -KILL -- "-$child" 2>/dev/null # it, or what it left behind
  while listen 0.05; do :; done
  reap
  [[ $who != runner ]] || phase runner-exit "$status"
}

fetch_user_data() {
  local token
  token=$(ask PUT api/token 'X-aws-ec2-metadata-token-ttl-seconds: 60') || return
  ask GET user-data "X-aws-ec2-metadata-token: $token" | base64 -w0
}

# Asks the metadata service, also without curl: that is downloaded by the proxy that the payload names. METHOD PATH HEADER
ask() {
  local host=${imds#*://} port=80
  if command -v curl >/dev/null; then
    curl -sSf --noproxy '*' --connect-timeout 2 --max-time 5 -X "$1" -H "$3" "${imds%/}/latest/$2"
    return
  fi
  host=${host%%/*}
  if [[ $host =~ :([0-9]+)$ ]]; then port=${BASH_REMATCH[1]} host=${host%:*}; fi
  timeout 5 bash -c "$(declare -f converse); converse \"\$@\"" converse "${host//[][]/}" "$port" "$@"
}

converse() {
  local line='' status
  exec 3<>"/dev/tcp/$1/$2" || return
  printf '%s /latest/%s HTTP/1.0\r\nHost: %s\r\nContent-Length: 0\r\n%s\r\n\r\n' "$3" "$4" "$1" "$5" >&3
  IFS= read -r status <&3
  until [[ $line == $'\r' ]]; do IFS= read -r line <&3 || return; done
  [[ $status == 'HTTP/1.'?' 2'* ]] || { echo "metadata service: $status" >&2 && return 22; }
  cat <&3
}

read_payload() {
  local data text key
  until data=$(fetch_user_data 2>&1); do
    clock
    ((now < started + patience)) || unreadable "${data##*$'\n'}"
    sleep 0.1 # a lease, a route or the service itself comes within seconds, and the whole start waits for it
  done
  { text=$(printf %s "${data##*$'\n'}" | base64 -d | gzip -dcf); } 2>/dev/null || unreadable 'broken gzip'
  parse "$text"
  read_environment
  for key in $(needed); do
    [[ -n ${payload[$key]:-} ]] || unreadable "no ${key//_/-}"
  done
  [[ -z ${payload[kind]:-} || ${payload[format]} != 1 ]] || unreadable 'kind needs format 2'
  [[ -z ${payload[environment]:-}${payload[ca_certificates]:-} || ${payload[format]} == 3 ]] ||
    unreadable 'environment and ca-certificates need format 3'
  [[ -z ${payload[runner_url]:-} || -n ${payload[runner_sha256]:-} ]] || unreadable 'runner-url without runner-sha256'
}

needed() {
  echo format runner_home_dir run_as_user max_lifetime_seconds
  [[ -n ${payload[kind]:-} ]] || echo runner_name label jit_config startup_timeout_seconds idle_timeout_seconds
}

# A message never quotes a value: one of them is a secret.
parse() {
  local line name key value first=1
  while IFS= read -r line; do
    if [[ -n $first ]]; then
      [[ $line == '#!'* ]] || unreadable 'no #! in its first line'
      first=''
      continue
    fi
    [[ $line == '#:'* ]] || break
    [[ $line =~ ^'#:'([a-z0-9-]+)' '(.+)$ ]] || unreadable "not '#:key value': line $((${#payload[@]} + 2))"
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]} key=${BASH_REMATCH[1]//-/_}
    [[ -n ${shape[$key]:-} ]] || unreadable "unknown key $name"
    [[ -z ${payload[$key]:-} ]] || unreadable "$name twice"
    [[ $value =~ ^(${shape[$key]})$ ]] || unreadable "$name is not what this agent reads (format 3)"
    payload[$key]=$value
  done < <(printf '%s\n' "$1")
}

obey() {
  lifetime=${payload[max_lifetime_seconds]}
  startup=${payload[startup_timeout_seconds]:-$lifetime}
  idle=${payload[idle_timeout_seconds]:-$lifetime}
  over=$((started + lifetime))
  { echo "$over" >&"$leash"; } 2>/dev/null || true
  user=${payload[run_as_user]}
  home=$root${payload[runner_home_dir]}
  served=$root/var/lib/ci-actions/served
  [[ -n ${payload[kind]:-} || $(cat "$served" 2>/dev/null) != "${payload[runner_name]}" ]] || give_up 'machine restarted: a runner serves once'
  if [[ $EUID != 0 && $(id -un) != "$user" ]]; then # a sandbox on a developer's machine
    user=$(id -un)
    say "ci-actions: not root, so everything runs as $user"
  fi
  uid=$(id -u "$user" 2>/dev/null) || give_up "run-as-user $user does not exist"
  begin_last_resort
}

read_environment() {
  local text line
  [[ -n ${payload[environment]:-} ]] || return 0
  text=$(base64 -d <<<"${payload[environment]}" 2>/dev/null) || unreadable 'environment is not base64'
  mapfile -t given <<<"$text"
  for line in "${given[@]}"; do
    [[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] || unreadable 'environment has a line that is not NAME=value'
  done
}

# Before anything is downloaded: apt that waits for its locks, and what the payload says of environment and certificates.
prepare() {
  [[ -L $bin/apt-get ]] || bash "${self%/*}/apt-when-free.sh" link "$bin" 2>/dev/null || true
  [[ ! -d $root/etc/apt ]] || { echo 'DPkg::Lock::Timeout "300";' >"$root/etc/apt/apt.conf.d/99-ci-actions-wait"; } 2>/dev/null || true
  arm_last_resort
  if [[ -n ${payload[ca_certificates]:-} ]]; then
    [[ " ${given[*]%%=*} " == *' NODE_EXTRA_CA_CERTS '* ]] || given+=("NODE_EXTRA_CA_CERTS=$pem")
  fi
  if ! command -v curl >/dev/null || { [[ -z $root && -n ${payload[ca_certificates]:-} ]] && ! find_trust >/dev/null; }; then
    supervise curl-install exec_curl_install
  fi
  ((${#given[@]} > 0)) || return 0
  supervise environment exec_share
  ((status == 0)) || give_up 'CA certificates could not be installed'
}

find_trust() { compgen -G "$root/usr/*bin/update-ca-certificates" || compgen -G "$root/usr/*bin/update-ca-trust"; }

# Gives the machine's other programs their part of it: what trusts certificates, sudo, and systemd's services, Docker first.
exec_share() {
  local names=("${given[@]%%=*}") proxies=() one i=0 update folder=$root/usr/local/share/ca-certificates
  umask 022
  for one in "${given[@]}"; do
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

# A step of the agent's own, with the environment that was given. Its values are no secret, so they may be arguments.
exec_step() { exec env "PATH=$bin:$PATH" "${given[@]}" "$@"; }

exec_curl_install() {
  exec_step bash -c 'apt-get -q update && apt-get -qy install "$@" || dnf -qy install "$@"' install curl ca-certificates
}

exec_install() { exec_step "${self%/*}/install-runner.sh" "${payload[runner_url]}" "${payload[runner_sha256]}" "$home"; }

# What a runner reads first: EBS fetches a block from the snapshot when it is first read, and keeps it.
exec_warm_up() {
  cd "$home"
  find . -type f -exec cat {} + >/dev/null
  [[ -x bin/Runner.Listener ]] || exit 0
  become_user
  exec_as_user bin/Runner.Listener warmup
}

# Prints how it ended: `degraded`, where a unit failed, is as good here as `running`.
exec_wait_for_boot() { exec systemctl is-system-running --wait; }

exec_script() {
  cd "$home"
  exec_step bash -e "$script"
}

become_user() {
  groups=$(id -G "$user")
  HOME=$(getent passwd "$user" | cut -d: -f6)
  unset INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID CI_ACTIONS_POWER_OFF
  export HOME USER=$user LOGNAME=$user LANG=${LANG:-C.UTF-8} RUNNER_ALLOW_RUNASROOT=1
}

exec_as_user() {
  [[ $EUID == "$uid" ]] && exec env "${given[@]}" "$@"
  exec chroot --userspec="$user:" --groups="${groups// /,}" --skip-chdir / env "${given[@]}" "$@"
}

# The JIT config is exported in this process alone, after the last other program it starts.
exec_runner() {
  cd "$home"
  become_user
  export ACTIONS_RUNNER_INPUT_JITCONFIG=${payload[jit_config]}
  exec_as_user ./run.sh
}

install_runner() {
  [[ ! -e $home/run.sh ]] || return 0
  [[ -n ${payload[runner_url]:-} ]] || give_up "no runner in $home, and no runner-url"
  phase runner-install "${payload[runner_url]}"
  supervise runner-install exec_install
  ((status == 0)) || give_up "runner install failed with $status"
}

run_script() {
  script=$state/pre-runner-script
  [[ -n ${payload[pre_runner_script]:-} ]] || return 0
  phase pre-runner-script
  (
    umask 077
    rm -f "$script" && printf %s "${payload[pre_runner_script]}" | base64 -d >"$script" && chmod 700 "$script"
  ) || give_up 'pre-runner script could not be written'
  supervise pre-runner-script exec_script
  rm -f "$script"
  ((status == 0)) || give_up "pre-runner script failed with $status"
}

run_runner() {
  [[ $EUID != 0 || $(stat -Lc %u "$home") == "$uid" ]] || chown -RHh "$user:" "$home" # never what a link leads to
  { mkdir -p "${served%/*}" && echo "${payload[runner_name]}" >"$served"; } 2>/dev/null || true
  phase runner-start
  supervise runner exec_runner
  phase runner-exit "$status"
  give_up 'runner exited'
}

# What cloud-init, sshd and Docker do once in an instance's life, and what they read, is then behind the job's boot.
wait_for_boot() {
  [[ -d $root/run/systemd/system ]] || return 0
  supervise boot exec_wait_for_boot
}

# The machine stops, as it was launched to do at its first power-off, and boots again as a runner's.
warm_up() {
  [[ -e $home/run.sh ]] || give_up "no runner in $home"
  phase warm-up
  supervise warm-up exec_warm_up
  ((status == 0)) || give_up "warm-up failed with $status"
  wait_for_boot
  run_script
  sync
  give_up 'warmed up'
}

run() {
  local other
  other=$(cat "$state/agent.pid" 2>/dev/null || true)
  if [[ -n $other && $other != "$$" && $(tr '\0' ' ' 2>/dev/null <"/proc/$other/cmdline") == *"$self"* ]]; then
    say "ci-actions: the agent is already running as process $other"
    exit 0
  fi
  clock
  started=$now over=$((now + lifetime))
  trap finish EXIT
  trap 'reason=${reason:-agent failed in line $LINENO}' ERR
  trap 'told=1 reason=${reason:-stopped by a signal}; exit 0' INT HUP TERM
  trap : PIPE # not ignored, so that no job starts with it ignored
  arm
  { mkdir -p "$state" && echo "$$" >"$state/agent.pid"; } 2>/dev/null || true
  export HOME=${HOME:-/root}
  phase agent
  read_payload
  phase payload "${payload[runner_name]:-${payload[kind]}}"
  obey
  prepare
  [[ -z ${payload[kind]:-} ]] || warm_up
  install_runner
  ((${#given[@]} == 0)) || printf '%s\n' "${given[@]}" >>"$home/.env"
  run_script
  run_runner
}

# cloud-init runs user data once an instance: its per-boot scripts bring the agent back after a restart, to power off.
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
