# shellcheck shell=bash
# The data volume: mounted before the runners, and unmounted after them. data-volume.sh does the work.
# only with: data-volume
# shellcheck disable=SC2034 # volume_begun
set -Eeuo pipefail
declare -A payload
declare root grace unit self now started startup user status said child watchdog_pipe

# While systemd stops the unit, the runners and then Docker need time to end.
open_volume() {
  local name=data-volume folder=/run/systemd/system/$unit.service.d
  if [[ -z $root && -d /run/systemd/system ]]; then
    { mkdir -p "$folder" && printf '[Service]\nTimeoutStopSec=%s\n' "$((8 * grace))" >"$folder/$name.conf"; } || true
    timeout 10 systemctl daemon-reload &
  fi
  volume_begun=1
  run_step "$name" exec_volume_open
  ((status[0] == 0)) || give_up "data volume: $said"
  volume_device=${said%% *}
  phase volume "$said"
}

exec_volume_open() {
  local volume path label left
  read -r volume path label <<<"${payload[data_volume]}"
  clock
  # The startup timeout names no volume, so this ends before it.
  left=$((started + startup - now - 2))
  exec_step "${self%/*}/data-volume.sh" open "$volume" "$path" "${label:-}" "$((left > 1 ? left : 1))" "$user"
}

exec_volume_close() {
  local path
  read -r _ path _ <<<"${payload[data_volume]}"
  exec_step "${self%/*}/data-volume.sh" close "$path" "${volume_device:-}"
}

# Part of every way out: runs after the runners' end and has a bound of its own.
close_volume() {
  local until
  said="not within $((4 * grace)) s"
  clock
  until=$((now + 4 * grace))
  # Moves the deadline of the watchdog, which allows four times the grace on top.
  { echo "$now" >&"$watchdog_pipe"; } 2>/dev/null
  launch 0 data-volume exec_volume_close
  while kill -0 "${child[0]}" 2>/dev/null && ((now < until)); do
    read_line 0 0.1
    clock
  done
  kill -KILL -- "-${child[0]}" 2>/dev/null
  while read_line 0 0.05; do :; done
  reap 0
  case ${status[0]} in
    0) phase volume-closed "$said" ;;
    3) ;;
    *) phase volume-dirty "$said" ;;
  esac
}
