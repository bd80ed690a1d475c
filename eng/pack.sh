#!/usr/bin/env bash
# Makes the packages of src/, and says what was made.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/pack.sh [--output DIR] [-- ARGUMENT ...]

Builds and packs every project of src/ as it is released: without the assertions that tests run with, paths in symbols
independent of this machine, the dashboard's charts inside.

  --output DIR  where they go; artifacts/packages unless set. Packages that lie there are removed first
  -- ARGUMENT   more for dotnet pack, such as -p:VersionSuffix=rc.2

Needs npm, which fetches the charts. The version is that of Directory.Build.props; where the sources are, which SourceLink
tells debuggers, is git's remote 'origin'.
USAGE
}

output=$root/artifacts/packages more=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --output)
      [[ $# -gt 1 ]] || fail "--output needs a folder"
      output=$(realpath -m "$2")
      shift
      ;;
    --) shift; more=("$@"); break ;;
    *) usage >&2; fail "unknown argument '$1'" ;;
  esac
  shift
done

need_sdk
command -v npm >/dev/null || fail "npm is missing: it fetches the charts of the dashboard, which are in the package of the middleware"

mkdir -p "$output"
rm -f "$output"/*.nupkg "$output"/*.snupkg
cd "$root"
dotnet pack src/Packages.slnf -c Release -o "$output" -p:ContinuousIntegrationBuild=true -p:AeronetAsserts=false -p:AeronetCharts=true \
  -warnaserror -v quiet -nologo "${more[@]}"

commit=$(git rev-parse HEAD 2>/dev/null) || commit=
link=$(find src/Transport/obj/Release -name '*.sourcelink.json' -exec cat {} + | grep -o 'https://[^"]*') || link=
echo "packed into $output:"
for package in "$output"/*.nupkg; do
  symbols=${package%.nupkg}.snupkg
  printf '  %-62s %6s KiB%s\n' "$(basename "$package")" "$(($(stat -c %s "$package") / 1024))" \
    "$([[ -e $symbols ]] && echo ", symbols $(($(stat -c %s "$symbols") / 1024)) KiB")"
done
if [[ -z $commit ]]; then
  echo "not from a git repository: the packages name no commit, and their symbols no sources"
else
  echo "from commit $commit$([[ -z $(git status --porcelain) ]] || echo ", with changes that are not committed: do not publish them")"
  if [[ -n $link ]]; then
    echo "SourceLink: $link"
  else
    echo "no SourceLink: git's remote 'origin' is not at a host that the SDK knows (GitHub, GitLab, Azure DevOps, Bitbucket); do not publish them"
  fi
fi
