#!/usr/bin/env bash
# Stands in for docker in tests of run-compose's steps: keeps one file per container, network and volume below $STATE.
# It knows what run-compose asks for, and no more. test/peers has the real one.
set -euo pipefail

printf '%s\n' "$*" >>"$STATE/calls"

# Of the project whose label is asked for: names begin with its name.
list() {
  local kind=$1 word path
  for word in "$@"; do
    [[ $word == --filter=label=*.project=* ]] || continue
    for path in "$STATE/$kind/${word##*=}"*; do
      if [[ -e $path ]]; then printf '%s\n' "${path##*/}"; fi
    done
  done
}

describe() {
  local separator='[' id
  for id in "$@"; do
    printf '%s{"Id":"%s","Name":"/%s","Created":"2026-01-01T00:00:00Z","RestartCount":0,' "$separator" "$id" "$id"
    printf '"State":{"Status":"running","ExitCode":0,"OOMKilled":false,"Error":"",'
    printf '"StartedAt":"2026-01-01T00:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"},'
    printf '"Config":{"Image":"db:1","Labels":{"com.docker.compose.service":"db"}},'
    printf '"HostConfig":{"NetworkMode":"n"},"NetworkSettings":{"Networks":{}}}'
    separator=','
  done
  echo ']'
}

remove() {
  local kind=$1 id
  shift
  for id in "$@"; do
    if [[ $id == -* || ! -e $STATE/$kind/$id ]]; then continue; fi
    rm -f "$STATE/$kind/$id"
    echo "$id"
  done
}

compose() {
  local word name=''
  for word in "$@"; do
    case "$word" in
      --project-name=*) name=${word#*=} ;;
      config) cat "$STATE/model.json" && return ;;
      up)
        touch "$STATE/networks/$name-net" "$STATE/volumes/$name-data" "$STATE/containers/$name-db-1"
        if [[ -e $STATE/slow ]]; then exec sleep 60; fi
        return
        ;;
    esac
  done
}

case "$1 ${2:-}" in
  'info --format') cat "$STATE/info.json" ;;
  'version --format') echo 99.0 ;;
  'container ls' | 'network ls' | 'volume ls') list "${1}s" "${@:3}" ;;
  'container inspect') describe "${@:3}" ;;
  'container rm' | 'network rm' | 'volume rm') remove "${1}s" "${@:3}" ;;
  'image '* | 'stop '*) ;;
  'events '*) exec sleep 1000 ;;
  'logs '*) echo 'log of the container' ;;
  'compose '*) compose "$@" ;;
  *)
    echo "not known to the stand-in: $*" >&2
    exit 64
    ;;
esac
