#!/usr/bin/env bash
# What a request and a connection cost the server, one after the other: system calls, sleeps, bytes; beside nginx.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/bench/prices.sh [--seconds N] [--app DIR] [--server-only]

Starts BenchServer and nginx, drives each with one client that has one request in progress, and prints two tables in Markdown:
the prices, and the system calls they are made of. Counts, not times: another program's load hardly changes them.

  --seconds N    of each of the loads that are measured by time (2); the others have a fixed number of requests
  --app DIR      a BenchServer that was published before, instead of a build of this source
  --server-only  without nginx

Debian packages: curl openssl strace (always), wrk nghttp2-client nginx-light. What is missing is said, and its rows or columns are left out.
USAGE
}

seconds=2 app='' nginx=true
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --seconds) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--seconds is '${2:-}'; it must be a number from 1"; seconds=$2; shift ;;
    --app) [[ -f ${2:-}/BenchServer.dll ]] || fail "--app is '${2:-}'; it must be a folder with BenchServer.dll"; app=$(cd "$2" && pwd); shift ;;
    --server-only) nginx=false ;;
    *) usage >&2; fail "unknown argument '$1'" ;;
  esac
  shift
done
need_sdk
# nginx is where ordinary users have no path to.
PATH=$PATH:/usr/sbin:/sbin

has() { command -v "$1" >/dev/null; }
left_out() { echo "left out: $1, because $2 is missing (apt-get install $3)" >&2; }
for pair in curl:curl openssl:openssl strace:strace; do
  has "${pair%%:*}" || fail "${pair%%:*} is missing (apt-get install ${pair##*:})"
done
rows=()
if has wrk; then rows+=(reconnect); else left_out "new connections over HTTP" wrk wrk; fi
rows+=(tls-full tls-resumed)
if has h2load; then rows=(kept-alive "${rows[@]}" tls-kept-alive h2 file tls-file); else left_out "everything kept alive" h2load nghttp2-client; fi
if $nginx && ! has nginx; then nginx=false; left_out "the columns of nginx" nginx nginx-light; fi

work=$(mktemp -d)
processes=()
trap '[[ ${#processes[@]} -eq 0 ]] || kill "${processes[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
chmod 755 "$work" # nginx's workers are of another user when root starts them
mkdir "$work/files" "$work/counts"
head -c 64K /dev/urandom >"$work/files/64k.bin"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 \
  -subj /CN=localhost -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" 2>/dev/null
if [[ -z $app ]]; then
  app=$work/app
  dotnet publish "$root/eng/bench/BenchServer" -c Release -o "$app" -v quiet >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "BenchServer does not build"; }
fi

# Sets port to one that nobody listens on. Not by its output: a subshell draws the same random number as the next.
free_port() {
  while port=$((RANDOM % 20000 + 10000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
}

# Waits until a server listens on a port.
await_port() {
  for _ in $(seq 300); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.1
  done
  cat "$work/$2.log" >&2
  fail "$2 did not start"
}

# Sets http, https and pids, the processes that serve, of a server.
declare -A http https pids
start_aeronet() {
  free_port; http[aeronet]=$port
  free_port; https[aeronet]=$port
  dotnet "$app/BenchServer.dll" --transport aeronet --http "${http[aeronet]}" --https "${https[aeronet]}" --cert "$work/cert.pem" --key "$work/key.pem" \
    --files "$work/files" >"$work/aeronet.log" 2>&1 &
  pids[aeronet]=$!
  processes+=("$!")
  await_port "${https[aeronet]}" aeronet
}

start_nginx() {
  free_port; http[nginx]=$port
  free_port; https[nginx]=$port
  local answer='location = /plaintext { default_type text/plain; return 200 "Hello, World!"; } location /files/ { root '$work'; }'
  cat >"$work/nginx.conf" <<NGINX
worker_processes 2; pid $work/nginx.pid; error_log $work/nginx.err; daemon off;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=1000; default_type application/octet-stream;
  server { listen 127.0.0.1:${http[nginx]} reuseport; $answer }
  server { listen 127.0.0.1:${https[nginx]} ssl http2 reuseport; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:S:10m;
    ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem; $answer }
}
NGINX
  nginx -c "$work/nginx.conf" >"$work/nginx.log" 2>&1 &
  processes+=("$!")
  await_port "${https[nginx]}" nginx
  pids[nginx]=$(pgrep -P "$!" | paste -sd ' ')
}

# Drives a server by a row's client; prints how many requests, or connections with one, it made.
drive() {
  local plain=http://127.0.0.1:${http[$2]} tls=127.0.0.1:${https[$2]} output
  case $1 in
    kept-alive) output=$(h2load --h1 -c 1 -n 5000 "$plain/plaintext") ;;
    reconnect) output=$(wrk -t 1 -c 1 -d "${seconds}s" -H "Connection: close" "$plain/plaintext") ;;
    tls-full) output=$(openssl s_time -connect "$tls" -tls1_3 -new -www /plaintext -time "$seconds") ;;
    tls-resumed) output=$(openssl s_time -connect "$tls" -tls1_3 -reuse -www /plaintext -time "$seconds") ;;
    tls-kept-alive) output=$(h2load --h1 -c 1 -n 5000 "https://$tls/plaintext") ;;
    h2) output=$(h2load -c 1 -m 1 -n 5000 "https://$tls/plaintext") ;;
    file) output=$(h2load --h1 -c 1 -n 2000 "$plain/files/64k.bin") ;;
    tls-file) output=$(h2load --h1 -c 1 -n 2000 "https://$tls/files/64k.bin") ;;
  esac 2>/dev/null
  [[ $output != *Non-2xx* ]] || fail "$1 of $2: requests failed: $output"
  sed -nE 's/^ *([0-9]+) requests in .*/\1/p; s/^([0-9]+) connections in [0-9]+ real seconds.*/\1/p; s/.* ([0-9]+) succeeded, 0 failed.*/\1/p' <<<"$output" |
    tail -n 1 | grep . || fail "$1 of $2 made no request: $output"
}

# How often the threads of some processes went to sleep (proc_pid_status(5)).
sleeps_of() {
  local pid
  for pid in $1; do cat "/proc/$pid/task/"*/status 2>/dev/null; done | awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'
}

allocated() { curl -sf "http://127.0.0.1:${http[$1]}/allocated" 2>/dev/null || echo 0; }

# Counts a row of a server; files of name and number per unit.
count() {
  local row=$1 server=$2 units sleeps bytes tool pid file=$work/counts/$1.$2
  drive "$row" "$server" >/dev/null

  sleeps=$(sleeps_of "${pids[$server]}") bytes=$(allocated "$server")
  units=$(drive "$row" "$server")
  awk -v units="$units" -v sleeps=$(($(sleeps_of "${pids[$server]}") - sleeps)) -v bytes=$(($(allocated "$server") - bytes)) \
    'BEGIN { printf "sleeps %.2f\nbytes %.0f\n", sleeps / units, bytes / units }' >"$file"

  # shellcheck disable=SC2046  # a word each
  strace -f -qq -c -o "$work/strace" $(printf -- '-p %s ' ${pids[$server]}) 2>"$work/strace.err" &
  tool=$!
  for pid in ${pids[$server]}; do
    until awk '/^TracerPid/ { exit $2 == 0 }' "/proc/$pid/status"; do
      kill -0 "$tool" 2>/dev/null || fail "strace may not trace (root, or kernel.yama.ptrace_scope=0): $(cat "$work/strace.err")"
      sleep 0.05
    done
  done
  sleep 0.3
  units=$(drive "$row" "$server")
  kill -TERM "$tool" 2>/dev/null || true
  wait "$tool" || true
  awk -v units="$units" '$1 ~ /^[0-9.]+$/ && $NF != "total" && NF >= 5 { n[$NF] += $4 }
    END { for (name in n) { printf "call:%s %.2f\n", name, n[name] / units; if (name ~ /^(futex|sched_yield)$/) wait += n[name]; else all += n[name] }
      printf "calls %.1f\nwaits %.1f\n", all / units, wait / units }' "$work/strace" >>"$file"
}

value() { awk -v name="$2" '$1 == name { print $2; found = 1 } END { if (!found) print "–" }' "$work/counts/$1"; }

title() {
  case $1 in
    kept-alive) echo "HTTP request, kept alive" ;;
    reconnect) echo "HTTP connection with one request" ;;
    tls-full) echo "TLS connection, full handshake" ;;
    tls-resumed) echo "TLS connection, resumed" ;;
    tls-kept-alive) echo "TLS request, kept alive" ;;
    h2) echo "HTTP/2 request, one stream" ;;
    file) echo "64 KiB file, HTTP" ;;
    tls-file) echo "64 KiB file, TLS" ;;
  esac
}

servers=(aeronet)
start_aeronet
if $nginx; then start_nginx; servers+=(nginx); fi
for row in "${rows[@]}"; do
  for server in "${servers[@]}"; do count "$row" "$server"; done
done

echo "| for each | server | system calls | futex, sched_yield | sleeps | bytes allocated |"
echo "|---|---|---|---|---|---|"
for row in "${rows[@]}"; do
  for server in "${servers[@]}"; do
    name=$row.$server bytes=–
    if [[ $server == aeronet ]]; then bytes=$(value "$name" bytes); fi
    echo "| $(title "$row") | $server | $(value "$name" calls) | $(value "$name" waits) | $(value "$name" sleeps) | $bytes |"
  done
done
echo
echo "| for each | server | calls |"
echo "|---|---|---|"
for row in "${rows[@]}"; do
  for server in "${servers[@]}"; do
    calls=$(sed -n 's/^call://p' "$work/counts/$row.$server" | sort -k 2 -rn | awk '$2 >= 0.1 { printf "%s%s %s", sep, $1, $2; sep = ", " }')
    echo "| $(title "$row") | $server | $calls |"
  done
done
