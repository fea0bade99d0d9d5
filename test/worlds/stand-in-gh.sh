#!/bin/bash
# Stands in for gh: keeps releases as folders of $HUB, with state, notes and assets, and every call in $HUB/calls.
# $HUB/fail-once names a command that fails once, $HUB/visibility is that of the repository.
set -euo pipefail

echo "$*" >>"$HUB/calls"
if [[ -f $HUB/fail-once && "$1 $2" == "$(<"$HUB/fail-once")" ]]; then
  rm "$HUB/fail-once"
  echo 'HTTP 502: Server Error' >&2
  exit 1
fi

if [[ $1 == api ]]; then
  [[ $* != *--jq* ]] || printf '%s Organization\n' "$(cat "$HUB/visibility" 2>/dev/null || echo private)"
  exit 0
fi

release=$HUB/$3
case $2 in
  view)
    [[ -d $release ]] || {
      echo 'release not found' >&2
      exit 1
    }
    cat "$release/state"
    ;;
  create | upload | edit)
    mkdir -p "$release/assets"
    state=$(cat "$release/state" 2>/dev/null || echo draft)
    [[ $state == draft ]] || {
      echo 'HTTP 422: Cannot change an immutable release' >&2
      exit 1
    }
    shift 3
    while (($# > 0)); do
      case $1 in
        --notes-file)
          cp "$2" "$release/notes"
          shift
          ;;
        --title) shift ;;
        --draft=false) state=published ;;
        --latest* | --prerelease) echo "$1" >"$release/kind" ;;
        --*) ;;
        *) cp "$1" "$release/assets/" ;;
      esac
      shift
    done
    echo "$state" >"$release/state"
    ;;
esac
