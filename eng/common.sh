# Sourced by the scripts beside it: finds the repository and the SDK, and keeps builds from leaving processes behind.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# No build server outlives a script: whoever waits for the script's output would wait for the server as well.
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

fail() {
  echo "error: $*" >&2
  exit 1
}

need_descriptors() {
  local limit
  limit=$(ulimit -Hn)
  [[ $limit == unlimited || $limit -ge 1024 ]] ||
    fail "the limit of open files is $limit, and .NET and the server need 1024 or more: raise it (ulimit -Hn, LimitNOFILE=, --ulimit nofile=)"
}

need_sdk() {
  local wanted problem
  wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json")
  command -v dotnet >/dev/null ||
    fail "the .NET SDK is missing: install SDK $wanted (https://dotnet.microsoft.com/download) and put dotnet on the PATH"
  need_descriptors
  problem=$(cd "$root" && dotnet --version 2>&1 >/dev/null) && return 0
  case $problem in
    *global.json*) fail "no installed .NET SDK fits: $wanted or newer of its major version is needed, installed: $(dotnet --list-sdks | sed 's/ .*//' | paste -sd ' ' -)" ;;
    *) fail "dotnet does not start: ${problem%%$'\n'*}" ;;
  esac
}
