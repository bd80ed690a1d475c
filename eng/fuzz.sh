#!/usr/bin/env bash
# Fuzzes what reads bytes from outside, by AFL++ and SharpFuzz.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
usage: ./eng/fuzz.sh TARGET|all MINUTES [--jobs N] [--seed N] [--keep FOLDER] [--install] [--no-build]
       ./eng/fuzz.sh TARGET --minimize FOLDER

Gives AFL++ what test/Fuzz/Corpus has of a target, and what the target begins with, and says how many inputs it has tried,
how many edges they passed, and what it found. What is found is in test/Fuzz/Crashes/TARGET then: keep it there as a test,
and mend what it shows (docs/fuzzing.md). MINUTES may have a fraction.

  --jobs N            so many targets at a time (default 1)
  --seed N            what AFL draws by, for draws like those of another run (default: fresh ones)
  --keep FOLDER       leaves AFL's own folder of each target there
  --minimize FOLDER   takes AFL's folder of a target, kept before, and makes the corpus of it anew: the few inputs that pass most edges
  --install           first installs AFL++ with apt-get
  --no-build          takes the program as it was built, by ./eng/test.sh perhaps

The exit code is 0 when nothing was found, 77 where AFL++ is missing.
USAGE
}

target= minutes= jobs=1 seed=() keep= minimize= build=true
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --jobs) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--jobs is '${2:-}': use a number of targets such as 2"; jobs=$2; shift ;;
    --seed) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--seed is '${2:-}': use a number above 0"; seed=(-s "$2"); shift ;;
    --keep) [[ -n ${2:-} ]] || fail "--keep needs a folder"; keep=$2; shift ;;
    --minimize) [[ -d ${2:-} ]] || fail "--minimize is '${2:-}': use a folder that --keep has left"; minimize=$(realpath "$2"); shift ;;
    --install) install=true ;;
    --no-build) build=false ;;
    -*) usage >&2; fail "unknown argument '$1'" ;;
    *) if [[ -z $target ]]; then target=$1; else minutes=$1; fi ;;
  esac
  shift
done
[[ -n $target && (-n $minutes || -n $minimize) ]] || { usage >&2; exit 2; }
[[ -n $minimize || $minutes =~ ^[0-9]+(\.[0-9]+)?$ ]] || fail "MINUTES is '$minutes': use a number such as 20 or 0.5"
need_sdk

if ! command -v afl-fuzz >/dev/null && ${install:-false}; then
  sudo=(); [[ $EUID -eq 0 ]] || sudo=(sudo)
  "${sudo[@]}" apt-get -qq update && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends afl++ >/dev/null || true
fi
if ! command -v afl-fuzz >/dev/null; then
  echo "AFL++ is not installed (apt-get install afl++)"
  exit 77
fi

work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$root"
program=test/Fuzz/bin/Release/net10.0/Aeronet.AspNetCore.Fuzz.dll
if $build; then
  dotnet build test/Fuzz -c Release -p:AeronetAsserts=true -p:AeronetCharts=false -p:RunAnalyzers=false -v q -nologo >"$work/build" || { cat "$work/build" >&2; fail "test/Fuzz does not build"; }
fi
[[ -e $program ]] || fail "$program is missing: leave --no-build out"
instrumented=$(dotnet "$program" instrument "$work/program")
mapfile -t targets < <(dotnet "$program" list)
[[ $target == all ]] || {
  [[ " ${targets[*]} " == *" $target "* ]] || fail "there is no target '$target': use all or one of ${targets[*]}"
  targets=("$target")
}

# A container may have neither its own processors nor a say in how the kernel reports crashes; here they are exceptions, which the program reports.
export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_MAP_SIZE=65536 AFL_ALLOW_TMP=1

# Of a target, in the repository.
most_kept=60

# A busy machine may stop for seconds; an input that never ends is seen all the same.
afl=(-t 30000 -m none)

if [[ -n $minimize ]]; then
  [[ $target != all ]] || fail "--minimize needs one target"
  corpus=test/Fuzz/Corpus/$target
  mkdir -p "$work/all"
  # What is long says little that something short does not.
  find "$minimize" "$corpus" -type f -size -2k \( -path '*/queue/*' -o -path "$corpus/*" \) |
    while IFS= read -r file; do cp "$file" "$work/all/$(sha1sum "$file" | cut -c1-16)"; done
  afl-showmap -q -i "$work/all" -o "$work/maps" "${afl[@]}" -- "$(realpath "$(type -P dotnet)")" "$instrumented" fuzz "$target" >"$work/showmap" 2>&1 || true
  # Again and again the one that passes most that none before it passes; of several the shortest.
  mapfile -t files < <(cd "$work/all" && ls -S -r | while IFS= read -r file; do [[ ! -e $work/maps/$file ]] || echo "$work/maps/$file"; done)
  [[ ${#files[@]} -gt 0 ]] || { tail -n 6 "$work/showmap" >&2; fail "afl-showmap fails"; }
  awk -v most="$most_kept" '
    FNR == 1 { name[++files] = FILENAME }
    { edges[files] = edges[files] " " $1; all[$1] }
    END {
      for (chosen = 0; chosen < most; chosen++) {
        best = 0; gain = 0
        for (i = 1; i <= files; i++) {
          if (taken[i]) { continue }
          new = 0; count = split(edges[i], list, " ")
          for (j = 1; j <= count; j++) { if (!(list[j] in passed)) { new++ } }
          if (new > gain) { gain = new; best = i }
        }
        if (!best) { break }
        taken[best] = 1; count = split(edges[best], list, " ")
        for (j = 1; j <= count; j++) { passed[list[j]] }
        print name[best]
      }
      for (edge in passed) { found++ }
      for (edge in all) { total++ }
      printf "%d of %d\n", found, total >"/dev/stderr"
    }' "${files[@]}" >"$work/chosen" 2>"$work/edges"
  rm -rf "$corpus"; mkdir -p "$corpus"
  while IFS= read -r map; do cp "$work/all/$(basename "$map")" "$corpus/"; done <"$work/chosen"
  echo "$target: $(wc -l <"$work/chosen") of ${#files[@]} inputs, $(cat "$corpus"/* | wc -c) bytes, that pass $(cat "$work/edges") counted edges"
  exit 0
fi

stat_of() { sed -n "s/^$2 *: *//p" "$work/out/$1/default/fuzzer_stats" 2>/dev/null || true; }

fuzz() {
  local name=$1 seconds status=0 found
  seconds=$(awk "BEGIN { print int($minutes * 60 + 0.5) }")
  mkdir -p "$work/out"
  dotnet "$program" seed "$name" "$work/in/$name"
  cp -n test/Fuzz/Corpus/"$name"/* "$work/in/$name/" 2>/dev/null || true
  # An end of its own would be that of an input without end, which AFL waits for half a minute.
  timeout --foreground $((seconds + 300)) afl-fuzz -i "$work/in/$name" -o "$work/out/$name" "${afl[@]}" "${seed[@]}" -G 4096 -V "$seconds" -- dotnet "$instrumented" fuzz "$name" >"$work/$name.log" 2>&1 || status=$?
  found=("$work/out/$name"/default/crashes/id* "$work/out/$name"/default/hangs/id*)
  # What has ended AFL itself: a fault of the runtime, or an input without end.
  if [[ $status -ne 0 && -e $work/out/$name/default/.cur_input ]]; then found+=("$work/out/$name/default/.cur_input"); fi
  : >"$work/$name.found"
  for file in "${found[@]}"; do
    [[ -e $file ]] || continue
    mkdir -p "test/Fuzz/Crashes/$name"
    cp "$file" "test/Fuzz/Crashes/$name/$(sha1sum "$file" | cut -c1-16)"
    echo "$file" >>"$work/$name.found"
  done
  if [[ $status -ne 0 && ! -s $work/$name.found ]]; then
    echo "$name: afl-fuzz ended with code $status"
    sed 's/\x1b[^m]*m//g; s/[^[:print:]]//g' "$work/$name.log" | tail -n 6
    touch "$work/failed"
    return
  fi
  [[ -z $keep ]] || { mkdir -p "$keep"; rm -rf "${keep:?}/$name"; cp -r "$work/out/$name" "$keep/$name"; }
  printf '%-20s %8s s %12s inputs %9s a second %6s edges %5s kept %5s found\n' "$name" "$(stat_of "$name" run_time)" \
    "$(stat_of "$name" execs_done)" "$(stat_of "$name" execs_per_sec)" "$(stat_of "$name" edges_found)" "$(stat_of "$name" corpus_count)" "$(wc -l <"$work/$name.found")"
  if [[ -s $work/$name.found ]]; then
    touch "$work/failed"
    # Where nobody can come for the files, the shortest are here.
    ls -S -r "test/Fuzz/Crashes/$name"/* | head -n 3 | while IFS= read -r file; do echo "    $file: $(head -c 400 "$file" | base64 -w 0)"; done
    # One of each kind says what is wrong.
    dotnet "$instrumented" replay "$name" "test/Fuzz/Crashes/$name" 2>&1 | sed -n 's/^[^ ]*: [A-Za-z.]*Exception: /    /p' | sort | uniq -c | sort -rn | head -n 10 || true
  fi
}

for name in "${targets[@]}"; do
  while [[ $(jobs -rp | wc -l) -ge $jobs ]]; do wait -n || true; done
  { fuzz "$name" || touch "$work/failed"; } &
  pids+=($!)
done
wait
[[ ! -e $work/failed ]] || fail "not everything held, or could be tried: see above, and test/Fuzz/Crashes"
