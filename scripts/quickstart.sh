#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From a fresh checkout to numbers and plots: installs what is missing, builds, runs the suite
# `default`, and names the directory with the results. Where this host can measure (all controllers
# on cgroup v2, root or a delegated subtree) it runs here; else in the exact lab.
set -eu
cd "$(dirname "$0")/.."

sh scripts/deps.sh
make -s -j"$(nproc)" all

if build/cgbench doctor --noise 0 >/dev/null; then
	exec build/cgbench run "$@" default
fi

echo "quickstart: this host cannot measure by itself (build/cgbench doctor tells why); using the lab"
brought=$(mktemp)
trap 'rm -f "$brought"' EXIT
status=0
scripts/lab --cpus 4 --brought "$brought" -- sh -c \
	'exec cgbench run --results "$CGBENCH_OUT" --no-plots "$@" default' sh "$@" || status=$?
# A budget that was missed (1) or a trial that broke (3) leaves results to look at all the same.
case $status in 0 | 1 | 3) ;; *) exit "$status" ;; esac
run=$(head -n 1 "$brought")
[ -n "$run" ] || exit "$status"
build/cgbench plot "$run"
echo "results: $run"
echo "as a page: build/cgbench report '$run'"
exit "$status"
