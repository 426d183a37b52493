#!/usr/bin/env bash
# Starts the simulator on free ports and lets the other clients operate it. Exits with 1 if one fails, 2 if none is installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
python=${PEER_PYTHON:-/usr/bin/python3}
modules=${PEER_MODULES:-$here}

dotnet build "$here/../../src/ProxSharp.Cli" --nologo -v quiet
"$here/../../src/ProxSharp.Cli/bin/Debug/net10.0/prox" simulate --pve-port 0 --pbs-port 0 -o json > "$work/servers.json" &
simulator=$!
trap 'kill "$simulator"; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    grep -q ']' "$work/servers.json" && break
    sleep 0.2
done
port() { grep -o '"endpoint": "https://127.0.0.1:[0-9]*' "$work/servers.json" | sed -n "$1p" | cut -d: -f4; }
PEER_PORT=$(port 1)
PEER_PBS_PORT=$(port 2)
export PEER_PORT PEER_PBS_PORT

ran=0
failed=0
if "$python" -c 'import proxmoxer, requests' 2> "$work/python.err"; then
    ran=1
    "$python" "$here/proxmoxer_peer.py" || failed=1
    "$python" "$here/proxmoxer_pbs_peer.py" || failed=1
else
    echo "proxmoxer: not installed for $python, left out"
fi
if [ -d "$modules/node_modules/proxmox-api" ]; then
    ran=1
    # The simulator's certificate is its own; this program talks to nothing else.
    PEER_MODULES=$modules NODE_TLS_REJECT_UNAUTHORIZED=0 node --no-warnings "$here/proxmox_api_peer.mjs" || failed=1
else
    echo "proxmox-api: not installed in $modules, left out"
fi
if [ -d "$modules/node_modules/@corsinvest/cv4pve-api-javascript" ]; then
    ran=1
    PEER_MODULES=$modules NODE_TLS_REJECT_UNAUTHORIZED=0 node --no-warnings "$here/cv4pve_peer.mjs" || failed=1
else
    echo "cv4pve-api-javascript: not installed in $modules, left out"
fi
if command -v ansible-playbook > "$work/ansible.path" && "$python" -c 'import proxmoxer' 2> "$work/python.err"; then
    ran=1
    PEER_PYTHON=$python ansible-playbook -i localhost, "$here/ansible_peer.yml" || failed=1
else
    echo "ansible: not installed, left out"
fi
[ "$ran" = 1 ] || exit 2
exit "$failed"
