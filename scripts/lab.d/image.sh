# shellcheck shell=bash
# The initramfs, in two archives that the kernel unpacks one after the other:
#
#   base     busybox, init and modules: made once for each kernel, named by what it is made from
#   overlay  cgbench, cgwork, suites, included programs, settings and command: made for each run
#
# Both are reproducible (sorted names, fixed times and owners) and uncompressed: QEMU copies them
# into the guest's memory at no cost in guest time, while unpacking would cost instructions.

# What a suite may load for itself (swap on zram, disks on brd, null_blk and loop), and the ports of
# the guest. Those that a kernel has built in, or lacks, are left out.
readonly GUEST_MODULES=(
    zram zsmalloc lzo lzo-rle lz4 lz4hc lz4_compress lz4hc_compress zstd zstd_compress 842
    842_compress 842_decompress
    brd configfs null_blk loop bfq
    libnvdimm nfit nd_pmem nd_btt
    virtio_console virtio virtio_ring virtio_pci virtio_pci_legacy_dev virtio_pci_modern_dev
)

# image_pack DIR: the archive of a folder on stdout.
image_pack() {
    (
        cd "$1" || exit
        find . -exec touch --no-dereference --date=@0 {} +
        find . -mindepth 1 -print0 | LC_ALL=C sort -z |
            cpio --quiet --null --create --format=newc --reproducible --owner=0:0
    )
}

busybox_find() {
    BUSYBOX=$(command -v busybox) || BUSYBOX=
    [[ -n $BUSYBOX && $(ldd "$BUSYBOX" 2>&1) == *"not a dynamic executable"* ]] ||
        cannot "needs a statically linked busybox" "on Debian: apt-get install busybox-static"
}

base_layout() {
    local root=$1 applet
    mkdir -p "$root"/{bin,dev,etc,lab,lib,out,proc,root,run,sys,tmp,usr/bin,usr/lib,usr/share}
    ln -s bin "$root/sbin"
    cp "$BUSYBOX" "$root/bin/busybox"
    for applet in $("$root/bin/busybox" --list); do
        [[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"
    done
    ln -s ../../bin/busybox "$root/usr/bin/env"
    install -m 755 "$LAB_PARTS/init" "$root/init"
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' > "$root/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\n' > "$root/etc/group"
}

# Prints the folder that has all modules of the kernel somewhere below it.
base_modules_source() {
    local unpacked=$1 deb
    if [[ -n $KERNEL_MODULES ]]; then
        printf '%s\n' "$KERNEL_MODULES"
        return
    fi
    for deb in "$KERNEL_DIR"/*.deb; do
        [[ ! -e $deb ]] || dpkg-deb --extract "$deb" "$unpacked"
    done
    printf '%s\n' "$unpacked"
}

base_modules() {
    local root=$1 to=$1/lib/modules/$KERNEL_RELEASE from module file
    from=$(base_modules_source "$2")
    mkdir -p "$to/kernel"
    find "$from" \( -name 'modules.builtin*' -o -name modules.order \) -exec cp -t "$to" {} +
    for module in "${GUEST_MODULES[@]}"; do
        file=$(find "$from" -name "$module.ko" -o -name "$module.ko.xz" -o -name "$module.ko.zst" -o -name "$module.ko.gz" | head -n 1)
        [[ -n $file ]] || continue
        cp "$file" "$to/kernel/"
    done
    find "$to/kernel" -name '*.xz' -exec xz -d {} +
    find "$to/kernel" -name '*.zst' -exec zstd -q -d --rm {} +
    find "$to/kernel" -name '*.gz' -exec gzip -d {} +
    "$root/bin/busybox" depmod -b "$root" "$KERNEL_RELEASE"
}

base_key() {
    cat "$LAB_PARTS/init" "$LAB_PARTS/image.sh" "$KERNEL_DIR/package" "$BUSYBOX" | sha256sum | cut -c1-16
}

base_build() {
    local final=$1 part=$LAB_CACHE/images/.part
    [[ ! -e $final ]] || return 0
    progress "making the initramfs of Linux $KERNEL_RELEASE"
    rm -rf "$part"
    mkdir -p "$part/root" "$part/unpacked"
    base_layout "$part/root"
    base_modules "$part/root" "$part/unpacked"
    image_pack "$part/root" > "$part/cpio"
    mv "$part/cpio" "$final"
    rm -rf "$part"
}

base_ensure() {
    busybox_find
    BASE_IMAGE=$LAB_CACHE/images/$KERNEL_RELEASE-$(base_key).cpio
    [[ -e $BASE_IMAGE ]] || with_lock images base_build "$BASE_IMAGE" || exit
}

# The libraries and the loader of a program; nothing for a static one or a script, which ldd refuses.
library_closure() {
    { ldd "$1" 2> /dev/null || true; } |
        awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// && $2 !~ /=>/ { print $1 }'
}

overlay_add_libraries() {
    local root=$1 program=$2 library
    library_closure "$program" | while read -r library; do
        [[ -e $root$library ]] || install -D -m 755 "$library" "$root$library"
    done
}

# overlay_add ROOT SOURCE GUESTPATH: a program with its libraries, a file, or a folder of both.
overlay_add() {
    local root=$1 source=$2 guest=$3 program
    mkdir -p "$(dirname "$root$guest")"
    cp -rL --no-preserve=ownership,timestamps "$source" "$root$guest"
    # The original is asked, since a library may be found relative to its program.
    find -L "$source" -type f -perm -u+x -print0 | while IFS= read -r -d '' program; do
        overlay_add_libraries "$root" "$program"
    done
}

# --include PROGRAM[:GUESTPATH]. Programs go where PATH finds them, data where the command starts.
overlay_include() {
    local root=$1 source=${2%%:*} guest='' found
    [[ $2 != *:* ]] || guest=${2#*:}
    found=$source
    [[ -e $found ]] || found=$(command -v "$source") ||
        usage_error "--include $source: no such file, and no such program in PATH"
    if [[ -z $guest ]]; then
        guest=/root/$(basename "$found")
        [[ ! -f $found || ! -x $found ]] || guest=/usr/bin/$(basename "$found")
    fi
    [[ $guest == /* ]] || usage_error "--include $2: the guest's path must be absolute"
    overlay_add "$root" "$found" "$guest"
}

# Without what only a debugger reads: a run begins with digests of both, which cost the guest seconds.
overlay_programs() {
    local root=$1 program
    for program in cgbench cgwork; do
        [[ -x $BUILD_DIR/$program ]] ||
            cannot "there is no $program in the build folder" "run 'make' first (CGBENCH_BUILD names another folder)"
        overlay_add "$root" "$BUILD_DIR/$program" "/usr/bin/$program"
        strip --strip-debug "$root/usr/bin/$program" ||
            cannot "cannot strip $program of what debuggers read" "on Debian: apt-get install binutils"
    done
    [[ ! -e $BUILD_DIR/lab-tests ]] || overlay_add "$root" "$BUILD_DIR/lab-tests" /usr/lib/cgbench/lab-tests
    [[ ! -d $REPO/bench/suites ]] || overlay_add "$root" "$REPO/bench/suites" /usr/share/cgbench/suites
    [[ ! -d $REPO/results/published ]] || overlay_add "$root" "$REPO/results/published" /usr/share/cgbench/published
}

# Everything in here reaches the guest, so nothing of the host may: the same run must be the same
# on every machine.
#
# A digest of all that the guest's bytes depend on but the kernel lets `cgbench compare` say whether
# two runs had the same inputs. Paths of this run are no part of it, nor is what only disturbs the host
# (CGBENCH_LAB_PRELOAD): tests show that it changes nothing.
image_inputs() {
    local root=$1 run=$2
    {
        image_pack "$root"
        cat "$LAB_PARTS/init" "$LAB_PARTS/image.sh" "$BUSYBOX" "$LAB_PARTS/hold_bql.c"
        printf '%s\n' "$QEMU_VERSION" "$SETTLE"
        qemu_args "$run" | grep -vxF -e "$KERNEL_DIR/vmlinuz" | sed "s|${run//,/,,}||"
    } | sha256sum | cut -d' ' -f1
}

overlay_settings() {
    local inputs
    inputs=$(image_inputs "$1" "$2")
    printf 'LAB_SETTLE=%q\n' "$SETTLE"
    printf 'export %s=%q\n' \
        CGBENCH_LAB "$MODE" \
        CGBENCH_LAB_INPUTS "$inputs" \
        CGBENCH_LAB_ACCEL "$ACCEL" \
        CGBENCH_LAB_KERNEL "$KERNEL_RELEASE" \
        CGBENCH_LAB_PACKAGE "$(< "$KERNEL_DIR/package")" \
        CGBENCH_LAB_QEMU "$QEMU_VERSION" \
        CGBENCH_LAB_SHIFT "$SHIFT" \
        CGBENCH_OUT /out
}

# image_build RUN_DIR: writes RUN_DIR/initramfs for the command in COMMAND.
image_build() {
    local run=$1 root=$1/overlay item
    mkdir -p "$root/lab"
    overlay_programs "$root"
    for item in "${INCLUDES[@]}"; do
        overlay_include "$root" "$item"
    done
    { printf 'exec'; printf ' %s' "${COMMAND[@]@Q}"; printf '\n'; } > "$root/lab/command"
    overlay_settings "$root" "$run" > "$root/lab/settings"
    { cat "$BASE_IMAGE"; image_pack "$root"; } > "$run/initramfs"
}
