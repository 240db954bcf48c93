# shellcheck shell=bash
# Debian cloud kernels, downloaded by package name and never installed; or one of the user's.
#
#   build/lab/kernels/RELEASE/         vmlinuz, the .deb files, "package" (NAME_VERSION)
#   build/lab/kernels/by-version/6.12  -> ../RELEASE: what was asked for, as last resolved
#   build/lab/own/RELEASE-DIGEST/      vmlinuz and "package" of a --kernel-image

readonly KERNEL_SUITES=(bookworm bookworm-backports trixie trixie-backports)

# No packages count as installed: only names, versions and files matter here.
kernel_apt() {
    local dir=$LAB_CACHE/apt/kernels
    mkdir -p "$dir"
    : > "$dir/status"
    apt_define kernels "$dir/status" "${KERNEL_SUITES[@]}"
    progress "reading the package lists of Debian's kernels"
    apt_update kernels
}

# Every release the mirror has, oldest first.
kernel_releases() {
    apt_run kernels apt-cache pkgnames linux-image- |
        sed -n 's/^linux-image-\([0-9].*-cloud-amd64\)$/\1/p' | sort -V
}

# The newest release of a version: 6.1 means 6.1.x and not 6.12.
kernel_resolve() {
    local version=${1%-cloud-amd64}
    kernel_releases | awk -v want="$version" '
        index($0, want) == 1 && substr($0, length(want) + 1, 1) ~ /[.+-]/ { found = $0 }
        END { print found }'
}

kernel_known_versions() {
    kernel_releases | sed 's/^\([0-9]*\.[0-9]*\).*/\1/' | uniq | paste -sd ' '
}

# From 7.x on the image package is empty and its parts are dependencies of the same name.
kernel_packages() {
    local release=$1
    printf 'linux-image-%s\n' "$release"
    apt_run kernels apt-cache depends "linux-image-$release" |
        awk -v release="$release" \
            '$2 == "linux-binary-" release || $2 == "linux-modules-" release { print $2 }'
}

kernel_download() {
    local release=$1 dir=$2 packages
    mapfile -t packages < <(kernel_packages "$release")
    progress "downloading Linux $release"
    ( cd "$dir" && apt_run kernels apt-get -q download "${packages[@]}" > /dev/null ) ||
        apt_failed kernels "cannot download Linux $release"
}

# Only the image: the modules a guest needs are taken from the .deb when its initramfs is made.
kernel_extract_vmlinuz() {
    local dir=$1 deb
    for deb in "$dir"/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --wildcards --transform 's,.*/,,' \
            './boot/vmlinuz-*' './usr/lib/modules/*/vmlinuz' 2> /dev/null || true
    done
    mv "$dir"/vmlinuz-* "$dir/vmlinuz" 2> /dev/null || true
    [[ -s $dir/vmlinuz ]]
}

kernel_fetch_release() {
    local release=$1 final=$LAB_CACHE/kernels/$1 part=$LAB_CACHE/kernels/.part
    [[ ! -d $final ]] || return 0
    rm -rf "$part"
    mkdir -p "$part"
    kernel_download "$release" "$part"
    kernel_extract_vmlinuz "$part" || cannot "the packages of Linux $release hold no kernel image"
    dpkg-deb --show --showformat '${Package}_${Version}\n' "$part/linux-image-$release"_*.deb > "$part/package"
    mv "$part" "$final"
}

# Asks the mirror what VERSION means today and gets it.
kernel_fetch() {
    local version=$1 release
    release=$(kernel_resolve "$version")
    [[ -n $release ]] ||
        apt_failed kernels "Debian has no cloud kernel '$version'" "known versions: $(kernel_known_versions)"
    kernel_fetch_release "$release"
    mkdir -p "$LAB_CACHE/kernels/by-version"
    ln -sfn "../$release" "$LAB_CACHE/kernels/by-version/$version"
}

kernel_fetch_missing() {
    [[ ! -e $LAB_CACHE/kernels/by-version/$1 ]] || return 0
    kernel_apt
    kernel_fetch "$1"
}

# The folder of VERSION's kernel, downloaded on first use and then left as it is, so that a result
# is not changed by a mirror; --fetch asks the mirror again.
kernel_ensure() {
    local link=$LAB_CACHE/kernels/by-version/$1
    [[ -e $link ]] || with_lock kernels kernel_fetch_missing "$1" || exit
    KERNEL_DIR=$(readlink -f "$link")
    KERNEL_RELEASE=${KERNEL_DIR##*/}
}

# Sets KERNEL_RELEASE to what a bzImage names: Documentation/arch/x86/boot.rst, kernel_version.
kernel_image_release() {
    local image=$1 at
    [[ $(dd if="$image" bs=1 skip=514 count=4 status=none | tr -d '\0') == HdrS ]] ||
        usage_error "--kernel-image $image: not a bzImage; a build leaves it as arch/x86/boot/bzImage"
    at=$(($(od -An -tu2 -j526 -N2 "$image") + 512))
    read -r KERNEL_RELEASE _ < <(dd if="$image" bs=1 skip="$at" count=128 status=none | tr '\0' '\n')
}

# The same three as of kernel_ensure, for an image of the user's, named by what it is. It is copied:
# the next build replaces it, perhaps while this guest runs.
kernel_own() {
    local image=$1 sum
    [[ -f $image && -r $image ]] || usage_error "--kernel-image $image: no such file"
    kernel_image_release "$image"
    sum=$(kernel_own_content "$image" | sha256sum | cut -c1-16)
    KERNEL_DIR=$LAB_CACHE/own/$KERNEL_RELEASE-$sum
    [[ -d $KERNEL_DIR ]] || with_lock kernels kernel_own_keep "$image" "image_$sum" || exit
}

kernel_own_content() {
    cat "$1"
    [[ -z $KERNEL_MODULES ]] ||
        (cd "$KERNEL_MODULES" && find . -name '*.ko*' -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum)
}

kernel_own_keep() {
    local part=$LAB_CACHE/own/.part
    rm -rf "$part"
    mkdir -p "$part"
    cp "$1" "$part/vmlinuz"
    printf '%s\n' "$2" > "$part/package"
    mv "$part" "$KERNEL_DIR"
}

# Mirrors drop the modules of superseded releases before their images, so that some boot without.
kernel_modules_note() {
    local image=("$KERNEL_DIR"/linux-binary-*.deb) modules=("$KERNEL_DIR"/linux-modules-*.deb)
    if [[ -e ${image[0]} && ! -e ${modules[0]} ]]; then
        echo "without modules: the mirror has none"
    fi
}
