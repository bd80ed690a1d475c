#!/usr/bin/env bash
# Takes mends out of the transport, one at a time, and sees that the interleaving harness finds what they mend.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/mutants.sh [NAME ...]

Each patch of test/Interleavings.Tests/Mutants takes one mend out and names the scenarios that must fail then. Without
names all are tried. Nothing of the working tree is changed: patches are applied to a copy.

  AERONET_RACE_SECONDS  how long each scenario is searched at most (default 60)

The exit code is 0 when every one was found.
USAGE
}

[[ ${1:-} != -h && ${1:-} != --help ]] || { usage; exit 0; }
need_sdk

tests=$root/test/Interleavings.Tests
names=("$@")
if [[ ${#names[@]} -eq 0 ]]; then
  for patch in "$tests"/Mutants/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi
for name in "${names[@]}"; do
  [[ -e $tests/Mutants/$name.patch ]] || fail "there is no $name in $tests/Mutants"
done

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cd "$root"
git ls-files -z src/Transport src/Directory.Build.props 'src/*.targets' Directory.Build.props Directory.Packages.props global.json test/Directory.Build.props test/Aeronet.Testing test/Interleavings.Tests |
  xargs -0 cp --parents -t "$copy"
export AERONET_RACE_SECONDS=${AERONET_RACE_SECONDS:-60}

build() {
  dotnet build "$copy/$1" -c Release -p:AeronetAsserts=true -p:RunAnalyzers=false -v q -nologo >"$copy/build.log" 2>&1 ||
    { cat "$copy/build.log" >&2; fail "$2"; }
}

build test/Interleavings.Tests "the copy does not build"
program=$copy/test/Interleavings.Tests/bin/Release/net10.0
lost=()
for name in "${names[@]}"; do
  patch=$tests/Mutants/$name.patch
  (cd "$copy" && git apply "$patch") || fail "$name.patch does not apply: take the mend out of the code as it is now"
  build src/Transport "$name does not build"
  cp "$copy"/src/Transport/bin/Release/net10.0/Aeronet.AspNetCore.Transport.* "$program"
  found=
  for scenario in $(sed -n 's/^Scenarios: //p' "$patch"); do
    # The program fails where it finds something: what it says counts.
    found=$({ AERONET_SCENARIO=$scenario dotnet "$program/Aeronet.AspNetCore.Interleavings.Tests.dll" -noLogo -noColor -class '*InterleavingTests' </dev/null || true; } |
      sed -n 's/^ *\([A-Za-z_]* fails with AERONET_SCHEDULE=[^.]*\)\..*/\1/p' | head -n 1)
    [[ -z $found ]] || break
  done
  (cd "$copy" && git apply -R "$patch")
  echo "$name: ${found:-NOT FOUND}"
  [[ -n $found ]] || lost+=("$name")
done

[[ ${#lost[@]} -eq 0 ]] || fail "the harness does not see that these mends are missing: ${lost[*]}"
