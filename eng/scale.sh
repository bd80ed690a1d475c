#!/usr/bin/env bash
# What a server costs as its connections grow: for opening one, for one that rests, for a request; beside stock Kestrel and nginx.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/scale.sh [--write] [--seconds N] [CONNECTIONS ...]

Starts Aeronet, stock Kestrel (BenchServer) and nginx anew for each number of CONNECTIONS (100 1000 10000 20000), without and with TLS, and prints a table.
More than the hard limit of open files allows one process are lowered to what it allows, and the table says so.

  --write      puts the table into docs/scale.md
  --seconds N  how long each part is measured (3)

Needs nginx and openssl. On an otherwise idle machine; 10 minutes and less.
USAGE
}

seconds=3 write=false steps=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --write) write=true ;;
    --seconds) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--seconds needs a whole number above 0"; seconds=$2; shift ;;
    *) [[ $1 =~ ^[1-9][0-9]*$ ]] || { usage >&2; fail "unknown argument '$1'"; }; steps+=("$1") ;;
  esac
  shift
done
[[ ${#steps[@]} -gt 0 ]] || steps=(100 1000 10000 20000)
need_sdk
for tool in nginx openssl; do command -v "$tool" >/dev/null || fail "$tool is missing (apt-get install $tool)"; done

# Beside its connections a server has files, and keeps some descriptors in reserve.
ulimit -Sn "$(ulimit -Hn)"
limit=$(ulimit -Sn)
[[ $limit != unlimited ]] || limit=1000000
for i in "${!steps[@]}"; do
  [[ ${steps[$i]} -le $((limit - 400)) ]] || steps[i]=$((limit - 400))
done

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=localhost 2>/dev/null
for project in BenchServer ScaleLoad; do
  dotnet publish "$root/eng/bench/$project" -c Release -o "$work/$project" -v quiet >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$project does not build"; }
done

free_port() {
  local port
  while port=$((RANDOM % 8000 + 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# Starts a server on both ports; sets 'server'.
start() {
  local name=$1
  http=$(free_port) https=$(free_port)
  case $name in
    nginx)
      cat >"$work/nginx.conf" <<NGINX
worker_processes $(nproc); worker_rlimit_nofile $limit; pid $work/nginx.pid; error_log $work/nginx.err; daemon off;
events { worker_connections $((limit - 100)); }
http {
  access_log off; keepalive_timeout 600s; keepalive_requests 100000000; default_type text/plain;
  server { listen 127.0.0.1:$http backlog=4096 reuseport; location = /plaintext { return 200 "Hello, World!"; } }
  server {
    listen 127.0.0.1:$https ssl backlog=4096 reuseport; ssl_protocols TLSv1.3; ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem;
    location = /plaintext { return 200 "Hello, World!"; }
  }
}
NGINX
      nginx -c "$work/nginx.conf" >"$work/server" 2>&1 &
      ;;
    *)
      local transport=aeronet
      [[ $name == aeronet ]] || transport=sockets
      dotnet "$work/BenchServer/BenchServer.dll" --transport "$transport" --http "$http" --https "$https" --cert "$work/cert.pem" --key "$work/key.pem" >"$work/server" 2>&1 &
      ;;
  esac
  server=$!
  for _ in $(seq 300); do
    (exec 3<>"/dev/tcp/127.0.0.1/$https") 2>/dev/null && return
    sleep 0.1
  done
  cat "$work/server" >&2
  fail "$name did not start"
}

stop() {
  kill "$server"
  wait "$server" || true
  server=
}

table=$work/table
{
  echo "| | connections | open one, us CPU | memory of one, KiB | rest, % CPU in all | request alone, us CPU | p99, ms | request among 64, us CPU | p99, ms | requests/s |"
  echo "|---|---|---|---|---|---|---|---|---|---|"
} >"$table"
for scheme in http https; do
  for count in "${steps[@]}"; do
    for name in aeronet kestrel nginx; do
      start "$name"
      port=${!scheme}
      figures=$(dotnet "$work/ScaleLoad/ScaleLoad.dll" "$scheme://127.0.0.1:$port/plaintext" "$server" "$count" 64 "$seconds") || fail "the load failed on $name with $count connections ($scheme)"
      stop
      echo "$scheme $name $figures" | tee -a "$work/figures" >&2
      awk -v label="$scheme, $name" '{ printf "| %s | %s | %.0f | %.1f | %.1f | %.0f | %.2f | %.1f | %.1f | %.0f |\n", label, $1, $2, $3, $4, $5, $6, $7, $8, $9 }' <<<"$figures" >>"$table"
    done
  done
done

# What a request among others costs on as many connections, by what it costs on the fewest.
ratios=$(awk '
  { key = $1 ", " $2; if (!(key in first)) { first[key] = $9; few[key] = $3; order[++n] = key } else list[key] = list[key] sprintf(" %.2f at %s", $9 / first[key], $3) }
  END { for (i = 1; i <= n; i++) printf "| %s |%s |\n", order[i], list[order[i]] }' "$work/figures")
{
  echo "$(date -u +%Y-%m-%d), $(nproc) cores shared with the load, Linux $(uname -r | sed 's/[-+].*//'), .NET $(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App \(10[^ ]*\).*/\1/p' | tail -1), $(openssl version | cut -d' ' -f1-2), nginx $(nginx -v 2>&1 | sed 's/.*\///'); $seconds s for each part; at most $limit open files a process:"
  echo
  cat "$table"
  echo
  echo "A request among 64 in flight, by what it costs on ${steps[0]} connections:"
  echo
  echo "| | grows to |"
  echo "|---|---|"
  echo "$ratios"
} >"$work/result"
cat "$work/result"

if $write; then
  awk -v result="$work/result" '
    /^<!-- scale.sh ends here -->$/ { inside = 0 }
    !inside { print }
    /^<!-- scale.sh writes from here -->$/ { inside = 1; print ""; while ((getline line < result) > 0) print line; print "" }' "$root/docs/scale.md" >"$work/page"
  cp "$work/page" "$root/docs/scale.md"
fi
