#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One step of CI: runs a suite in the exact lab and holds it against the base, if there is one, and
# against the suite's own budgets. Needs neither root nor KVM; the same kernel gives the same bytes
# on every runner, so that a difference is a fact and a gate cannot flake.
#
#   CGBENCH_SUITE        what to run [smoke]
#   CGBENCH_KERNEL       the lab's kernel [6.12]
#   CGBENCH_MAX_REGRESS  percent that may pass the gate [0]
#   CGBENCH_BASE         a run, or a folder with one [ci-results/base]; without it, budgets alone
#
# Leaves ci-results/head, junit.xml, summary.md and compare.json. Exit codes: 0 pass, 1 the gate
# failed, 2 usage, 3 not decided (another kernel, a trial that broke), 77 cannot run here.
set -eu
cd "$(dirname "$0")/../.."

out=ci-results
base=${CGBENCH_BASE:-$out/base}

sh scripts/deps.sh
make -s -j"$(nproc)" all
rm -rf "$out/head"
mkdir -p "$out"

# Exit code 1, a missed budget, is for the gate to tell, with all else that it finds.
code=0
scripts/lab --kernel "${CGBENCH_KERNEL:-6.12}" --out "$out/head" -- \
	cgbench run --no-plots --results /out "${CGBENCH_SUITE:-smoke}" || code=$?
case $code in
0 | 1 | 3) ;;
*) exit "$code" ;;
esac

set -- "$out/head"
[ ! -e "$base" ] || set -- "$base" "$@"
exec build/cgbench compare --gate --max-regress "${CGBENCH_MAX_REGRESS:-0}" --json="$out/compare.json" \
	--export "junit=$out/junit.xml" --export "markdown=$out/summary.md" "$@"
