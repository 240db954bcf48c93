#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the harness itself costs, as ratios within one run, and how often a comparison is right. The
# program that needs cgroup v2 runs in the exact lab where this host has none.
set -eu
cd "$(dirname "$0")/.."

make -s all
# In the lab a launcher is there when it is installed here.
others=
for launcher in cgcreate cgset cgexec cgdelete crun runc; do
	! command -v $launcher >/dev/null || others="$others --include $launcher"
done

missed=
for program in build/release/bench-*; do
	case $program in *.d) continue ;; esac
	echo "# ${program##*/bench-}"
	case $program in
	*/bench-trial_cost)
		if build/cgbench doctor --noise 0 >/dev/null; then "$program"; else
			scripts/lab --include "$program" --out build/lab/thrown-away -- bench-trial_cost
		fi
		;;
	*/bench-launchers)
		for cpus in 1 4; do
			echo "# on $cpus CPUs of the exact lab"
			scripts/lab --cpus $cpus --include "$program" $others --out build/lab/thrown-away -- bench-launchers ||
				missed="$missed launchers:$cpus"
		done
		;;
	*) "$program" || missed="$missed ${program##*/bench-}" ;;
	esac
done
if [ -n "$missed" ]; then
	echo "missed:$missed" >&2
	exit 1
fi
