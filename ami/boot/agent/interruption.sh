# shellcheck shell=bash
# Spot interruptions: EC2 announces them by the metadata service, about two minutes ahead.
# only with: spot, keep-on-failure-seconds
# shellcheck disable=SC2034 # interrupted, draining, watcher
set -Eeuo pipefail
declare notice child job imds state

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
