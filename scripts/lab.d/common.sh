# shellcheck shell=bash
# What every part of the lab shares: its exit codes, the progress line, locks.

readonly EXIT_USAGE=2        # the command line is wrong
readonly EXIT_GUEST_DIED=70  # the guest stopped without reporting the command's exit code
readonly EXIT_CANNOT=77      # the lab cannot run here; the message says what would help
readonly EXIT_TIMEOUT=124    # --timeout ran out

# The lab's own failures say so, since the command may end with the same code.
die() {
    local code=$1
    shift
    progress_clear
    printf 'lab: %s\n' "$@" >&2
    printf 'lab: exit %d is from the lab, not from the command\n' "$code" >&2
    exit "$code"
}

usage_error() {
    progress_clear
    printf 'lab: %s (see scripts/lab --help)\n' "$*" >&2
    exit "$EXIT_USAGE"
}

cannot() {
    die "$EXIT_CANNOT" "$@"
}

# One line on a terminal, rewritten in place; nothing in a log.
progress() {
    [[ -t 2 ]] || return 0
    printf '\r\033[Klab: %s' "$*" >&2
}

progress_clear() {
    [[ -t 2 ]] || return 0
    printf '\r\033[K' >&2
}

# Runs a command while no other lab holds the same lock. In a subshell, so that nothing started
# later inherits the lock.
with_lock() {
    local name=$1
    shift
    (
        flock 9
        "$@"
    ) 9> "$LAB_CACHE/lock.$name"
}

require_tools() {
    local tool
    for tool in "$@"; do
        command -v "$tool" > /dev/null ||
            cannot "needs '$tool', which is not installed" \
                   "on Debian: apt-get install apt dpkg cpio xz-utils util-linux busybox-static"
    done
}
