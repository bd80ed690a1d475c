#!/usr/bin/env bash
# Runs the tests on Debian 13: with its OpenSSL 3.5 and its tools, and where this kernel has no TLS with its Linux 6.12.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/debian13.sh [--install] [--root DIR] [--mirror URL] [-- ARGUMENT ...]

Builds a root of Debian 13 with debootstrap, copies the repository into it, and runs eng/test.sh there, with ARGUMENTs: it
builds, and runs every test project and the tests of kernel TLS. SDK and NuGet packages are this machine's.

  --install     installs debootstrap with apt-get where it is missing
  --root DIR    keeps the root in DIR, and takes the one that an earlier run left there (about 1 GB); else it is removed
  --mirror URL  the mirror of Debian to take it from; else the one that this machine's own apt takes Debian from

The last line is eng/test.sh's, 'N passed, N failed, N skipped', and so is the exit code; 77, with the reason, when no such
root can be had here: it needs root, who may mount and chroot, and a mirror.
USAGE
}

cannot=77
suite=trixie

# What the tests drive the server with. Not npm, which is 300 packages: the charts come along with the build of this machine.
packages=(libssl3t64 libicu76 openssl curl python3 nginx-light gnutls-bin libnginx-mod-stream haproxy strace netcat-openbsd iproute2 procps nghttp2-client
  nodejs redis-server tshark testssl.sh user-mode-linux)

skip() {
  echo "Debian 13 cannot be tested here: $*" >&2
  exit "$cannot"
}

install_debootstrap() {
  command -v apt-get >/dev/null || skip "debootstrap is missing, and --install needs apt-get"
  echo "installing debootstrap"
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends debootstrap debian-archive-keyring; } >/dev/null ||
    skip "apt-get could not install debootstrap"
}

# Where this machine's apt takes a suite from, such as bookworm.
mirror_of() {
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -v suite="$1" '$1 == suite && !found { sub("/*$", "", $2); print $2; found = 1 }'
}

find_mirrors() {
  local id release
  id=$(. /etc/os-release 2>/dev/null && echo "${ID:-}")
  release=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")
  if [[ -z $mirror && $id == debian ]]; then
    mirror=$(mirror_of "$release")
    security=$(mirror_of "$release-security")
  fi
  [[ -n $mirror ]] || skip "this machine's apt knows no mirror of Debian (--mirror URL)"
}

# Runs a command in the root, with mounts and processes of its own: however it ends nothing stays mounted and nobody stays
# behind, and who removes the root does not see this machine's folders in it.
in_root() {
  local code=0
  unshare --mount --pid --fork --kill-child bash -euo pipefail -c '
    place=$1 count=$2
    shift 2
    mount -t proc proc "$place/proc"
    for folder in "${@:1:count}"; do
      mkdir -p "$place$folder"
      mount --rbind "$folder" "$place$folder"
    done
    exec chroot "$place" "${@:count+1}"' bash "$place" "${#shared[@]}" "${shared[@]}" "$@" </dev/null &
  inside=$!
  wait "$inside" || code=$?
  inside=
  return "$code"
}

clean_up() {
  if [[ -n $inside ]]; then kill -KILL "$inside" 2>/dev/null || true; fi
  rm -rf --one-file-system "$work" || true
}

# Its file of ours says whose it is, and whether it is complete.
build_root() {
  local mark=$place/.aeronet log=$work/log
  if [[ -e $mark && $(<"$mark") == complete ]]; then return; fi
  [[ -e $mark || ! -d $place || -z $(ls -A "$place") ]] || fail "--root $place is neither empty nor a root that this script made"
  rm -rf --one-file-system "$place"
  mkdir -p "$place"
  echo building >"$mark"

  echo "building a root of Debian 13"
  unshare --mount debootstrap --variant=minbase --force-check-gpg --include=ca-certificates "$suite" "$place" "$mirror" >"$log" 2>&1 ||
    skip "debootstrap: $(tail -n 1 "$log")"
  configure_apt
  bring /etc/ssl/certs/ca-certificates.crt
  in_root env DEBIAN_FRONTEND=noninteractive bash -c 'apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@" && apt-get clean' \
    bash "${packages[@]}" >"$log" 2>&1 || skip "apt-get: $(tail -n 1 "$log")"
  echo complete >"$mark"
}

# Proxies and checks are this machine's.
configure_apt() {
  {
    echo "deb $mirror $suite main"
    echo "deb $mirror $suite-updates main"
    if [[ -n $security ]]; then echo "deb $security $suite-security main"; fi
  } >"$place/etc/apt/sources.list"
  { apt-config dump 2>/dev/null || true; } | { grep -E '^Acquire::(http|https|Check-|ForceIPv|Retries)' || true; } >"$place/etc/apt/apt.conf.d/90host"

  # No service starts in a root (invoke-rc.d(8)).
  printf '#!/bin/sh\nexit 101\n' >"$place/usr/sbin/policy-rc.d"
  chmod 755 "$place/usr/sbin/policy-rc.d"
}

# Copies a file of this machine to where it is here.
bring() {
  if [[ -f $1 ]]; then cat "$1" >"$place$1"; fi
}

# To where it is here and with its history, whose last commit is in every assembly: what is built already is not built again.
# The history of a worktree is elsewhere.
copy_repository() {
  local without=()
  if [[ -f $root/.git ]]; then without=(--exclude=./.git); fi
  rm -rf --one-file-system "${place:?}$root"
  mkdir -p "$place$root"
  tar -C "$root" "${without[@]}" -cf - . | tar -C "$place$root" -xf -
}

install=false place= mirror= security= inside=
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --install) install=true ;;
    --root) shift; [[ $# -gt 0 ]] || fail "--root needs a folder"; place=$1 ;;
    --mirror) shift; [[ $# -gt 0 ]] || fail "--mirror needs a URL"; mirror=${1%/} ;;
    --) shift; break ;;
    *) usage >&2; fail "unknown argument '$1'" ;;
  esac
  shift
done

need_sdk
[[ $EUID -eq 0 ]] || skip "it needs root"
[[ $(uname -m) == x86_64 ]] || skip "user-mode Linux needs x86-64"
if ! command -v debootstrap >/dev/null && $install; then install_debootstrap; fi
command -v debootstrap >/dev/null || skip "debootstrap is not installed (--install)"
unshare --mount --pid --fork --kill-child mount -t proc proc /proc 2>/dev/null || skip "root may not mount here"
find_mirrors

sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
nuget=$(dotnet nuget locals global-packages --list)
nuget=${nuget#*: }
shared=(/dev /sys "$sdk" "${nuget%/}")
if [[ -d $HOME/.nuget/NuGet ]]; then shared+=("$HOME/.nuget/NuGet"); fi

work=$(mktemp -d -p "${TMPDIR:-/var/tmp}")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [[ -n $place ]]; then place=$(realpath -m "$place"); else place=$work/root; fi
build_root
bring /etc/resolv.conf
bring /etc/hosts
copy_repository
in_root env -u TMPDIR "PATH=$sdk:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$root/eng/test.sh" "$@"
