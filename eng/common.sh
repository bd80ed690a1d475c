# Sourced by the scripts beside it: finds the repository and the SDK, and keeps builds from leaving processes behind.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# No build server outlives a script: whoever waits for the script's output would wait for the server as well.
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

fail() {
  echo "error: $*" >&2
  exit 1
}

need_sdk() {
  local wanted
  wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json")
  command -v dotnet >/dev/null || fail "the .NET SDK is missing: install SDK $wanted (https://dotnet.microsoft.com/download) and put dotnet on the PATH"
  (cd "$root" && dotnet --version >/dev/null 2>&1) ||
    fail "no installed .NET SDK fits: $wanted or newer of its major version is needed, installed: $(dotnet --list-sdks | sed 's/ .*//' | paste -sd ' ' -)"
}
