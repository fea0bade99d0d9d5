#!/bin/bash
# Describes this image in /opt/ci-actions/manifest.json and its content in /opt/ci-actions/sbom.json (CycloneDX).
# CI_ACTIONS_COMMIT, CI_ACTIONS_BUILT_AT: the build's commit and time, for the manifest.
# shellcheck source-path=SCRIPTDIR source=step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"

folder=/opt/ci-actions
built_at=${CI_ACTIONS_BUILT_AT:-$(date --utc +%Y-%m-%dT%H:%M:%SZ)}
runner=$(version .runner.version)

# Prints a line of JSON for each installed package, Python tool and interpreter, and for the runner.
list_components() {
  local name path version
  dpkg-query -W -f '${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\n' |
    jq -Rc --arg os "$ID" 'split("\t") | select(.[0] == "installed") | {type: "library", name: .[1], version: .[2],
      purl: "pkg:deb/\($os)/\(.[1])@\(.[2] | @uri)?arch=\(.[3])"}'
  for name in uv pipx tox; do
    version=$(version ".python.\"$name\"")
    jq -nc --arg name "$name" --arg version "$version" \
      '{type: "application", name: $name, version: $version, purl: "pkg:pypi/\($name)@\($version)"}'
  done
  for path in /opt/python/cpython-*/; do
    # uv links 3.12 to 3.12.5.
    [[ -d $path && ! -L ${path%/} ]] || continue
    name=${path#/opt/python/cpython-}
    jq -nc --arg version "${name%%-*}" '{type: "application", name: "cpython", version: $version,
      purl: "pkg:generic/cpython@\($version)"}'
  done
  jq -nc --arg version "$runner" '{type: "application", name: "actions-runner", version: $version,
    purl: "pkg:github/actions/runner@v\($version)"}'
}

mkdir -p "$folder"
jq -n --arg preset "$preset" --arg runner "$runner" --arg built "$built_at" --arg commit "${CI_ACTIONS_COMMIT:-unknown}" \
  '{preset: $preset, "runner-version": $runner, "built-at": $built, commit: $commit}' >"$folder/manifest.json"
list_components | jq -s --arg preset "$preset" --arg built "$built_at" --arg os "$PRETTY_NAME" '{
  bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
  metadata: {timestamp: $built, component: {type: "operating-system", name: "ci-actions-\($preset)", version: $built,
    description: $os}},
  components: (sort_by(.purl) | unique_by(.purl))}' >"$folder/sbom.json"
log "$(jq '.components | length' "$folder/sbom.json") components"
