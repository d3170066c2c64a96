# shellcheck shell=bash
# What the scripts share. Sourced, after `set -euo pipefail`; ends up in the project's root folder.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# `CARGO=…` puts another cargo in place, a wrapper for example.
CARGO=${CARGO:-cargo}
RUN_DIR=$PWD/.run

say() { printf '%s\n' "$*"; }

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# The group of the step that is running, so that Ctrl-C and a failure end it with all its children.
step_group=

# run_logged LOG COMMAND…: runs it in a process group of its own with all output in LOG.
run_logged() {
    local log=$1 status=0
    shift
    mkdir -p "$(dirname "$log")"
    setsid "$@" >"$log" 2>&1 </dev/null &
    step_group=$!
    wait "$step_group" || status=$?
    step_group=
    return "$status"
}

end_step() {
    if [ -n "$step_group" ]; then
        kill -TERM -- "-$step_group" 2>/dev/null || true
        wait "$step_group" 2>/dev/null || true
        step_group=
    fi
}

# step NAME LOG COMMAND…: one line on the screen; the end of the log when it fails.
step() {
    local name=$1 log=$2 status=0 began=$SECONDS
    shift 2
    run_logged "$log" "$@" || status=$?
    if [ "$status" -eq 0 ]; then
        say "$name: ok ($((SECONDS - began)) s)"
    else
        say "$name: FAILED ($((SECONDS - began)) s), the end of $log:"
        tail -n 60 "$log"
    fi
    return "$status"
}

# Node packages as the lock file has them; quick when they are there already.
web_packages() {
    have npm || die "npm is missing: install Node.js 20.19 or newer, with its npm"
    local installed=web/node_modules/.package-lock.json
    if [ ! -e "$installed" ] || [ web/package-lock.json -nt "$installed" ]; then
        step "web packages" "$RUN_DIR/log/npm-ci.log" npm --prefix web ci --no-audit --no-fund --loglevel=error
    fi
}

# The pages that the binary serves; built again only when a source is newer.
web_build() {
    web_packages
    if [ ! -e web/dist/.built ] || [ -n "$(newer_web_sources)" ]; then
        step "web build" "$RUN_DIR/log/web-build.log" npm --prefix web run build
        touch web/dist/.built
    fi
}

newer_web_sources() {
    find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -newer web/dist/.built -print -quit
}

# build_load: the release build, and the load generator beside it.
build_load() {
    # A socket is a file: one for each agent, in the server and in the load.
    ulimit -n "$(ulimit -H -n)"
    web_build
    "$CARGO" build --quiet --release
    "$CARGO" bench --quiet --no-run --profile rig --bench load
}

# run_load OPTION…: the load generator against the release build.
run_load() {
    "$CARGO" bench --quiet --profile rig --bench load -- --program "$PWD/target/release/bellhop" "$@"
}

# record_load OPTION…: runs the load generator with the release build, shows its report and adds it to benches/RESULTS.md with
# the day, the machine, the commit and the options.
record_load() {
    local report processor
    build_load
    report=$(mktemp "${TMPDIR:-/tmp}/bellhop-bench.XXXXXX")
    run_load "$@" | tee "$report" || { rm -f "$report"; return 1; }
    processor=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -1)
    {
        printf '\n## %s, %s cores of %s, Linux %s\n' "$(date -u +%Y-%m-%d)" "$(nproc)" "${processor:-unknown}" "$(uname -r)"
        printf '\nCommit %s, `%s`.\n' "$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" "$*"
        cat "$report"
    } >>benches/RESULTS.md
    rm -f "$report"
}
