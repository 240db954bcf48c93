# shellcheck shell=bash
# Whether KVM really works here. That /dev/kvm opens proves nothing: in some virtual machines it
# cannot run a stock kernel. So a kernel is booted once, and the verdict kept for this host kernel.

readonly KVM_PROBE_SECONDS=10

# A first process that ends at once makes the kernel say so: then user space was reached.
kvm_boots() {
    timeout --kill-after=1 "$KVM_PROBE_SECONDS" "${QEMU[@]}" -accel kvm -cpu host -m 512M \
        -nodefaults -no-user-config -no-reboot -display none -serial stdio \
        -kernel "$KERNEL_DIR/vmlinuz" -initrd "$BASE_IMAGE" \
        -append 'console=ttyS0 panic=-1 rdinit=/bin/true' < /dev/null 2> /dev/null |
        grep --quiet 'Attempted to kill init'
}

kvm_probe() {
    local verdict=$1
    [[ ! -s $verdict ]] || return 0
    progress "trying whether KVM works here"
    if kvm_boots; then
        echo yes > "$verdict"
    else
        echo no > "$verdict"
    fi
}

kvm_works() {
    local verdict
    [[ -w /dev/kvm ]] || return 1
    verdict=$LAB_CACHE/kvm-$(uname -r)
    [[ -s $verdict ]] || with_lock kvm kvm_probe "$verdict"
    [[ $(< "$verdict") == yes ]]
}

# Sets ACCEL, what runs the guest's instructions.
accel_choose() {
    ACCEL=tcg
    if [[ $MODE == live ]] && kvm_works; then
        ACCEL=kvm
    fi
}
