#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing to build cgbench, plot, and run the lab: on Debian 12 and 13, as root or
# with sudo. Elsewhere it prints the list and stops.
#
#   scripts/deps.sh          build, plots, lab, unit tests
#   scripts/deps.sh --dev    also what `make tidy`, `make valgrind` and the other checks need
set -eu

build="gcc make pkg-config libc6-dev libcgroup-dev libhwloc-dev libyaml-dev libjansson-dev libgsl-dev
libsqlite3-dev libsmartcols-dev libmd-dev libcap-ng-dev libseccomp-dev libcmocka-dev help2man"
plots="gnuplot-nox fonts-dejavu-core"
lab="qemu-system-x86 busybox-static cpio xz-utils zstd e2fsprogs"
dev="python3-prometheus-client python3-junitparser python3-jsonschema cmark-gfm jq
clang libclang-rt-dev clang-tidy clang-format cppcheck valgrind stress-ng libxml2-utils python3 zsh fish man-db groff
crun runc cgroup-tools"

wanted="$build $plots $lab"
[ "${1:-}" != --dev ] || wanted="$wanted $dev"

# The release decides: other distributions have other names, and other versions of these libraries.
release=
if [ -r /etc/os-release ]; then
	. /etc/os-release
	[ "${ID:-}" != debian ] || release=${VERSION_ID:-}
fi
case $release in
12 | 13) ;;
*)
	echo "deps: this is not Debian 12 or 13. Install what corresponds to:" >&2
	echo $wanted
	exit 77
	;;
esac
[ "$release" = 13 ] || wanted=$(echo "$wanted" | sed 's/libclang-rt-dev/libclang-rt-14-dev/')

missing=
for package in $wanted; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
