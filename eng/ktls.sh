#!/usr/bin/env bash
# Runs the tests of kernel TLS: on this kernel where it has TLS, else in a user-mode kernel that has.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/ktls.sh [--install] [--where] [--project NAME] [-- ARGUMENT ...]

Runs the tests of category KernelTls in test/Tls.Tests and test/StaticFiles.Tests, which must be built (./eng/test.sh
does), with ARGUMENTs of the test program. Where this kernel has no TLS it boots Debian's user-mode-linux, a kernel that
runs as a process.

  --install       installs user-mode-linux with apt-get where it is missing
  --where         says where the tests would run, native or user-mode, and ends
  --project NAME  only those of test/NAME

The exit code is the tests'; 77, with the reason, when there is no kernel to run them on.
USAGE
}

cannot=77
limit=5m
kernel=linux.uml

skip() {
  echo "kernel TLS cannot be tested here: $*" >&2
  exit "$cannot"
}

kernel_has_tls() { [[ -e /proc/net/tls_stat ]]; }

install_kernel() {
  command -v apt-get >/dev/null || skip "this kernel has no TLS, and user-mode-linux needs apt-get"
  echo "installing user-mode-linux" >&2
  as_root apt-get -qq update >&2 || skip "apt-get update failed"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends user-mode-linux >&2 ||
    skip "apt-get could not install user-mode-linux"
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    skip "installing needs root or sudo"
  fi
}

# The user-mode kernel keeps its memory in a file: in /dev/shm if that has room, else on disk.
memory_folder() {
  local free
  free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
  if [[ ${free:-0} -gt 2500000 ]]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

# Runs a command in the user-mode kernel. The root file system, the environment and the working folder are this host's; temporary
# files are not: hostfs keeps times in whole seconds, so that the next change of a file within the second does not show.
run_in_user_mode() {
  local job code=
  job=$(mktemp -d)
  { export -p; echo 'export TMPDIR=/dev/shm'; printf 'cd %q\n' "$PWD"; printf '%q ' "$@"; echo; } >"$job/run"
  TMPDIR=$(memory_folder) timeout -k 10 "$limit" "$kernel" mem=2G uml_dir="$job/uml" \
    root=/dev/root rootfstype=hostfs rootflags=/ rw init="$root/eng/uml/init.sh" "JOB=$job" \
    con=null con0=fd:0,fd:1 quiet </dev/null >"$job/console" 2>&1 || true
  if [[ -s $job/output ]]; then cat "$job/output"; fi
  if [[ -s $job/code ]]; then
    code=$(<"$job/code")
  else
    echo "error: the user-mode kernel did not finish its job within $limit:" >&2
    tail -n 20 "$job/console" >&2
  fi
  rm -rf "$job"
  return "${code:-1}"
}

# Where the tests can run, native or user-mode; or skips.
find_kernel() {
  local answer
  if ! kernel_has_tls && $install && command -v modprobe >/dev/null; then
    (as_root modprobe -q tls) 2>/dev/null || true
  fi
  if kernel_has_tls; then
    echo native
    return
  fi
  [[ $(uname -m) == x86_64 ]] || skip "this kernel has no TLS (modprobe tls), and user-mode Linux needs x86-64"
  if ! command -v "$kernel" >/dev/null && $install; then install_kernel; fi
  command -v "$kernel" >/dev/null || skip "this kernel has no TLS (modprobe tls), and user-mode-linux is not installed (--install)"
  answer=$(run_in_user_mode test -e /proc/net/tls_stat 2>&1) || skip "user-mode-linux does not boot: ${answer##*$'\n'}"
  echo user-mode
}

install=false where=false projects=(Tls.Tests StaticFiles.Tests)
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --install) install=true ;;
    --where) where=true ;;
    --project) shift; [[ $# -gt 0 ]] || fail "--project needs a name"; projects=("$1") ;;
    --) shift; break ;;
    *) usage >&2; fail "unknown argument '$1'" ;;
  esac
  shift
done

mode=$(find_kernel)
if $where; then
  echo "$mode"
  exit 0
fi

need_sdk
code=0
for project in "${projects[@]}"; do
  tests=$root/test/$project/bin/Release/net10.0/Aeronet.AspNetCore.$project.dll
  [[ -f $tests ]] || fail "the tests are not built: dotnet build test/$project -c Release"
  command=("$(command -v dotnet)" "$tests" -trait Category=KernelTls "$@")
  if [[ $mode == native ]]; then
    "${command[@]}" </dev/null || code=$?
  else
    run_in_user_mode "${command[@]}" || code=$?
  fi
done
exit "$code"
