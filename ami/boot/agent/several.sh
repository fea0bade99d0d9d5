# shellcheck shell=bash
# Several runners, and those that take many jobs: payload format 4.
# only with: format 4
# shellcheck disable=SC2034 # newest
set -Eeuo pipefail
declare -A payload shape
declare number base64 path runner_name role label lasting who shared

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
