#!/usr/bin/env bash
# Installs a Node new enough for Glassbox on a bare Debian 12 or Ubuntu 24.04, as root. Their own Node is 18: it brings npm
# and the headers that native parts are compiled against, and npm then brings Node 20 as a package, into /usr/local.
set -euo pipefail
wanted=20

has_node() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    [ "$(node --print 'process.versions.node.split(".")[0]')" -ge "$wanted" ]
}

has_node && exit 0
if [ "$(id -u)" != 0 ]; then
  echo "Installing Node $wanted takes root. Run it as root, or install Node $wanted or later yourself." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends ca-certificates nodejs npm libnode-dev
has_node || npm install --global --prefix /usr/local --no-audit --no-fund "node@$wanted"
hash -r
has_node || {
  echo "Node $wanted was installed, but $(command -v node) is $(node --version). Put /usr/local/bin first in PATH." >&2
  exit 1
}
