# shellcheck shell=bash
# Several runners, each in a home of its own, and those that take many jobs: payload format 4.
# only with: format 4
# shellcheck disable=SC2034 # newest, jit_config
set -Eeuo pipefail
declare -A payload shape
declare number base64 path self environment user uid home runner_name label jit_config job finished lasting who called
declare root place leaving title status now

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
