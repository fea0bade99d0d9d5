#!/bin/bash
# Stands in for `gh api`: keeps releases as folders of $HUB/releases, by id, with a file per field and a folder of assets,
# and every call in $HUB/calls. $HUB/fail-once is a part of a call that fails once, $HUB/visibility that of the repository.
set -euo pipefail

call=$*
echo "$call" >>"$HUB/calls"
if [[ -f $HUB/fail-once && $call == *"$(<"$HUB/fail-once")"* ]]; then
  rm "$HUB/fail-once"
  echo 'gh: Server Error (HTTP 502)' >&2
  exit 1
fi

shift
method=GET path='' input=''
fields=()
while (($# > 0)); do
  case $1 in
    --method)
      method=$2
      shift
      ;;
    --input)
      input=$2
      shift
      ;;
    -f | -F)
      fields+=("$2")
      shift
      ;;
    --jq | -H) shift ;;
    --*) ;;
    *) path=$1 ;;
  esac
  shift
done
mkdir -p "$HUB/releases"
releases=repos/org/ci-actions/releases

case "$method $path" in
  "GET $releases?per_page=100")
    for one in "$HUB"/releases/*/; do
      [[ ! -d $one || $call != *"\"$(<"$one/tag_name")\""* ]] || echo "$(<"$one/draft") $(basename "$one")"
    done
    ;;
  "POST $releases")
    id=$(($(find "$HUB/releases" -mindepth 1 -maxdepth 1 | wc -l) + 1))
    mkdir -p "$HUB/releases/$id/assets"
    for field in "${fields[@]}"; do echo "${field#*=}" >"$HUB/releases/$id/${field%%=*}"; done
    echo "$id"
    ;;
  "PATCH $releases/"*)
    release=$HUB/releases/${path##*/}
    [[ $(<"$release/draft") == true ]] || {
      echo 'gh: Cannot change an immutable release (HTTP 422)' >&2
      exit 1
    }
    for field in "${fields[@]}"; do
      case $field in
        *=@*) cp "${field#*=@}" "$release/${field%%=*}" ;;
        *) echo "${field#*=}" >"$release/${field%%=*}" ;;
      esac
    done
    [[ $call == *--silent* ]] || echo "https://uploads.example/${path##*/}/assets{?name,label}"
    ;;
  "POST https://uploads.example/"*)
    id=${path#https://uploads.example/}
    asset=$HUB/releases/${id%%/*}/assets/${path#*=}
    [[ ! -e $asset ]] || {
      echo 'gh: already_exists (HTTP 422)' >&2
      exit 1
    }
    cp "$input" "$asset"
    ;;
  "GET $releases/"*)
    for one in "$HUB/releases/${path##*/}/assets"/*; do [[ ! -e $one ]] || basename "$one"; done
    ;;
  "DELETE $releases/assets/"*) rm "$HUB"/releases/*/assets/"${path##*/}" ;;
  "GET repos/"*) printf '%s Organization\n' "$(cat "$HUB/visibility" 2>/dev/null || echo private)" ;;
esac
