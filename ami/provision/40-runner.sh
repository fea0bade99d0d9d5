#!/bin/bash
# GitHub's runner application in /opt/actions-runner, with the version and checksum of versions.json, warmed up.
# CI_ACTIONS_RUNNER_URL and CI_ACTIONS_RUNNER_SHA256: another archive, such as a mirror's.
# shellcheck source-path=SCRIPTDIR source=step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"

home=/opt/actions-runner

locate() {
  local architecture=x64
  [[ $preset != arm64 ]] || architecture=arm64
  url=${CI_ACTIONS_RUNNER_URL:-}
  sha256=${CI_ACTIONS_RUNNER_SHA256:-}
  if [[ -z $url ]]; then
    url=$(version .runner.url)
    url=${url//'{version}'/$wanted}
    url=${url//'{architecture}'/$architecture}
    sha256=${sha256:-$(version ".runner.sha256.$architecture")}
    [[ -n $sha256 ]] || fail "versions.json has no checksum of runner $wanted for $architecture; refresh it" 2
  fi
  [[ $sha256 =~ ^[0-9a-f]{64}$ ]] || fail "the checksum of $url is '$sha256', not 64 hexadecimal digits" 2
}

installed_version() { [[ ! -x $home/bin/Runner.Listener ]] || "$home/bin/Runner.Listener" --version; }

command -v curl >/dev/null || install_packages curl ca-certificates
wanted=$(version .runner.version)
locate
if [[ $(cat "$home/.archive-sha256" 2>/dev/null) != "$sha256" ]]; then
  rm -rf "$home"
  bash "$here/../boot/install-runner.sh" "$url" "$sha256" "$home"
  echo "$sha256" >"$home/.archive-sha256"
fi
got=$(RUNNER_ALLOW_RUNASROOT=1 installed_version)
[[ $got == "$wanted" ]] || fail "$url is runner '$got', versions.json says $wanted"
# Loads every assembly once, so that a broken one is noticed here, and the snapshot has what a start reads.
RUNNER_ALLOW_RUNASROOT=1 "$home/bin/Runner.Listener" warmup
