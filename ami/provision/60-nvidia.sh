#!/bin/bash
# NVIDIA's driver with the open kernel modules, and the container toolkit with CDI. Only for cuda.
# shellcheck source-path=SCRIPTDIR source=step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"

[[ $preset == cuda ]] || fail "preset $preset has no GPU" 2
branch=$(version .nvidia.driver)
toolkit=$(version '.nvidia."container-toolkit"')
driver=nvidia-driver-$branch-server-open

# The kernel modules come signed and built in a package. If there is none, DKMS builds them.
install_driver() {
  local modules=linux-modules-nvidia-$branch-server-open-aws wanted=("$driver")
  update_lists
  is_offered "$driver" || fail "$PRETTY_NAME has no package $driver"
  if is_offered "$modules"; then wanted+=("$modules"); else wanted+=(linux-headers-aws); fi
  install_packages "${wanted[@]}"
}

install_toolkit() {
  local names=(nvidia-container-toolkit nvidia-container-toolkit-base libnvidia-container-tools libnvidia-container1)
  local name wanted=()
  add_source nvidia-container-toolkit https://nvidia.github.io/libnvidia-container/gpgkey \
    "https://nvidia.github.io/libnvidia-container/stable/deb/$(dpkg --print-architecture) /"
  for name in "${names[@]}"; do wanted+=("$(pinned "$name" "$toolkit")"); done
  install_packages "${wanted[@]}"
  # An upgrade in a job must not separate the versions of library and module.
  apt-mark hold "${names[@]}"
}

install_driver
install_toolkit
# dpkg also lists names that a package only mentions. Those cannot be held.
dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' '*nvidia*' | sed -n 's/^installed //p' | xargs -r apt-mark hold
nvidia-ctk runtime configure --runtime=docker --cdi.enabled
# The CDI files depend on the machine's devices, so the toolkit's own unit writes them at boot.
systemctl enable nvidia-cdi-refresh.service nvidia-cdi-refresh.path nvidia-persistenced.service
