# shellcheck shell=bash
# Which QEMU, and with which arguments.
#
# The exact lab needs QEMU 10: older ones let one virtual CPU run for up to 100 ms before the next.
# Where the system's is older, a newer one is unpacked (not installed) under build/lab/qemu/, with
# the libraries that the system lacks.

readonly QEMU_WANTED=10
readonly OUT_MIB=256

# Nothing for a QEMU that is not there or does not start.
qemu_version_of() {
    { "$@" --version 2> /dev/null || true; } | sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p'
}

# The suites that hold a QEMU that runs on this system's libraries, the one to prefer last.
qemu_suites() {
    local codename
    codename=$(apt_codename)
    case $codename in
    bookworm) printf '%s\n' bookworm bookworm-backports ;;
    ?*) printf '%s\n' "$codename" ;;
    *) cannot "the exact lab needs QEMU $QEMU_WANTED or later" "install qemu-system-x86, or use Debian 12 or later" ;;
    esac
}

qemu_download() {
    local suites
    mapfile -t suites < <(qemu_suites)
    mkdir -p "$LAB_CACHE/apt/qemu"
    # The system's own status tells apt which libraries need not be fetched.
    apt_define qemu /var/lib/dpkg/status "${suites[@]}"
    progress "downloading QEMU"
    apt_update qemu
    rm -f "$LAB_CACHE"/apt/qemu/cache/archives/*.deb
    apt_run qemu apt-get -q -y --no-install-recommends --reinstall --download-only \
        -t "${suites[-1]}" install qemu-system-x86 > /dev/null ||
        apt_failed qemu "cannot download QEMU from ${suites[-1]}"
}

qemu_unpack() {
    local final=$LAB_CACHE/qemu part=$LAB_CACHE/qemu.part deb
    [[ ! -d $final ]] || return 0
    qemu_download
    rm -rf "$part"
    mkdir -p "$part"
    for deb in "$LAB_CACHE"/apt/qemu/cache/archives/*.deb; do
        dpkg-deb --extract "$deb" "$part"
    done
    mv "$part" "$final"
}

# Sets QEMU (the program and what it needs to find its own files) and QEMU_VERSION.
qemu_find() {
    local root=$LAB_CACHE/qemu lib
    QEMU=(qemu-system-x86_64)
    QEMU_VERSION=$(qemu_version_of "${QEMU[@]}")
    if [[ -n $QEMU_VERSION && ${QEMU_VERSION%%.*} -ge $QEMU_WANTED ]]; then
        return
    fi
    [[ $root != *:* ]] ||
        cannot "QEMU finds no library in a path with a colon: $LAB_CACHE" \
               "set CGBENCH_LAB_CACHE to a folder without"
    [[ -d $root ]] || with_lock qemu qemu_unpack || exit
    lib=usr/lib/x86_64-linux-gnu
    # Without QEMU_MODULE_DIR it would load the modules of the system's QEMU.
    QEMU=(env "LD_LIBRARY_PATH=$root/$lib:$root/lib/x86_64-linux-gnu" "QEMU_MODULE_DIR=$root/$lib/qemu"
        "$root/usr/bin/qemu-system-x86_64" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios")
    QEMU_VERSION=$(qemu_version_of "${QEMU[@]}")
    [[ -n $QEMU_VERSION ]] || cannot "the unpacked QEMU does not start" "remove build/lab/qemu and try again"
}

# Sets HOLD_BQL: what the exact lab loads into QEMU, built from the source that tells why.
hold_bql_ensure() {
    local source=$LAB_PARTS/hold_bql.c
    HOLD_BQL=$LAB_CACHE/hold_bql-$(sha256sum < "$source" | cut -c1-16).so
    [[ -e $HOLD_BQL ]] || with_lock hold_bql hold_bql_build "$source" || exit
}

hold_bql_build() {
    [[ ! -e $HOLD_BQL ]] || return 0
    cc -D_GNU_SOURCE -O2 -shared -fPIC -o "$HOLD_BQL.part" "$1" ||
        cannot "the exact lab needs a C compiler" "on Debian: apt-get install gcc libc6-dev"
    mv "$HOLD_BQL.part" "$HOLD_BQL"
}

# Virtual time: the clock counts instructions, idle time is skipped, nothing random gets in.
qemu_exact_args() {
    printf '%s\n' \
        -accel tcg -icount "shift=$SHIFT,sleep=off,align=off" -name cgbench,debug-threads=on \
        -rtc base=2026-01-01T00:00:00,clock=vm -seed 1 -cpu max,-rdrand,-rdseed
}

qemu_live_args() {
    case $ACCEL in
    kvm) printf '%s\n' -accel kvm -cpu host ;;
    tcg) printf '%s\n' -accel tcg,thread=multi -cpu max ;;
    esac
}

# Equal nodes, each with a contiguous block of CPUs, that is, of sockets.
qemu_numa_args() {
    local node each_cpus=$((CPUS / NODES)) each_mem=$((MEM_MIB / NODES))
    for ((node = 0; node < NODES; node++)); do
        printf '%s\n' \
            -object "memory-backend-ram,id=mem$node,size=${each_mem}M" \
            -numa "node,nodeid=$node,memdev=mem$node,cpus=$((node * each_cpus))-$(((node + 1) * each_cpus - 1))"
    done
}

# The ports write to plain files: a guest that had to wait for a reader would have its timing
# changed by the host. For the same reason there is no ioeventfd: a write is then done before the
# guest goes on, and not by another thread at its leisure. Virtio, because a UART costs an exit for
# each byte: 2 MB took 19 s of CPU time, and every line that a command prints disturbed the guest.
qemu_port_args() {
    local run=${1//,/,,} port
    printf '%s\n' -chardev "file,id=console,path=$run/console" -serial chardev:console \
        -device virtio-serial-pci,ioeventfd=off
    for port in output result; do
        printf '%s\n' -chardev "file,id=$port,path=$run/$port" -device "virtserialport,chardev=$port,name=$port"
    done
}

# /out: memory of the guest that is a file here, so that what is in it outlives the guest, however
# that ends. A store to it is done at once, and the guest never waits for this machine.
qemu_out_args() {
    local run=${1//,/,,}
    printf '%s\n' -machine pc,nvdimm=on -m "${MEM_MIB}M,slots=1,maxmem=$((MEM_MIB + OUT_MIB * 2))M" \
        -object "memory-backend-file,id=out,share=on,mem-path=$run/disk,size=${OUT_MIB}M" \
        -device nvdimm,memdev=out
}

# qemu_args RUN_DIR: one argument a line.
qemu_args() {
    local run=$1
    "qemu_${MODE}_args"
    printf '%s\n' \
        -smp "$CPUS,sockets=$SOCKETS,cores=$CORES,threads=$THREADS" \
        -nodefaults -no-user-config -no-reboot -display none -net none
    [[ $NODES -eq 1 ]] || qemu_numa_args
    qemu_port_args "$run"
    qemu_out_args "$run"
    printf '%s\n' -kernel "$KERNEL_DIR/vmlinuz" -initrd "$run/initramfs" -append "$(kernel_cmdline)"
}

# tsc=reliable: some guests otherwise fall to hpet, where each clock read is a system call.
kernel_cmdline() {
    local line='console=ttyS0 quiet panic=-1 norandmaps cryptomgr.notests'
    line+=' initcall_blacklist=jent_mod_init,load_system_certificate_list'
    if [[ $MODE == exact ]]; then
        line+=' nokaslr tsc=reliable clocksource=tsc'
    fi
    printf '%s\n' "$line${CMDLINE:+ $CMDLINE}"
}
