#!/usr/bin/env bash
# What a request, a connection and a MiB cost on Aeronet, stock Kestrel and nginx, in one run, in turns.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/bench.sh [--rounds N] [--seconds N] [--only TEXT] [--write]
       ./eng/bench.sh --hot [--write]
       ./eng/bench.sh --gate

Starts Aeronet, stock Kestrel (BenchServer) and nginx, has each do the same in turns, round by round, and prints two tables in Markdown: processor
time of the server for each unit, and rates. Every answer is looked at.

  --rounds N   how often each figure is taken (5)
  --seconds N  how long each time (2)
  --only TEXT  rows with this in their name: 'plaintext', '64 KiB', 'TLS'
  --write      puts tables and pictures into docs/benchmarks.md
  --hot        code paths alone, in this process: time and allocations (BenchmarkDotNet)
  --gate       fails when a plain request takes more than 0.9, or a file of 64 KiB more than 0.6, of what it takes on stock Kestrel; half a minute

Needs wrk, h2load (nghttp2-client), nginx and openssl. On an otherwise idle machine; a quarter of an hour.
USAGE
}

arguments=(--rounds 5 --seconds 2) write=false hot=false gate=false only=
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --rounds | --seconds) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "$1 needs a whole number above 0"; arguments+=("$1" "$2"); shift ;;
    --only) [[ -n ${2:-} ]] || fail "--only needs a text"; only=$2 arguments+=(--only "$2"); shift ;;
    --write) write=true ;;
    --hot) hot=true ;;
    --gate) gate=true ;;
    *) usage >&2; fail "unknown argument '$1'" ;;
  esac
  shift
done
! $write || [[ -z $only ]] || fail "--write needs all rows, and --only leaves some out"
! $write || ! $gate || fail "--gate has nothing that --write could write"
need_sdk

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

publish() {
  dotnet publish "$root/eng/bench/$1" -c Release -o "$work/$1" -v quiet >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$1 does not build"; }
}

# Puts a file between the two marks of its name in docs/benchmarks.md.
put() {
  local name=$1 result=$2 page=$root/docs/benchmarks.md
  awk -v result="$result" -v name="$name" '
    $0 == "<!-- bench.sh ends " name " here -->" { inside = 0 }
    !inside { print }
    $0 == "<!-- bench.sh writes " name " from here -->" { inside = 1; print ""; while ((getline line < result) > 0) print line; print "" }' "$page" >"$work/page"
  cp "$work/page" "$page"
}

if $hot; then
  publish HotPaths
  dotnet "$work/HotPaths/Aeronet.AspNetCore.HotPaths.dll" "$work/hot"
  cat "$work/hot/result.md"
  ! $write || put 'hot paths' "$work/hot/result.md"
  exit
fi

# nginx is where ordinary users have no path to.
PATH=$PATH:/usr/sbin:/sbin
missing=()
for pair in wrk:wrk h2load:nghttp2-client nginx:nginx-light openssl:openssl; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
if [[ ${#missing[@]} -gt 0 ]]; then
  echo "missing: apt-get install ${missing[*]}"
  exit 77
fi

ulimit -Sn "$(ulimit -Hn)"
chmod 755 "$work" # nginx's workers are of another user when root starts them
mkdir "$work/files"
for file in 1k 64k 1m 100m; do head -c "${file^^}" /dev/urandom >"$work/files/$file.bin"; done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 \
  -subj /CN=localhost -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" 2>/dev/null
publish BenchServer
publish BenchTable
if $gate; then arguments=(--gate --rounds 5 --seconds 1); fi
if $write; then arguments+=(--output "$work/result"); fi
dotnet "$work/BenchTable/BenchTable.dll" "$work/BenchServer" "$work" "${arguments[@]}"
if $write; then
  put table "$work/result/result.md"
  cp "$work/result/"*.svg "$root/docs/images/"
fi
