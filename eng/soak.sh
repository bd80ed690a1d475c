#!/usr/bin/env bash
# Everything at once on one server for a long time: whether memory, descriptors, threads and latency stay as they are.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/soak.sh MINUTES [FOLDER]

Plain requests, TLS kept and anew, HTTP/2, WebSockets, uploads, files, ranges, directory lists, clients that vanish, certificates that are renewed and
ticket keys that are rotated, all at once, each answer looked at. Puts soak.txt (what came of it), soak.csv (every sample), server.log and pictures (SVG) into
FOLDER (artifacts/soak). Fails when an answer was wrong, descriptors are left over, or memory, descriptors or threads grow; trends are judged from
15 minutes on.
USAGE
}

[[ $# -gt 0 ]] || { usage >&2; fail "how many MINUTES?"; }
case $1 in
  -h | --help) usage; exit 0 ;;
esac
[[ $# -le 2 ]] || { usage >&2; fail "unknown argument '$3'"; }
need_sdk

folder=$(realpath -m "${2:-$root/artifacts/soak}")
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet build "$root/eng/soak" -c Release -v quiet >"$log" 2>&1 || { cat "$log" >&2; fail "the program does not build"; }
dotnet "$root/eng/soak/bin/Release/net10.0/Soak.dll" "$1" "$folder"
echo "pictures and numbers are in $folder"
