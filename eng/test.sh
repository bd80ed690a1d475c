#!/usr/bin/env bash
# Restores, builds with warnings as errors, and runs every test that this machine can run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/test.sh [--install] [--debian13] [--faults] [--fuzz] [--soak] [--bench] [--packages] [--project NAME ...] [--filter TEXT]

  --install      first installs, with apt-get and npm, the programs that the optional tests use, and where this kernel
                 has no TLS a user-mode kernel that has (see eng/ktls.sh)
  --debian13     then runs those of TLS in a root of Debian 13, with OpenSSL 3.5 (see eng/debian13.sh)
  --fuzz         then fuzzes for 20 seconds each of what reads bytes from outside (see eng/fuzz.sh)
  --soak         then one server for a minute under everything at once (see eng/soak.sh)
  --bench        then whether requests and files cost less than on stock Kestrel, in half a minute (see eng/bench.sh)
  --packages     then makes the packages as they are released, and uses them: in a new web application, in one of the template,
                 and in one that is published as native code (docs/packages.md)
  --faults       then runs test/Functional.Tests once more while calls on sockets are interrupted, cut short, refused for a
                 moment and delayed (docs/testing.md); AERONET_FAULTS says how, by default with a fresh seed, which is printed
  --project NAME runs only those of test/NAME
  --filter TEXT  runs only the tests whose full name (namespace, class, method) contains TEXT

Tests that the machine cannot run are skipped and listed with the reason; those that failed, with what they said.
The last line is 'N passed, N failed, N skipped'; the exit code is 0 when tests ran and none failed.
USAGE
}

# A test project that takes longer than this hangs.
project_timeout=20m

install_tools() {
  install_programs
  if command -v npm >/dev/null && [[ ! -e $(npm root --global)/axe-core ]]; then
    npm install --global --silent --ignore-scripts axe-core@4.14.1 || echo "axe-core could not be installed"
  fi
}

install_programs() {
  local missing=() pair sudo=()
  for pair in curl:curl openssl:openssl strace:strace h2load:nghttp2-client gnutls-cli:gnutls-bin node:nodejs npm:npm chromium:chromium testssl:testssl.sh redis-server:redis-server tshark:tshark haproxy:haproxy nginx:nginx-light afl-fuzz:afl++ faketime:faketime wrk:wrk; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  # A module of nginx's, which no command names.
  [[ -e /usr/lib/nginx/modules/ngx_stream_module.so ]] || missing+=(libnginx-mod-stream)
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null || fail "--install needs apt-get; install these by hand: ${missing[*]}"
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || fail "--install needs root or sudo to install: ${missing[*]}"
    sudo=(sudo)
  fi
  echo "installing ${missing[*]}"
  "${sudo[@]}" apt-get -qq update || fail "apt-get update failed"
  # All at once, or else what there is: the tests of a missing one are skipped, and say so.
  local install=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends) tool
  "${install[@]}" "${missing[@]}" >/dev/null && return 0
  for tool in "${missing[@]}"; do
    "${install[@]}" "$tool" >/dev/null || echo "apt-get could not install $tool" >&2
  done
}

# The tests of one result file, a line each: result, tab, name, tab, reason for a skip.
list_tests() {
  { tr '\n' ' ' <"$1"; echo; } | sed 's/<test /\n&/g' |
    sed -n 's/^<test [^>]* name="\([^"]*\)"[^>]* result="\([A-Za-z]*\)".*/\2\t\1\t&/p' |
    sed 's/\t<test .*<reason>\(.*\)<\/reason>.*/\t\1/; s/\t<test .*/\t/' | unescape
}

# What failed by one result file, and what it said: its name, and indented below it the first lines of the message and the stack.
explain_failures() {
  sed 's/<test \|<error \|<failure \|<message>\|<stack-trace>/\n&/g; s/<\/message>\|<\/stack-trace>/&\n/g' "$1" |
    awk '
      /^<(test|error) / { match($0, / name="[^"]*"/); name = substr($0, RSTART + 7, RLENGTH - 8); part = "" }
      /^<failure / { print "  " name }
      /^<message>/ { part = "    "; left = 6 }
      /^<stack-trace>/ { part = "   "; left = 5 }
      part != "" {
        line = $0
        gsub(/<[^>]*>/, "", line)
        if (line ~ /[^ ]/ && left-- > 0) { print part substr(line, 1, 300) }
        if (/<\/(message|stack-trace)>/) { part = "" }
      }' | unescape
}

# Result files are XML, with quotes escaped as in JSON besides.
unescape() { sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'\''/g; s/&#x\(A\|D\|9\);/ /g; s/\\"/"/g; s/&amp;/\&/g'; }

# One attribute of a result file's <assembly> element, a number.
count_of() {
  local value
  value=$(grep -o -m 1 '<assembly [^>]*>' "$1" | sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p")
  echo "${value:-0}"
}

install=false debian13=false faults=false fuzz=false soak=false bench=false packages=false filter=() projects=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --install) install=true ;;
    --debian13) debian13=true ;;
    --fuzz) fuzz=true ;;
    --soak) soak=true ;;
    --bench) bench=true ;;
    --packages) packages=true ;;
    --faults) faults=true ;;
    --project)
      [[ $# -gt 1 ]] || fail "--project needs a name"
      [[ -d $root/test/$2 ]] || fail "there is no project test/$2"
      projects+=("$2")
      shift
      ;;
    --filter)
      [[ $# -gt 1 ]] || fail "--filter needs a text"
      filter=(-method "*$2*") filter_text=$2
      shift
      ;;
    *) usage >&2; fail "unknown argument '$1'" ;;
  esac
  shift
done

if $install; then install_tools; fi
need_sdk

# Settings of the caller's shell must not reach the servers under test.
injected=${AERONET_FAULTS:-seed=$RANDOM$RANDOM,rate=0.1,kinds=lossless}
unset AERONET_FAULTS
for name in ${!ASPNETCORE_@} ${!Aeronet__@} ${!Kestrel__@} DOTNET_ENVIRONMENT; do unset "$name"; done

cd "$root"
results=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$results"' EXIT

dotnet restore Aeronet.AspNetCore.sln
dotnet build Aeronet.AspNetCore.sln -c Release --no-restore -warnaserror -p:AeronetAsserts=true

# Whether the tests of a project are to be run.
is_wanted() { [[ ${#projects[@]} -eq 0 || " ${projects[*]} " == *" $1 "* ]]; }

# Runs a test program, whose results file is named first, and adds its numbers to the totals.
passed=0 failed=0 skipped=0 tests=$results/tests
run_tests() {
  local name=$1 report=$results/$1.xml status=0 program_failed=0
  shift
  echo
  echo "== $name"
  timeout --foreground -k 30 "$project_timeout" "$@" -noLogo -noColor -result-xml "$report" "${filter[@]}" </dev/null || status=$?

  if [[ -s $report ]]; then
    program_failed=$(($(count_of "$report" failed) + $(count_of "$report" errors)))
    passed=$((passed + $(count_of "$report" passed)))
    skipped=$((skipped + $(count_of "$report" skipped)))
    list_tests "$report" >>"$tests"
  fi
  if [[ $program_failed -eq 0 && ($status -ne 0 || ! -s $report) ]]; then
    # It died before it could count: that is one failure, whatever it had passed.
    printf 'Fail\t%s (the program ended with code %s)\t\n' "$name" "$status" >>"$tests"
    program_failed=1
  fi
  failed=$((failed + program_failed))
}

# The tests of kernel TLS in a kernel of their own, which has one processor. Its output and numbers wait in files.
start_kernel_lane() {
  (
    passed=0 failed=0 skipped=0 tests=$results/kernel-tests
    for project in Tls.Tests StaticFiles.Tests; do
      # Those of files go with those of TLS: what a change of TLS breaks shows there.
      is_wanted "$project" || is_wanted Tls.Tests || continue
      run_tests "KernelTls of $project" "$root/eng/ktls.sh" --project "$project" --
    done
    touch "$tests"
    echo "$passed $failed $skipped" >"$results/kernel-counts"
  ) >"$results/kernel-output" 2>&1 &
  kernel_lane=$! kernel_awaits=false
}

join_kernel_lane() {
  local counts=(0 1 0)
  wait "$kernel_lane" || true
  kernel_lane=
  cat "$results/kernel-output"
  if [[ -s $results/kernel-counts ]]; then
    read -ra counts <"$results/kernel-counts"
    cat "$results/kernel-tests" >>"$tests"
  else
    printf 'Fail\tKernelTls (the lane ended before it could count)\t\n' >>"$tests"
  fi
  passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
}

# Where they cannot run, the tests of kernel TLS skip themselves.
kernel=$("$root/eng/ktls.sh" $($install && echo --install) --where) || kernel=none
elsewhere=() kernel_lane= kernel_awaits=false
if [[ $kernel == user-mode ]]; then elsewhere=(-trait- Category=KernelTls) kernel_awaits=true; fi
for project in test/*.Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  is_wanted "$(basename "$(dirname "$project")")" || continue

  # Beside it run the projects that ask what is answered; those that ask when have the machine to themselves.
  case $name in
    *.Middleware.Tests) if $kernel_awaits; then start_kernel_lane; fi ;;
    *.Stress.Tests | *.Tls.Tests | *.Transport.Tests) if [[ -n $kernel_lane ]]; then join_kernel_lane; fi ;;
  esac
  later=()
  if [[ $name == *.Packages.Tests ]]; then later=(-trait- Category=Packages); fi
  run_tests "$name" dotnet "$(dirname "$project")/bin/Release/net10.0/$name.dll" "${elsewhere[@]}" "${later[@]}"
done
if $kernel_awaits; then start_kernel_lane; fi
if [[ -n $kernel_lane ]]; then join_kernel_lane; fi

# What another OpenSSL can change: the tests of TLS, in a root with that. Adds their numbers and names to these.
run_on_debian13() {
  local output=$results/debian13 status=0 arguments=(--project Tls.Tests) counts
  echo
  echo "== Debian 13"
  if [[ ${#filter[@]} -gt 0 ]]; then arguments+=(--filter "$filter_text"); fi
  timeout --foreground -k 30 "$project_timeout" "$root/eng/debian13.sh" $($install && echo --install) -- "${arguments[@]}" </dev/null 2>&1 |
    tee "$output" || status=${PIPESTATUS[0]}
  if [[ $status -eq 77 ]]; then
    skipped=$((skipped + 1))
    printf 'Skip\teng/debian13.sh\t%s\n' "$(tail -n 1 "$output")" >>"$tests"
    return
  fi

  read -ra counts < <(tail -n 1 "$output" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p') || counts=(0 1 0)
  # A filter may leave none to run.
  if [[ $status -ne 0 && ${counts[1]} -eq 0 && ${#filter[@]} -eq 0 ]]; then counts[1]=1; fi
  awk -v said="$results/debian13-said" '
    /^(skipped|failed|what they said):$/ { kind = $0 == "failed:" ? "Fail" : $0 == "skipped:" ? "Skip" : "Said"; next }
    !/^  / { kind = "" }
    kind == "Said" { print (/^   / ? $0 : "  Debian 13: " substr($0, 3)) >said }
    kind == "Fail" { print "Fail\tDebian 13: " substr($0, 3) "\t" }
    kind == "Skip" { end = index($0, ": "); print "Skip\tDebian 13: " substr($0, 3, end - 3) "\t" substr($0, end + 2) }' "$output" >>"$tests"
  if [[ ${counts[1]} -gt 0 ]] && ! grep -q $'^Fail\tDebian 13: ' "$tests"; then
    printf 'Fail\teng/debian13.sh (it ended with code %s)\t\n' "$status" >>"$tests"
  fi
  passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
}

if $debian13; then run_on_debian13; fi

run_with_faults() {
  local said=$results/faults-said all=$tests name=Aeronet.AspNetCore.Functional.Tests
  echo
  echo "== with faults, as AERONET_FAULTS='$injected' ./eng/test.sh --faults draws them again"
  tests=$results/faults-tests
  AERONET_FAULTS=$injected run_tests "with faults" dotnet "test/Functional.Tests/bin/Release/net10.0/$name.dll" 2>"$said"
  cat "$said"
  if [[ ${#filter[@]} -eq 0 ]] && ! grep -q '^AERONET_FAULTS injected [1-9]' "$said"; then
    printf 'Fail\t(no fault was injected)\t\n' >>"$tests"
    failed=$((failed + 1))
  fi
  touch "$tests"
  sed 's/\t/&with faults: /' "$tests" >>"$all"
  tests=$all
}

if $faults && is_wanted Functional.Tests; then run_with_faults; fi

# A script that is one test: its title, and the script with what it is told. One that ends with 77 could not run here, and its last line says why.
run_script() {
  local title=$1 script=$2 status=0
  shift 2
  echo
  echo "== $title"
  timeout --foreground -k 30 "$project_timeout" "$root/$script" "$@" 2>&1 </dev/null | tee "$results/$title" || status=${PIPESTATUS[0]}
  case $status in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)); printf 'Skip\t%s\t%s\n' "$script" "$(tail -n 1 "$results/$title")" >>"$tests" ;;
    *)
      failed=$((failed + 1))
      printf 'Fail\t%s\t\n' "$script" >>"$tests"
      { echo "  $script"; tail -n 12 "$results/$title" | sed 's/^/    /'; } >>"$results/scripts-said"
      ;;
  esac
}

# Three at a time on two processors: each waits for AFL to start most of its first seconds. By the same draws each time: what a change did not
# touch does not fail it. Fresh ones are for eng/fuzz.sh.
if $fuzz; then run_script fuzzed eng/fuzz.sh all 0.333 --jobs 3 --seed 1 --no-build; fi
if $soak; then run_script soaked eng/soak.sh 1 "$results/soak"; fi
if $bench; then run_script benched eng/bench.sh --gate; fi

# What users do with the packages: minutes of building, and nothing beside it.
if is_wanted Packages.Tests; then
  if $packages; then
    run_tests "Packages in use" dotnet test/Packages.Tests/bin/Release/net10.0/Aeronet.AspNetCore.Packages.Tests.dll -trait Category=Packages
  elif [[ ${#filter[@]} -eq 0 ]]; then
    skipped=$((skipped + 1))
    printf 'Skip\ttest/Packages.Tests/Use\tthe packages are made and used with --packages alone\n' >>"$tests"
  fi
fi

# What only publishing shows; no test of a name.
if [[ ${#filter[@]} -eq 0 && ${#projects[@]} -eq 0 ]]; then run_script trimmed eng/trim.sh; fi

touch "$results/tests"
if [[ $skipped -gt 0 ]]; then
  printf '\nskipped:\n'
  awk -F '\t' '$1 == "Skip" { print "  " $2 ": " $3 }' "$results/tests"
fi
if [[ $failed -gt 0 ]]; then
  printf '\nfailed:\n'
  awk -F '\t' '$1 == "Fail" { print "  " $2 }' "$results/tests"

  # Here, where the end of the output shows it.
  printf '\nwhat they said:\n'
  for report in "$results"/*.xml; do
    if [[ -s $report ]]; then explain_failures "$report"; fi
  done
  for said in debian13-said scripts-said; do
    if [[ -s $results/$said ]]; then cat "$results/$said"; fi
  done
fi

code=0
if [[ $failed -gt 0 ]]; then
  code=1
elif [[ $((passed + failed)) -eq 0 ]]; then
  echo "error: no test ran" >&2
  code=1
fi
echo
echo "$passed passed, $failed failed, $skipped skipped"
exit "$code"
