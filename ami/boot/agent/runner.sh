# shellcheck shell=bash
# The steps before the runners, and the runners: starts each as a process group, reads its output, waits for its end.
# shellcheck disable=SC2034 # finished
set -Eeuo pipefail
declare root self state bin silence environment payload now watchdog_pipe last_resort_pipe
declare runner_name jit_config listening job finished again lasting who called place
declare title child output partial status user home served uid

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
