#!/usr/bin/env bash
# What parts of a file cost: ten ranges of 1 MiB of a 100 MiB file in one request, beside the whole file from stock Kestrel.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/bench/ranges.sh [ROUNDS [SECONDS]]

Prints the server's CPU (user + system) for each MiB it sent, medians of ROUNDS (3) of SECONDS (4) each, taken in turn, and
the ratio to stock Kestrel's whole file. Needs wrk. On an otherwise idle machine.
USAGE
}

[[ $# -eq 0 || $1 != -* ]] || { usage; exit 0; }
rounds=${1:-3} seconds=${2:-4}
need_sdk
command -v wrk >/dev/null || fail "wrk is missing (apt-get install wrk)"

work=$(mktemp -d)
servers=()
trap '[[ ${#servers[@]} -eq 0 ]] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/files"
head -c 100M /dev/urandom >"$work/files/100m.bin"
dotnet publish "$root/eng/bench/BenchServer" -c Release -o "$work/app" -v quiet >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "BenchServer does not build"; }

# Ports that nobody listens on: BenchServer takes no 0.
free_port() {
  local port
  while port=$((RANDOM % 20000 + 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# Starts a server with a transport; sets 'process' and 'port'.
start() {
  port=$(free_port)
  dotnet "$work/app/BenchServer.dll" --transport "$1" --http "$port" --files "$work/files" >"$work/$1" 2>&1 &
  process=$!
  servers+=("$process")
  for _ in $(seq 300); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    sleep 0.1
  done
  cat "$work/$1" >&2
  fail "BenchServer did not start"
}

# User and system time of a process in clock ticks (proc_pid_stat(5)); its name has no blanks.
ticks_of() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# CPU microseconds for each MiB that a server sends; further arguments are wrk's.
measure() {
  local process=$1 port=$2 before output
  shift 2
  before=$(ticks_of "$process")
  output=$(wrk -t 1 -c 4 -d "${seconds}s" "$@" "http://127.0.0.1:$port/files/100m.bin")
  if [[ $output == *Non-2xx* || $output == *"Socket errors"* ]]; then echo "$output" >&2; fail "requests failed"; fi
  awk -v ticks=$(($(ticks_of "$process") - before)) -v hertz="$(getconf CLK_TCK)" '
    / requests in / {
      read = $5; unit = read; sub(/^[0-9.]+/, "", unit); sub(/[A-Z]+$/, "", read)
      mib = read * (unit == "TB" ? 1048576 : unit == "GB" ? 1024 : unit == "MB" ? 1 : 0)
      printf "%.1f\n", ticks / hertz * 1e6 / mib
    }' <<<"$output"
}

# Ten ranges over the whole of the file, not in its order.
ranges=
for part in 3 90 21 45 8 77 60 33 12 99; do ranges+=,$((part * 1048576))-$((part * 1048576 + 1048575)); done
ranges="Range: bytes=${ranges#,}"

start sockets; stock=("$process" "$port")
start aeronet; ours=("$process" "$port")
size=$(curl -s -o /dev/null -w '%{http_code} %{size_download}' -H "$ranges" "http://127.0.0.1:${ours[1]}/files/100m.bin")
[[ $size == "206 104"????? ]] || fail "ten ranges got: $size"

for ((round = 0; round <= rounds; round++)); do
  # The first warms up (the just-in-time compiler).
  {
    echo "stock $(measure "${stock[@]}")"
    echo "whole $(measure "${ours[@]}")"
    echo "parts $(measure "${ours[@]}" -H "$ranges")"
  } >"$work/round.$round"
done

median() { cat "$work"/round.[1-9]* | awk -v name="$1" '$1 == name { print $2 }' | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
awk -v stock="$(median stock)" -v whole="$(median whole)" -v parts="$(median parts)" 'BEGIN {
  printf "whole file, stock Kestrel   %7.1f us CPU/MiB  1.00\n", stock
  printf "whole file, Aeronet         %7.1f us CPU/MiB  %.2f\n", whole, whole / stock
  printf "ten ranges of 1 MiB, Aeronet%7.1f us CPU/MiB  %.2f\n", parts, parts / stock
}'
