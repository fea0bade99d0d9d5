# shellcheck shell=bash
# The payload's environment and certificates.
# only with: environment, ca-certificates
set -Eeuo pipefail
declare -A payload
declare root pem environment

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
