#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each fuzz target for FUZZ_SECONDS [60], FUZZ_JOBS [one a CPU] at a time, from its corpus below
# bench/tests/fuzz/corpus on. What it finds new is kept in build/fuzz/corpus; an input that breaks
# something is build/fuzz/NAME-crash-*: mend the code and put it into the corpus.
#
#   scripts/fuzz.sh [NAME...]
set -eu
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- $(ls bench/tests/fuzz/corpus)
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:allocator_may_return_null=1}"
# Targets write their files into memory; one that broke leaves them.
TMPDIR=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

printf '%s\n' "$@" | xargs -P "${FUZZ_JOBS:-$(nproc)}" -I NAME sh -c '
	mkdir -p build/fuzz/corpus/NAME
	dict=bench/tests/fuzz/NAME.dict
	code=0
	build/fuzz/fuzz-NAME -max_total_time="${FUZZ_SECONDS:-60}" -timeout=25 -rss_limit_mb=3072 \
		-max_len=16384 -print_final_stats=1 -artifact_prefix=build/fuzz/NAME- \
		$([ ! -r "$dict" ] || echo "-dict=$dict") \
		build/fuzz/corpus/NAME bench/tests/fuzz/corpus/NAME >build/fuzz/NAME.log 2>&1 || code=$?
	runs=$(sed -n "s/^stat::number_of_executed_units: *//p" build/fuzz/NAME.log)
	if [ "$code" = 0 ]; then
		echo "ok      NAME: $runs executions"
	else
		echo "FAILED  NAME: exit $code, see build/fuzz/NAME.log"
		grep -E "ERROR|SUMMARY|runtime error|Test unit written" build/fuzz/NAME.log || true
		exit 1
	fi'
