# shellcheck shell=bash
# Reads the payload from the metadata service and puts it into effect. Format: docs/inside/payload.md.
# shellcheck disable=SC2034 # startup, idle, home, uid
set -Eeuo pipefail
declare root imds patience self bin pem environment lifetime startup idle started deadline now
declare watchdog_pipe status runner_name label jit_config

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
