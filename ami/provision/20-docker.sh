#!/bin/bash
# Docker: engine, buildx, compose. CI_ACTIONS_DOCKER_SOURCE: docker.com (default), or the distribution's packages.
# shellcheck source-path=SCRIPTDIR source=step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"

from_docker() {
  local engine containerd buildx compose
  engine=$(version .docker.engine)
  containerd=$(version .docker.containerd)
  buildx=$(version .docker.buildx)
  compose=$(version .docker.compose)
  add_source docker "https://download.docker.com/linux/$ID/gpg" \
    "https://download.docker.com/linux/$ID $VERSION_CODENAME stable"
  install_packages "$(pinned docker-ce "$engine")" "$(pinned docker-ce-cli "$engine")" "$(pinned containerd.io "$containerd")" \
    "$(pinned docker-buildx-plugin "$buildx")" "$(pinned docker-compose-plugin "$compose")"
}

# Not every release has the plugins. Prints which ones are missing.
from_distribution() {
  local wanted=(docker.io iptables) name
  update_lists
  for name in docker-cli docker-buildx docker-compose-v2; do
    if is_offered "$name"; then wanted+=("$name"); else log "$PRETTY_NAME has no package $name"; fi
  done
  install_packages "${wanted[@]}"
}

from=$(choose CI_ACTIONS_DOCKER_SOURCE docker.com distribution)
case $from in
  docker.com) from_docker ;;
  distribution) from_distribution ;;
esac
systemctl enable docker.socket docker.service containerd.service
# Docker without sudo for accounts that are not root.
for user in runner ubuntu; do
  if id -u "$user" >/dev/null 2>&1; then usermod --append --groups docker "$user"; fi
done
