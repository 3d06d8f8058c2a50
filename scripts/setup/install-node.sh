#!/usr/bin/env bash
# Installs a Node new enough for Glassbox on a bare Debian 12 or Ubuntu 24.04, as root. Their own Node is 18: with its npm
# come Node 20, as a package with its own headers, and npm's own npm, into /usr/local.
set -euo pipefail
wanted=20

has_node() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    [ "$(node --print 'process.versions.node.split(".")[0]')" -ge "$wanted" ] && npm_fits
}

# Debian's npm links native parts to Debian's libnode; loaded into another Node, they crash it.
npm_fits() {
  case "$(readlink -f "$(command -v npm)")" in
    /usr/share/nodejs/*) [ "$(node --print process.config.variables.node_shared)" = true ] ;;
  esac
}

has_node && exit 0
if [ "$(id -u)" != 0 ]; then
  echo "Installing Node $wanted takes root. Run it as root, or install Node $wanted or later yourself." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# A machine that was just started may be updating itself. apt-get waits for dpkg's lock when told to, and for no other.
apt_get() {
  said=$(mktemp)
  for _ in $(seq 120); do
    if apt-get -o DPkg::Lock::Timeout=600 "$@" 2>&1 | tee "$said"; then
      rm "$said"
      return
    fi
    grep -q '^E: Could not get lock' "$said" || break
    sleep 5
  done
  rm "$said"
  return 1
}
apt_get update
apt_get install --yes --no-install-recommends ca-certificates nodejs npm
has_node || npm install --global --prefix /usr/local --no-audit --no-fund "node@$wanted" npm@10
hash -r
has_node || {
  echo "Node $wanted and npm were installed, but $(command -v node) is $(node --version), $(command -v npm) its npm. Put /usr/local/bin first in PATH." >&2
  exit 1
}
