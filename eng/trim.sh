#!/usr/bin/env bash
# Publishes the sample file server trimmed, or as native code, and asks it for a file and a directory index.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/trim.sh [--aot]

Publishes samples/FileServer with PublishTrimmed, warnings being errors, starts it, and compares a file, a directory
index and a page by a Liquid template with what they should be.

  --aot  with PublishAot, which needs clang or gcc and takes minutes

The exit code is 77, with the reason, when it cannot be published here.
USAGE
}

cannot=77
kind=(-p:PublishTrimmed=true --self-contained)
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --aot) kind=(-p:PublishAot=true) ;;
    *) usage >&2; fail "unknown argument '$1'" ;;
  esac
  shift
done

skip() {
  echo "trimming cannot be tested here: $*" >&2
  exit "$cannot"
}

need_sdk
command -v curl >/dev/null || skip "curl is missing"
if [[ ${kind[0]} == *Aot* ]] && ! command -v clang >/dev/null; then
  command -v gcc >/dev/null || skip "neither clang nor gcc is installed"
  kind+=(-p:CppCompilerAndLinker=gcc)
fi

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

# Folders of its own: a build for one runtime would leave its restore in those of the others.
publish=(dotnet publish "$root/samples/FileServer" -c Release --use-current-runtime "${kind[@]}" -p:TrimmerSingleWarn=false
  -p:TreatWarningsAsErrors=true --artifacts-path "$work/artifacts" -o "$work/app" -v quiet)
if ! "${publish[@]}" >"$work/log" 2>&1; then
  if grep -qE 'NU1101|NU1102|NU1301' "$work/log"; then skip "a runtime pack cannot be had: $(grep -m 1 -oE 'NU1[0-9]+: [^[]*' "$work/log")"; fi
  grep -E 'error|warning' "$work/log" | sort -u >&2
  fail "it does not publish without warnings"
fi

# What injects faults for the tests is not in what is shipped.
assembly=$(find "$work/artifacts/obj" -name Aeronet.AspNetCore.Transport.dll -path '*/Aeronet.AspNetCore.Transport/*' -not -path '*/ref*' -print -quit)
grep -q SocketHandle "$assembly" || fail "the transport's assembly was not found among what was built"
if grep -q FaultyCalls "$assembly"; then fail "the transport that is published can inject faults"; fi

mkdir -p "$work/www/dir"
echo "a file" >"$work/www/file.txt"
echo "*Read* me." >"$work/www/dir/README.md"
echo '{% for entry in entries %}{{ entry.name | upcase }} {{ entry.size | plus: 1 }};{% endfor %}' >"$work/page.liquid"

# Starts the server with more settings and sets 'url'; port 0 is the kernel's choice.
start() {
  local line
  [[ -z $server ]] || { kill "$server"; wait "$server" || true; }
  : >"$work/server"
  "$work/app/FileServer" --Urls=http://127.0.0.1:0 "--Aeronet:StaticFiles:Root=$work/www" "$@" >"$work/server" 2>&1 &
  server=$!
  for _ in $(seq 300); do
    line=$(grep -o -m 1 'http://127\.0\.0\.1:[1-9][0-9]*' "$work/server") && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  url=${line:-}
  [[ -n $url ]] || { cat "$work/server" >&2; fail "the server did not start"; }
}

# Asks for a path and looks for a text in the answer.
expect() {
  local path=$1 text=$2 answer
  answer=$(curl -sS --max-time 20 -H "${3:-Accept: */*}" "$url$path") || fail "no answer to $path"
  [[ $answer == *"$text"* ]] || { echo "$answer" >&2; fail "$path has no '$text'"; }
}

start
expect /file.txt "a file"
expect /dir/ "<p><em>Read</em> me.</p>"
expect / '<a href="file.txt">'
expect / '"name":"file.txt"' "Accept: application/json"
start "--Aeronet:StaticFiles:DirectoryIndex:TemplateFile=$work/page.liquid"
expect / "DIR ;FILE.TXT 8;"
if grep -E '^(warn|fail|crit):' "$work/server"; then fail "the server is not content"; fi
echo "published with ${kind[0]#-p:}: file, index and template as they should be"
