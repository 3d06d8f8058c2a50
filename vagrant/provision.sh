#!/usr/bin/env bash
# Makes a Debian 12 or Ubuntu 24.04 machine a Glassbox machine: Node, the set-up of npm start, and a service that runs the
# agent. Works on any disposable machine, not only Vagrant's:  sudo vagrant/provision.sh [PORT]
# Run it again after a change: it does only what is missing.
set -euo pipefail
port=${1:-4321}
checkout=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
# Vagrant runs a copy of this file from /tmp.
[ -e "$checkout/scripts/start.mjs" ] || checkout=/opt/glassbox

# npm start runs in place where this file is: see docs/decisions/0001-where-it-runs.md.
touch /etc/glassbox-disposable

"$checkout/scripts/setup/install-node.sh"

cat >/etc/systemd/system/glassbox.service <<UNIT
[Unit]
Description=Glassbox: a container stack you can see through
After=network.target

[Service]
WorkingDirectory=$checkout
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ExecStart=$(command -v node) $checkout/scripts/start.mjs --here --yes --host 0.0.0.0 --port $port
# Set-up on the first start: packages, npm ci, the page.
TimeoutStartSec=20min
TimeoutStopSec=30s
# The agent ends what its labs started; systemd must not end it first.
KillMode=mixed
# On cgroup v1 the learners' groups lie below this unit's; on v2 they cannot, for the agent is in it.
Delegate=yes
Restart=on-failure

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable glassbox.service
systemctl restart glassbox.service

echo "Setting up; this takes some minutes the first time. The address, with the key in it, will be:"
for _ in $(seq 600); do
  address=$(journalctl --unit glassbox.service --output cat --since "-25min" | grep --only-matching 'http://[^ ]*' | tail -n 1 || true)
  if [ -n "$address" ]; then
    echo "  ${address/0.0.0.0/127.0.0.1}"
    exit 0
  fi
  if ! systemctl is-active --quiet glassbox.service; then
    journalctl --unit glassbox.service --output cat --lines 30
    exit 1
  fi
  sleep 2
done
echo "It is not ready after 20 minutes: journalctl -u glassbox" >&2
exit 1
