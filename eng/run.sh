#!/usr/bin/env bash
# Serves a directory over the Aeronet transport until Ctrl-C.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/run.sh [DIR] [--KEY=VALUE ...]

Builds samples/FileServer and serves DIR, or the bundled example site, on http://localhost:8080 and, with a
throw-away certificate, on https://localhost:8443 until Ctrl-C. It says at start whether the kernel does TLS.
Directories without an index.html are listed (--Aeronet:StaticFiles:DirectoryIndex:Enabled=false: not found).
Settings are in samples/FileServer/appsettings.json; --KEY=VALUE changes one for this run, for example
  ./eng/run.sh /srv/www --Urls=http://127.0.0.1:9000 --Aeronet:Transport:EventLoops=4
USAGE
}

settings=()
if [[ $# -gt 0 && $1 != -* ]]; then
  [[ -d $1 ]] || fail "there is no directory '$1'"
  settings+=("--Aeronet:StaticFiles:Root=$(cd "$1" && pwd)")
  shift
fi
for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
    --*=*) settings+=("$argument") ;;
    *) usage >&2; fail "unknown argument '$argument'" ;;
  esac
done

need_sdk
app=$root/samples/FileServer
echo "building the file server ..."
if ! log=$(dotnet build "$app" -c Release -v quiet 2>&1); then
  echo "$log" >&2
  fail "samples/FileServer does not build"
fi
exec dotnet "$app/bin/Release/net10.0/FileServer.dll" "${settings[@]}"
