# shellcheck shell=bash
# The steps before the runners, and the runners: starts each as a process group, reads its output, waits for its end.
# shellcheck disable=SC2034 # finished
set -Eeuo pipefail
declare root self state bin environment payload now watchdog_pipe last_resort_pipe
declare runner_name jit_config listening job finished title child output partial status user home served uid

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
