#!/bin/bash
# Interpreters by uv, each as pythonX.Y on the PATH, and uv, pipx and tox for every user, each in its own environment.
# CI_ACTIONS_PYTHON: uv (default, downloads from GitHub), or the distribution's interpreters.
# shellcheck source-path=SCRIPTDIR source=step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"

tools=/opt/python-tools

install_tool() {
  local name=$1 wanted
  wanted=$(version ".python.\"$name\"")
  [[ -x $tools/$name/bin/pip ]] || python3 -m venv "$tools/$name"
  "$tools/$name/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir "$name==$wanted"
  ln -sfn "$tools/$name/bin/$name" "/usr/local/bin/$name"
}

from_uv() {
  UV_PYTHON_INSTALL_DIR=/opt/python UV_PYTHON_BIN_DIR=/usr/local/bin UV_NO_CACHE=1 uv python install "${releases[@]}"
}

from_distribution() {
  local name wanted=(python3-dev)
  update_lists
  for name in "${releases[@]}"; do
    if is_offered "python$name-venv"; then
      wanted+=("python$name" "python$name-venv" "python$name-dev")
    else
      log "$PRETTY_NAME has no python$name"
    fi
  done
  install_packages "${wanted[@]}"
}

from=$(choose CI_ACTIONS_PYTHON uv distribution)
install_packages python3 python3-venv
# On a machine for one job `sudo pip install` may change the system's packages.
printf '[global]\nbreak-system-packages = true\n' >/etc/pip.conf
# Not in a process substitution, where a failure would be ignored.
releases=$(version .python.versions)
mapfile -t releases <<<"$releases"
for tool in uv pipx tox; do install_tool "$tool"; done
case $from in
  uv) from_uv ;;
  distribution) from_distribution ;;
esac
