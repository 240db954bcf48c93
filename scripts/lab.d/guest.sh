# shellcheck shell=bash
# One run: start QEMU, show the command's output as it appears, then tell how it ended.

readonly CONSOLE_LINES=20

# Prints the command's output from its first byte until QEMU has ended. The file is the guest's
# port, so reading it late or slowly is of no consequence to the guest.
guest_show_output() {
    local run=$1 qemu_pid=$2
    while [[ -e $run/output && ! -s $run/output ]] && kill -0 "$qemu_pid" 2> /dev/null; do
        sleep 0.05
    done
    progress_clear
    exec tail --follow --bytes=+1 --sleep-interval=0.05 --pid="$qemu_pid" "$run/output" 2> /dev/null
}

# Sets QEMU_STATUS and GUEST_SECONDS. The kernel ends QEMU if this script dies without its traps.
guest_boot() {
    local run=$1 args preload=() started=$SECONDS
    # By its descriptor, since the loader takes a space in a path for the end of it.
    # CGBENCH_LAB_PRELOAD: one library more, for tests that disturb QEMU.
    [[ $MODE != exact ]] || preload=(env "LD_PRELOAD=/proc/self/fd/8${CGBENCH_LAB_PRELOAD:+:$CGBENCH_LAB_PRELOAD}")
    mapfile -t args < <(qemu_args "$run")
    touch "$run"/{console,output,result}
    setpriv --pdeathsig TERM timeout --foreground --kill-after=1 "$TIMEOUT" \
        setpriv --pdeathsig KILL "${preload[@]}" "${QEMU[@]}" "${args[@]}" < /dev/null > "$run/qemu" 2>&1 8< "${HOLD_BQL:-/dev/null}" &
    QEMU_PID=$!
    guest_show_output "$run" "$QEMU_PID" &
    VIEWER_PID=$!
    QEMU_STATUS=0
    wait "$QEMU_PID" || QEMU_STATUS=$?
    QEMU_PID=
    GUEST_SECONDS=$((SECONDS - started))
    wait "$VIEWER_PID" || true
    VIEWER_PID=
}

# The lab's reason to fail, with what the console and QEMU last said, and the results until then.
guest_died() {
    local run=$1 code=$2
    shift 2
    progress_clear
    guest_rescue "$run"
    { tr -d '\r' < "$run/console"; sed '/terminating on signal/d' "$run/qemu"; } 2> /dev/null |
        tail -n "$CONSOLE_LINES" | sed 's/^/lab: console: /' >&2
    die "$code" "$@"
}

guest_reported() {
    [[ $(head -c 5 "$1/result" | tr -d '\0') == 'exit ' ]]
}

guest_require_result() {
    local run=$1 panic
    if guest_reported "$run"; then
        [[ $GUEST_SECONDS -lt $TIMEOUT ]] ||
            printf 'lab: the guest had its result and did not end within %s s (--timeout)\n' "$TIMEOUT" >&2
        return
    elif [[ $GUEST_SECONDS -ge $TIMEOUT ]]; then
        guest_died "$run" "$EXIT_TIMEOUT" "the command did not end within $TIMEOUT s (--timeout)"
    elif panic=$(grep -m 1 -o 'Kernel panic.*' "$run/console"); then
        guest_died "$run" "$EXIT_GUEST_DIED" "the guest ended: ${panic%$'\r'}"
    else
        guest_died "$run" "$EXIT_GUEST_DIED" "the guest ended without reporting an exit code (QEMU's: $QEMU_STATUS)"
    fi
}

# With --out what is there is replaced. In the default folder a run never replaces another, though
# two exact runs give their results the same name.
guest_place() {
    local item=$1 to=$2/${1##*/} try=1
    if [[ -n $OUT ]]; then
        rm -rf "$to"
    else
        while [[ -e $to ]]; do
            try=$((try + 1))
            to=$2/${item##*/}.$try
        done
    fi
    mv "$item" "$to"
    [[ -z $BROUGHT ]] || printf '%s\n' "$to" >> "$BROUGHT"
    [[ -n $OUT ]] || printf 'lab: brought back %s\n' "$to" >&2
}

guest_place_all() {
    local run=$1 to=${OUT:-$REPO/results/runs} item
    mkdir -p "$to"
    for item in "$run"/out/* "$run"/out/.[!.]*; do
        [[ ! -e $item ]] || guest_place "$item" "$to"
    done
}

# What a guest that ended early had in /out: nothing of it was in a cache (prepare_out in init).
guest_rescue() {
    local run=$1
    [[ -s $run/disk && ! -e $run/out ]] || return 0
    if ! PATH=$PATH:/usr/sbin:/sbin command -v debugfs > /dev/null; then
        printf 'lab: results of the guest are lost: no debugfs here; on Debian: apt-get install e2fsprogs\n' >&2
        return 0
    fi
    mkdir "$run/out"
    (cd "$run/out" && PATH=$PATH:/usr/sbin:/sbin debugfs -R 'rdump / .' ../disk > ../qemu.rescue 2>&1)
    rm -rf "$run/out/lost+found"
    [[ -n $(ls -A "$run/out") ]] || return 0
    printf 'lab: the guest ended early; what it had in /out is brought back (cgbench run --resume goes on)\n' >&2
    guest_place_all "$run"
}

# The result is a line, then the archive, if the command left anything in /out.
guest_bring_back() {
    local run=$1
    tail -n +2 "$run/result" > "$run/out.tar"
    [[ -s $run/out.tar ]] || return 0
    mkdir "$run/out.part"
    tar -x --no-same-owner -f "$run/out.tar" -C "$run/out.part" 2> "$run/qemu" ||
        guest_died "$run" "$EXIT_GUEST_DIED" "the guest ended while it handed back its results"
    mv "$run/out.part" "$run/out"
    guest_place_all "$run"
}

guest_exit() {
    local code
    read -r _ code < "$1/result"
    [[ $code -eq 0 ]] || printf 'lab: %s ended with exit code %d\n' "${COMMAND[0]}" "$code" >&2
    exit "$code"
}

guest_run() {
    local run=$1
    progress "booting Linux $KERNEL_RELEASE, $MODE, $CPUS CPUs, QEMU $QEMU_VERSION"
    guest_boot "$run"
    guest_require_result "$run"
    guest_bring_back "$run"
    guest_exit "$run"
}
