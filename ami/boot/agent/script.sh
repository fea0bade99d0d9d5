# shellcheck shell=bash
# The pre-runner script.
# only with: pre-runner-script
set -Eeuo pipefail
declare -A payload
declare state environment home uid status

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
